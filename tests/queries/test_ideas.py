from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from ideas.actions.ideas import edit_idea
from ideas.choices import IdeaState, Visibility
from ideas.models import BoardCount, Idea, Member, Organisation, ValueChain
from ideas.queries.board import board
from ideas.queries.board_pages import PAGE_SIZE, read_page
from ideas.queries.calls import seen_idea_counts
from ideas.queries.filters import IdeaFilters, filter_ideas, ideas_with
from ideas.queries.ideas import audiences_of, members_who_see, own_closings, public_teasers, visible_to
from tests.factories import make_call, make_chain, make_idea, make_ket, make_member, make_partner

pytestmark = pytest.mark.django_db
VISITOR = AnonymousUser()


def titles(member: Member | AnonymousUser, **filters: object) -> list[str]:
    at = timezone.now()
    asked = IdeaFilters(**filters)  # type: ignore[arg-type]
    found = filter_ideas(ideas_with(member, asked.q), asked, by=member, at=at)
    return sorted(found.values_list("title", flat=True))


def test_who_sees_what(
    researcher: Member,
    company: Member,
    outsider: Member,
    lead: Member,
    staff: Member,
    administrator: Member,
    firm: Organisation,
    chain: ValueChain,
    other_chain: ValueChain,
):
    make_idea(researcher, chain=chain, title="all")
    make_idea(researcher, chain=chain, title="chain", visibility=Visibility.VALUE_CHAIN)
    make_idea(researcher, chain=chain, title="chains", visibility=Visibility.VALUE_CHAIN, other_chains=[other_chain])
    make_idea(researcher, chain=chain, title="draft", state=IdeaState.DRAFT)
    make_idea(researcher, chain=chain, title="withdrawn", state=IdeaState.WITHDRAWN)
    make_idea(researcher, chain=chain, title="shown", visibility=Visibility.PRIVATE, invited=[outsider])
    joined = make_idea(researcher, chain=chain, title="joined")
    make_partner(joined, administrator, firm)
    edit_idea(by=researcher, idea=joined, content={"visibility": Visibility.PRIVATE}, version=1, at=timezone.now())
    everything = ["all", "chain", "chains", "draft", "joined", "shown", "withdrawn"]

    assert titles(researcher) == everything
    assert titles(company) == ["all", "chain", "chains", "joined"]
    assert titles(administrator) == ["all", "joined"]
    assert titles(outsider) == ["all", "chains", "shown"]
    assert titles(lead) == ["all", "chain", "chains"]
    assert titles(staff) == ["all", "chain", "chains"]
    assert titles(VISITOR) == []
    company.is_active = False
    assert titles(company) == []


def test_seeing_is_the_same_from_both_sides(
    researcher: Member,
    company: Member,
    outsider: Member,
    lead: Member,
    staff: Member,
    administrator: Member,
    firm: Organisation,
    chain: ValueChain,
    other_chain: ValueChain,
):
    gone = make_member("Gone", is_active=False)
    chain.members.add(gone)
    for number, visibility in enumerate(Visibility.values):
        for state in IdeaState.values:
            for more in ({}, {"invited": [outsider, gone]}, {"other_chains": [other_chain], "public_teaser": True}):
                idea = make_idea(researcher, chain=chain, visibility=visibility, **more)
                if number and "invited" in more:
                    make_partner(idea, administrator, firm)
                Idea.objects.filter(pk=idea.pk).update(
                    state=state, audience="" if state in ("draft", "withdrawn") else idea.audience
                )
    cast = [researcher, company, outsider, lead, staff, administrator, gone]

    ideas = list(Idea.objects.all())

    one_side = {(idea.pk, pk) for idea in ideas for pk in members_who_see(idea, cast)}
    assert len(ideas) == 90
    assert one_side == {(idea.pk, member.pk) for member in cast for idea in visible_to(member)}


def test_visitors_see_public_teasers_of_published_ideas(researcher: Member, chain: ValueChain, secret: Idea):
    make_idea(researcher, chain=chain, title="public", public_teaser=True)
    make_idea(researcher, chain=chain, title="chain", public_teaser=True, visibility=Visibility.VALUE_CHAIN)
    make_idea(researcher, chain=chain, title="members")
    make_idea(researcher, chain=chain, title="draft", public_teaser=True, state=IdeaState.DRAFT)

    assert sorted(public_teasers().values_list("title", flat=True)) == ["chain", "public"]


def test_an_audience_with_a_new_chain_reaches_its_members(researcher: Member, outsider: Member):
    new = make_chain()
    make_idea(researcher, chain=new, title="new", visibility=Visibility.VALUE_CHAIN)
    assert titles(outsider) == []

    new.members.add(outsider)
    assert titles(outsider) == ["new"]


def test_outsider_meets_no_trace_of_a_private_idea(outsider: Member, staff: Member, secret: Idea):
    call = make_call()
    edit_idea(by=secret.created_by, idea=secret, content={"call": call}, version=secret.version, at=timezone.now())

    assert BoardCount.objects.filter(count__gt=0).count() == 0
    for viewer in (outsider, staff, VISITOR):
        for filters in (IdeaFilters(), IdeaFilters(q="CANARY"), IdeaFilters(value_chain=("MOVES",))):
            found = board(viewer, filters, at=timezone.now())
            assert (found.page.rows, found.total) == ([], 0)
            assert {n for values in found.counts.values() for n in values.values()} <= {0}
        assert seen_idea_counts(viewer, [call.pk]) == {}
    assert seen_idea_counts(secret.created_by, [call.pk]) == {call.pk: 1}


def test_search_finds_words_whatever_their_accents_and_case(company: Member, researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="Qualità dell'Acciaio", problem="Perché 100% di_scarto")

    assert titles(company, q="QUALITA acciaio") == ["Qualità dell'Acciaio"]
    assert titles(company, q="perche") == ["Qualità dell'Acciaio"]
    # What the database takes for wildcards only parts words.
    assert titles(company, q="100%") == ["Qualità dell'Acciaio"]
    assert titles(company, q="1%0") == []
    assert titles(company, q="qual%acc") == []


def test_filters_meet_between_facets_and_join_within(company: Member, researcher: Member, other_chain: ValueChain):
    chain = ValueChain.objects.get(code="MOVES")
    ai, amt = make_ket("DSC"), make_ket("AMT")
    call = make_call("X", closes_in=timedelta(days=10))
    make_idea(researcher, chain=chain, title="one", kets=[ai, amt], call=call)
    make_idea(researcher, chain=other_chain, title="two", kets=[amt], other_chains=[chain])
    make_idea(researcher, chain=other_chain, title="three", state=IdeaState.PARKED)

    assert titles(company, value_chain=("MOVES",)) == ["one", "two"]
    assert titles(company, value_chain=("MOVES", "NAUTICA")) == ["one", "three", "two"]
    assert titles(company, ket=("AMT",), value_chain=("NAUTICA",)) == ["two"]
    assert titles(company, ket=("AMT", "DSC")) == ["one", "two"]
    assert titles(company, state=("parked",)) == ["three"]
    assert titles(company, call=("X",)) == ["one"]
    assert titles(company, closing_soon=True) == ["one"]
    assert titles(company, mine=True) == []
    assert titles(researcher, mine=True) == ["one", "three", "two"]


def test_counts_of_a_facet_leave_its_own_choice_open(company: Member, researcher: Member, other_chain: ValueChain):
    chain = ValueChain.objects.get(code="MOVES")
    make_idea(researcher, chain=chain, kets=[make_ket("AMT")])
    make_idea(researcher, chain=other_chain)

    counts = board(company, IdeaFilters(value_chain=("MOVES",)), at=timezone.now()).counts

    assert counts["chain"] == {"MOVES": 1, "NAUTICA": 1}
    assert counts["total"] == {"": 1}
    assert counts["state"] == {"open": 1}
    assert counts["ket"] == {"AMT": 1}


@pytest.mark.parametrize("sort", ["activity", "closing"])
def test_pages_follow_each_other_also_where_the_key_is_equal(researcher: Member, chain: ValueChain, sort: str):
    at, call = timezone.now(), make_call()
    for _ in range(2 * PAGE_SIZE + 3):
        make_idea(researcher, chain=chain, at=at, call=call)
    seen: list[int] = []

    cursor, sizes = "", []
    while True:
        page = read_page(visible_to(researcher), sort, cursor)
        seen += [row["id"] for row in page.rows]
        sizes.append(len(page.rows))
        cursor = page.next_cursor
        if not cursor:
            break

    assert sizes == [PAGE_SIZE, PAGE_SIZE, 3]
    assert sorted(seen) == sorted(Idea.objects.values_list("id", flat=True))


def test_closing_order_leaves_out_what_has_no_deadline(researcher: Member, chain: ValueChain):
    make_idea(researcher, chain=chain, title="none")
    for days in (30, 10, 20):
        make_idea(researcher, chain=chain, title=f"{days}", call=make_call(closes_in=timedelta(days=days)))

    page = read_page(visible_to(researcher), "closing")
    assert [row["title"] for row in page.rows] == ["10", "20", "30"]


def test_the_ruler_shows_the_authors_live_ideas(researcher: Member, company: Member, chain: ValueChain):
    at = timezone.now()
    soon, late = make_call(closes_in=timedelta(days=9)), make_call(closes_in=timedelta(days=90))
    make_idea(researcher, chain=chain, acronym="SOON", call=soon)
    make_idea(researcher, chain=chain, acronym="LATE", call=late)
    make_idea(researcher, chain=chain, acronym="GONE", call=soon, state=IdeaState.WITHDRAWN)

    def shown(member: Member | AnonymousUser) -> list[str]:
        return [row["acronym"] for row in own_closings(member, at=at, until=at + timedelta(days=60))]

    assert (shown(researcher), shown(company), shown(VISITOR)) == (["SOON"], [], [])


def test_staff_see_every_audience_but_nobody_the_private_ones(staff: Member, secret: Idea, idea: Idea):
    own = f"chains:{idea.value_chain_id}"
    assert audiences_of(staff) == [own, f"{own}+", "members", "members+"]
    assert audiences_of(make_member(is_active=True)) == ["members", "members+"]
    assert audiences_of(VISITOR) == []


@pytest.mark.parametrize(
    ("state", "titles"), [(IdeaState.DRAFT, []), (IdeaState.OPEN, ["shown"]), (IdeaState.WITHDRAWN, [])]
)
def test_the_invited_see_an_idea_from_its_opening_until_its_withdrawal(
    researcher: Member, outsider: Member, chain: ValueChain, state: str, titles: list[str]
):
    make_idea(researcher, chain=chain, title="shown", state=state, visibility=Visibility.PRIVATE, invited=[outsider])

    assert list(visible_to(outsider).values_list("title", flat=True)) == titles
