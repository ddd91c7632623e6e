import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ideas.choices import AffiliationRole, Visibility
from ideas.models import Idea, Member, Organisation, ValueChain
from ideas.pages.network import MOST_DRAWN
from ideas.templatetags.network import ROW, arcs, order
from tests.cast import signed_in
from tests.factories import affiliate, make_idea, make_member, make_organisation, make_partner

pytestmark = pytest.mark.django_db
PAGE = "/network/"
QUERIES_OF_PAGE = 12


def partner(idea: Idea, name: str) -> Organisation:
    organisation = make_organisation(name)
    head = make_member()
    affiliate(head, organisation, AffiliationRole.ADMINISTRATOR)
    idea.invited.add(head)
    make_partner(idea, head, organisation)
    return organisation


@pytest.fixture
def shared(researcher: Member, laboratory: Organisation, chain: ValueChain) -> Idea:
    idea = make_idea(researcher, chain=chain, organisation=laboratory, title="In common")
    partner(idea, "Alpha")
    return idea


def names(client: Client, address: str) -> list[str]:
    return [node["title"] for node in client.get(address).context["net"]["nodes"]]


def test_visitor_signs_in_first(shared: Idea):
    answer = signed_in(None).get(PAGE)

    assert (answer.status_code, answer["Location"].startswith("/account/login/")) == (302, True)


def test_drawing_and_table_say_the_same(shared: Idea, outsider: Member):
    answer = signed_in(outsider).get(PAGE)
    text = answer.content.decode()

    assert names(signed_in(outsider), PAGE) == ["Alpha", "Laboratory"]
    assert (text.count("data-ends="), text.count("<tr data-link")) == (1, 1)
    assert text.count(shared.reference) == 2  # in the address, and as its words


def test_outsider_learns_nothing_of_a_hidden_consortium(
    outsider: Member, researcher: Member, laboratory: Organisation, chain: ValueChain
):
    secret = make_idea(researcher, chain=chain, organisation=laboratory, visibility=Visibility.PRIVATE, title="CANARY")
    hidden = partner(secret, "Hidden partner")
    client = signed_in(outsider)

    answers = [
        client.get(address).content.decode()
        for address in (PAGE, f"{PAGE}?organisation={hidden.slug}", f"{PAGE}?value_chain={chain.code}")
    ]
    profiles = [client.get(one.get_absolute_url()) for one in (hidden, laboratory)]

    words = ("CANARY", secret.reference, '<svg class="network__arcs"', "<tr data-link")
    assert [text.count(word) for text in answers for word in words] == [0] * 12
    assert [page.context["neighbours"]["count"] for page in profiles] == [0, 0]
    assert "Hidden partner" not in profiles[1].content.decode()
    assert "Laboratory" not in profiles[0].content.decode()


def test_filters_are_in_the_address(shared: Idea, outsider: Member, researcher: Member, other_chain: ValueChain):
    other = make_idea(researcher, chain=other_chain)
    gamma, _delta = partner(other, "Gamma"), partner(other, "Delta")
    client, year = signed_in(outsider), shared.created_at.year

    assert names(client, f"{PAGE}?value_chain={other_chain.code}") == ["Delta", "Gamma"]
    assert names(client, f"{PAGE}?organisation={gamma.slug}&year={year}") == ["Delta", "Gamma"]
    assert names(client, f"{PAGE}?year={year - 1}") == []
    chosen = [
        (choice["name"], [option["value"] for option in choice["options"] if option["chosen"]])
        for choice in client.get(f"{PAGE}?value_chain={other_chain.code}&year={year}").context["choices"]
    ]
    assert chosen == [("value_chain", [other_chain.code]), ("year", [str(year)])]


@pytest.mark.parametrize(
    "query",
    ["year=%00", "year=99999999999999999999", "year=٢٠٢٦", "value_chain=%00x", "organisation=%00", "organisation=none"],
)
def test_bad_filters_are_no_error(shared: Idea, outsider: Member, query: str):
    assert signed_in(outsider).get(f"{PAGE}?{query}").status_code == 200


def test_the_organisation_in_the_middle_stands_first(shared: Idea, outsider: Member, laboratory: Organisation):
    text = signed_in(outsider).get(laboratory.get_absolute_url()).content.decode()
    drawn = text[text.index("data-network>") :]

    assert drawn.index("Laboratory") < drawn.index("Alpha")


def test_table_begins_with_whom_the_one_in_the_middle_works(
    shared: Idea, researcher: Member, laboratory: Organisation, outsider: Member
):
    partner(shared, "Beta")

    links = signed_in(outsider).get(laboratory.get_absolute_url()).context["neighbours"]["net"]["links"]

    assert [(link["one"]["title"], link["other"]["title"]) for link in links] == [
        ("Laboratory", "Alpha"),
        ("Laboratory", "Beta"),
        ("Alpha", "Beta"),
    ]


def test_visitor_sees_no_neighbours(shared: Idea, laboratory: Organisation):
    answer = signed_in(None).get(laboratory.get_absolute_url())

    assert (answer.context["neighbours"], "Alpha" in answer.content.decode()) == (None, False)


def test_more_than_can_be_read_is_in_the_table(outsider: Member, researcher: Member, laboratory: Organisation):
    idea = make_idea(researcher, organisation=laboratory)
    partner(idea, "One of many")
    other = make_idea(researcher, organisation=laboratory)
    partner(other, "Another")
    from ideas.pages import network
    from ideas.queries.network import Network, Node

    many = [Node(Organisation(pk=number, name=f"N{number}", slug=f"n{number}", kind="sme"), 1) for number in range(70)]

    shown = network.shown(Network(many, [], 1, is_cut=False), None)

    assert (len(shown["nodes"]), shown["hidden"]) == (MOST_DRAWN, 70 - MOST_DRAWN)


@pytest.mark.parametrize("ideas", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    ideas: int,
    outsider: Member,
    researcher: Member,
    laboratory: Organisation,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for _ in range(ideas):
        partner(make_idea(researcher, organisation=laboratory), f"Partner {_}")
    client = signed_in(outsider)

    with django_assert_num_queries(QUERIES_OF_PAGE):
        client.get(PAGE)


# The lay-out --------------------------------------------------------------------------------------------------------


def test_those_who_work_together_stand_together():
    # Two triangles and one bridge, given in an order that mixes them.
    weights = {(1, 3): 1, (1, 5): 1, (3, 5): 1, (2, 4): 1, (2, 6): 1, (4, 6): 1, (5, 6): 1}

    found = order([1, 2, 3, 4, 5, 6], weights)

    assert {frozenset(found[:3]), frozenset(found[3:])} == {frozenset({1, 3, 5}), frozenset({2, 4, 6})}
    assert found.index(5) in (2, 3)


def test_groups_stand_apart_the_largest_first():
    assert order([1, 2, 3, 4, 5], {(1, 5): 1, (2, 3): 1, (3, 4): 1})[3:] == [1, 5]


def test_the_same_network_is_drawn_the_same():
    ring = {(number, number + 1): 1 for number in range(1, 20)} | {(1, 20): 1}

    assert order(range(1, 21), ring) == order(range(1, 21), dict(reversed(ring.items())))


@pytest.mark.parametrize("count", [0, 1, 2, 5, 20, 60])
def test_every_size_has_a_row_each_and_arcs_inside(count: int):
    nodes = [{"id": number, "name": str(number)} for number in range(count)]
    links = [{"one": number, "other": number + 1, "n": 40} for number in range(count - 1)]

    drawn = arcs(nodes, links, "x")

    assert sorted(row["y"] for row in drawn["rows"]) == [ROW * place + ROW // 2 for place in range(count)]
    handles = [float(arc["path"].split("C")[1].split()[0]) for arc in drawn["arcs"]]
    # An arc reaches three quarters of the way to its handles.
    assert all(0 < 4 + (handle - 4) * 0.75 <= 100 for handle in handles)
    assert {arc["width"] for arc in drawn["arcs"]} <= {6.0}
