from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from ideas.models import Idea, Member, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_partner, make_slot

QUERIES = 12


def address(*ideas: Idea) -> str:
    return "/compare/?" + "&".join(f"ideas={idea.reference}" for idea in ideas)


def titles(member: Member | None, url: str) -> list[str]:
    return [one["title"] for one in signed_in(member).get(url).context["columns"]]


def test_visitor_is_asked_to_sign_in(idea):
    assert signed_in(None).get(address(idea)).status_code == 302


def test_ideas_stand_in_the_order_in_which_they_were_asked_for(outsider, researcher, chain):
    a, b, c = (make_idea(researcher, chain=chain, title=title) for title in "ABC")

    assert titles(outsider, address(c, a, b)) == ["C", "A", "B"]
    assert titles(outsider, f"/compare/?ideas={b.reference.lower()},{a.reference}&ideas={b.reference}") == ["B", "A"]


def test_what_the_reader_may_not_see_is_not_there(outsider, researcher, idea, secret):
    page = signed_in(outsider).get(address(secret, idea))

    assert [one["title"] for one in page.context["columns"]] == [idea.title]
    # The address that was asked for is on the page; nothing that leads to the idea is.
    assert f"/ideas/{secret.reference}/" not in page.content.decode()
    assert secret.title not in page.content.decode()
    assert titles(secret.created_by, address(secret, idea)) == [secret.title, idea.title]


def test_of_more_than_four_the_first_are_shown(outsider, researcher, chain):
    ideas = [make_idea(researcher, chain=chain, title=title) for title in "ABCDE"]

    page = signed_in(outsider).get(address(*ideas))

    assert ([one["title"] for one in page.context["columns"]], page.context["left_out"]) == (list("ABCD"), True)


@pytest.mark.parametrize(
    "query", ["", "?ideas=", "?ideas=%00", "?ideas=JVL-2026-" + "9" * 300, "?ideas=१,٢", "?ideas=,,"]
)
def test_what_cannot_be_read_is_an_empty_comparison(outsider, query: str):
    page = signed_in(outsider).get(f"/compare/{query}")

    assert (page.status_code, page.context["columns"]) == (200, [])


def test_line_up_deadline_and_rules_stand_beside_each_other(
    outsider, administrator, firm, laboratory, researcher, chain
):
    call = make_call(closes_in=timedelta(days=9), rules={"min_companies": 2})
    full = make_idea(
        researcher, chain=chain, title="Full", call=call, organisation=laboratory,
        trl_now=3, trl_target=6, keywords="cold",
    )  # fmt: skip
    make_partner(full, administrator, firm)
    make_slot(full, expertise="Test bench")
    bare = make_idea(researcher, chain=chain, title="Bare")

    page = signed_in(outsider).get(address(full, bare))

    first, second = page.context["columns"]
    assert (first["organisation"].name, first["partners"], first["places"]) == (
        laboratory.name,
        [firm.name],
        ["Test bench"],
    )
    assert (first["days_left"], bool(first["lacks"]), first["trl"]) == (9, True, "3 → 6")
    assert (second["organisation"], second["partners"], second["days_left"], second["lacks"]) == (None, [], None, "")
    rows = {row["label"]: [cell.get("text", cell.get("html")) for cell in row["cells"]] for row in page.context["rows"]}
    assert rows["TRL"] == ["3 → 6", ""]


def test_text_is_shown_as_text(outsider, researcher, chain):
    idea = make_idea(researcher, chain=chain, title="<b>bold</b>", keywords="<i>x</i>")

    body = signed_in(outsider).get(address(idea)).content.decode()

    assert ("<b>bold" in body, "<i>x" in body) == (False, False)


@pytest.mark.parametrize("number", [1, 3])
def test_a_comparison_takes_a_fixed_number_of_queries(
    number: int,
    outsider: Member,
    researcher: Member,
    chain: ValueChain,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    ideas = [make_idea(researcher, chain=chain, call=make_call(rules={"min_companies": 2})) for _ in range(number)]
    for idea in ideas:
        make_slot(idea)
    client = signed_in(outsider)

    with django_assert_num_queries(QUERIES):
        client.get(address(*ideas))
