from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import change_state
from ideas.choices import AffiliationRole, IdeaState, Visibility
from ideas.models import Idea, Member, Organisation, ValueChain
from ideas.queries.ideas import Viewer
from ideas.queries.network import Network, NetworkFilters, network_of, years_of
from tests.factories import affiliate, make_idea, make_join_request, make_member, make_organisation, make_partner

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
QUERIES = 5


def read(member: Viewer, **filters: object) -> Network:
    return network_of(member, NetworkFilters(**filters), zone=ROME)  # type: ignore[arg-type]


def links(found: Network) -> set[tuple[str, str, int]]:
    """{(one, other, ideas in common)}, names in order."""
    names = {node.organisation.pk: node.organisation.name for node in found.nodes}
    return {(*sorted((names[link.one], names[link.other])), len(link.ideas)) for link in found.links}


def join(idea: Idea, *names: str) -> list[Organisation]:
    """Take organisations of these names into an idea."""
    joined = []
    for name in names:
        organisation = Organisation.objects.filter(name=name).first() or make_organisation(name)
        head = organisation.people.first()
        if head is None:
            head = make_member(f"Head of {name}")
            affiliate(head, organisation, AffiliationRole.ADMINISTRATOR)
        if idea.visibility == Visibility.PRIVATE:
            idea.invited.add(head)
        make_partner(idea, head, organisation)
        joined.append(organisation)
    return joined


@pytest.fixture
def shared(researcher: Member, laboratory: Organisation, chain: ValueChain) -> Idea:
    """An idea of the laboratory with two partners, which every member sees."""
    idea = make_idea(researcher, chain=chain, organisation=laboratory)
    join(idea, "Alpha", "Beta")
    return idea


def test_proposer_and_partners_are_linked_in_pairs(shared: Idea, outsider: Member):
    found = read(outsider)

    assert links(found) == {("Alpha", "Beta", 1), ("Alpha", "Laboratory", 1), ("Beta", "Laboratory", 1)}
    assert [(node.organisation.name, node.ideas) for node in found.nodes] == [
        ("Alpha", 1),
        ("Beta", 1),
        ("Laboratory", 1),
    ]
    assert (found.ideas, found.is_cut) == (1, False)


def test_ideas_in_common_add_up_and_come_first(shared: Idea, researcher: Member, outsider: Member):
    other = make_idea(researcher)
    join(other, "Alpha", "Beta")

    found = read(outsider)

    assert [idea.reference for idea in found.links[0].ideas] == [
        row.reference for row in Idea.objects.filter(pk__in=(shared.pk, other.pk)).order_by("-id")
    ]
    assert ("Alpha", "Beta", 2) in links(found)


def test_who_only_asks_is_in_no_line(shared: Idea, administrator: Member, firm: Organisation, outsider: Member):
    make_join_request(shared, administrator, firm)

    assert "Firm" not in {name for one, other, _n in links(read(outsider)) for name in (one, other)}


def test_a_proposer_without_partners_is_alone(researcher: Member, laboratory: Organisation, outsider: Member):
    make_idea(researcher, organisation=laboratory)
    lonely = make_idea(researcher)
    join(lonely, "Alpha")

    found = read(outsider)

    assert (found.nodes, found.links, found.ideas) == ([], [], 0)


def test_what_the_viewer_does_not_see_makes_no_line_and_no_number(
    shared: Idea, researcher: Member, laboratory: Organisation, outsider: Member, lead: Member, staff: Member
):
    secret = make_idea(researcher, organisation=laboratory, visibility=Visibility.PRIVATE)
    join(secret, "Alpha", "Hidden")
    of_the_chain = make_idea(researcher, organisation=laboratory, visibility=Visibility.VALUE_CHAIN)
    join(of_the_chain, "Gamma")

    def seen(member: Viewer) -> tuple[bool, bool, int]:
        found = read(member)
        names = {node.organisation.name for node in found.nodes}
        return "Hidden" in names, "Gamma" in names, found.ideas

    assert {member.name: seen(member) for member in (researcher, outsider, lead, staff)} == {
        researcher.name: (True, True, 3),
        outsider.name: (False, False, 1),
        lead.name: (False, True, 2),
        staff.name: (False, True, 2),
    }
    assert ("Alpha", "Laboratory", 1) in links(read(outsider))


def test_visitors_and_the_deactivated_see_nobody(shared: Idea, researcher: Member):
    from django.contrib.auth.models import AnonymousUser

    researcher.is_active = False

    assert [read(viewer).nodes for viewer in (AnonymousUser(), researcher)] == [[], []]


@pytest.mark.parametrize("state", [IdeaState.WITHDRAWN, IdeaState.PARKED])
def test_withdrawn_is_over_and_parked_was_work(shared: Idea, researcher: Member, state: str):
    change_state(by=researcher, idea=shared, state=state, at=datetime.now(UTC))

    assert len(read(researcher).links) == {IdeaState.WITHDRAWN: 0, IdeaState.PARKED: 3}[state]


def test_filters_by_chain_its_own_or_another(
    shared: Idea, researcher: Member, chain: ValueChain, other_chain: ValueChain, outsider: Member
):
    both = make_idea(researcher, chain=other_chain, other_chains=[chain])
    join(both, "Gamma", "Delta")

    codes = {code: links(read(outsider, value_chain=code)) for code in (chain.code, other_chain.code, "NONE")}

    assert {code: len(found) for code, found in codes.items()} == {chain.code: 4, other_chain.code: 1, "NONE": 0}
    assert codes[other_chain.code] == {("Delta", "Gamma", 1)}


def test_filters_by_the_year_on_the_readers_clock(shared: Idea, outsider: Member):
    # Half past midnight in Rome, still the old year in UTC.
    Idea.objects.filter(pk=shared.pk).update(created_at=datetime(2024, 12, 31, 23, 30, tzinfo=UTC))

    assert {year: len(read(outsider, year=year).links) for year in (2024, 2025, 2026)} == {2024: 0, 2025: 3, 2026: 0}
    assert years_of(outsider, zone=ROME) == [2025]


def test_years_of_hidden_ideas_are_not_told(researcher: Member, outsider: Member, laboratory: Organisation):
    secret = make_idea(researcher, organisation=laboratory, visibility=Visibility.PRIVATE)
    join(secret, "Alpha")

    assert (years_of(outsider, zone=ROME), len(years_of(researcher, zone=ROME))) == ([], 1)


def test_neighbourhood_is_what_one_works_in(
    shared: Idea, researcher: Member, laboratory: Organisation, outsider: Member
):
    elsewhere = make_idea(researcher)
    join(elsewhere, "Beta", "Gamma")
    alpha = Organisation.objects.get(name="Alpha")

    assert links(read(outsider, organisation=alpha.pk)) == {
        ("Alpha", "Beta", 1),
        ("Alpha", "Laboratory", 1),
        ("Beta", "Laboratory", 1),
    }


@pytest.mark.parametrize("ideas", [1, 3])
def test_a_fixed_number_of_queries(
    ideas: int,
    researcher: Member,
    laboratory: Organisation,
    outsider: Member,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for number in range(ideas):
        join(make_idea(researcher, organisation=laboratory), *(f"Partner {number}{place}" for place in range(ideas)))

    with django_assert_num_queries(QUERIES):
        read(outsider)
