"""What lies on a lead's desk beside the alarms, and what never does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from ideas.actions.shortlists import publish_shortlist
from ideas.choices import IdeaState, MeetingState, Outcome, ReviewState, Visibility
from ideas.models import (
    ConflictOfInterest,
    Decision,
    Idea,
    Meeting,
    MeetingItem,
    Member,
    Review,
    ReviewRound,
    Shortlist,
    ShortlistEntry,
    ValueChain,
)
from ideas.queries.desk import Desk, desk_of
from tests.factories import make_call, make_comment, make_idea, make_join_request, make_shortlist, make_slot

START = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
AT = START + timedelta(days=20)
QUERIES_OF_DESK = 17


@pytest.fixture
def ideas(researcher: Member, chain: ValueChain) -> list[Idea]:
    return [make_idea(researcher, chain=chain, title=title, at=START) for title in ("One", "Two", "Three")]


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, ideas: list[Idea]) -> Shortlist:
    shortlist = make_shortlist(lead, chain, *ideas, title="Autumn list")
    ReviewRound.objects.create(shortlist=shortlist, opened_by=lead, opened_at=START, due=AT)
    return shortlist


def entry_of(shortlist: Shortlist, title: str) -> ShortlistEntry:
    return shortlist.entries.get(idea__title=title)


def review(entry: ShortlistEntry, reviewer: Member, state: str = ReviewState.ASKED) -> Review:
    return Review.objects.create(
        entry=entry, reviewer=reviewer, state=state, asked_by=entry.added_by, asked_at=START, done_at=None
    )


def stage(entry: ShortlistEntry, **fields: Any) -> Decision:
    fields = {"outcome": Outcome.RESERVE, "staged_by": entry.added_by, "staged_at": START, **fields}
    return Decision.objects.create(entry=entry, **fields)


def meet(shortlist: Shortlist, title: str, **fields: Any) -> Meeting:
    by = shortlist.created_by
    meeting = Meeting.objects.create(
        shortlist=shortlist, title=title, facilitator=by, created_by=by, created_at=START, **fields
    )
    for place, entry in enumerate(shortlist.entries.all()):
        MeetingItem.objects.create(meeting=meeting, idea=entry.idea, position=place)
    return meeting


def conflicted(member: Member, idea: Idea) -> None:
    ConflictOfInterest.objects.create(member=member, idea=idea, declared_at=START)


def lists(desk: Desk) -> list[tuple[str, int, int, int, int]]:
    return [(one.shortlist.title, one.ideas, one.asked, one.done, one.staged) for one in desk.lists]


# Lists, reviews, decisions, meetings --------------------------------------------------------------------------------


def test_a_list_says_how_far_its_reviews_and_decisions_are(
    shortlist: Shortlist, lead: Member, chain: ValueChain, company: Member, staff: Member
):
    review(entry_of(shortlist, "One"), company, ReviewState.DONE)
    review(entry_of(shortlist, "One"), staff, ReviewState.DRAFT)
    review(entry_of(shortlist, "Two"), company, ReviewState.DECLINED)
    stage(entry_of(shortlist, "One"))
    stage(entry_of(shortlist, "Two"), published_at=START, published_by=lead)

    assert lists(desk_of(lead, [chain], at=AT)) == [("Autumn list", 3, 2, 1, 1)]


def test_a_published_list_is_there_as_long_as_decisions_wait(shortlist: Shortlist, lead: Member, chain: ValueChain):
    publish_shortlist(by=lead, shortlist=shortlist, at=START)
    assert lists(desk_of(lead, [chain], at=AT)) == []

    stage(entry_of(shortlist, "One"))

    assert lists(desk_of(lead, [chain], at=AT)) == [("Autumn list", 3, 0, 0, 1)]


def test_own_reviews_wait_until_they_are_done(shortlist: Shortlist, lead: Member, chain: ValueChain, company: Member):
    for title, state in (("One", ReviewState.ASKED), ("Two", ReviewState.DRAFT), ("Three", ReviewState.DONE)):
        review(entry_of(shortlist, title), lead, state)
    review(entry_of(shortlist, "One"), company)

    due = desk_of(lead, [chain], at=AT).reviews

    assert [one.entry.idea.title for one in due] == ["One", "Two"]


def test_a_meeting_that_runs_comes_before_those_planned_and_none_after_its_end(
    shortlist: Shortlist, lead: Member, chain: ValueChain
):
    meet(shortlist, "Some day")
    meet(shortlist, "Tomorrow", starts_at=AT)
    meet(shortlist, "Now", state=MeetingState.RUNNING)
    meet(shortlist, "Over", state=MeetingState.ENDED)

    found = desk_of(lead, [chain], at=AT).meetings

    assert [(one.title, one.idea_count) for one in found] == [("Now", 3), ("Tomorrow", 3), ("Some day", 3)]


def test_of_an_idea_with_an_interest_there_is_nothing_and_no_count(
    shortlist: Shortlist, lead: Member, chain: ValueChain, company: Member
):
    one = entry_of(shortlist, "One")
    for reviewer in (lead, company):
        review(one, reviewer)
    stage(one)
    meet(shortlist, "Now", state=MeetingState.RUNNING)

    conflicted(lead, one.idea)

    desk = desk_of(lead, [chain], at=AT)
    assert (lists(desk), desk.reviews) == ([("Autumn list", 2, 0, 0, 0)], [])
    assert [meeting.idea_count for meeting in desk.meetings] == [2]


def test_an_interest_hides_on_a_published_list_too(shortlist: Shortlist, lead: Member, chain: ValueChain):
    publish_shortlist(by=lead, shortlist=shortlist, at=START)
    stage(entry_of(shortlist, "One"))

    conflicted(lead, entry_of(shortlist, "One").idea)

    assert lists(desk_of(lead, [chain], at=AT)) == []


def test_an_interest_hides_no_alarm_of_the_chain(lead: Member, chain: ValueChain, ideas: list[Idea]):
    conflicted(lead, ideas[0])

    assert sum(some.total for some in desk_of(lead, [chain], at=AT).alarms) == 6  # silent, and without a call


def test_entries_that_the_lead_doesnt_see_arent_counted(
    shortlist: Shortlist, lead: Member, chain: ValueChain, company: Member
):
    hidden = entry_of(shortlist, "One")
    review(hidden, company)
    stage(hidden)
    Idea.objects.filter(pk=hidden.idea_id).update(visibility=Visibility.PRIVATE, audience="")

    assert lists(desk_of(lead, [chain], at=AT)) == [("Autumn list", 2, 0, 0, 0)]


def test_other_chains_lie_on_other_desks(
    shortlist: Shortlist, lead: Member, staff: Member, chain: ValueChain, other_chain: ValueChain
):
    meet(shortlist, "Now", state=MeetingState.RUNNING)
    review(entry_of(shortlist, "One"), staff)

    there = desk_of(staff, [other_chain], at=AT)

    assert (there.lists, there.reviews, there.meetings, there.glance.states) == ([], [], [], {})
    assert len(desk_of(staff, [chain, other_chain], at=AT).lists) == 1


# At a glance --------------------------------------------------------------------------------------------------------


def test_ideas_are_counted_by_state(researcher: Member, lead: Member, chain: ValueChain):
    for state in (IdeaState.OPEN, IdeaState.OPEN, IdeaState.PARKED, IdeaState.PREPARING):
        make_idea(researcher, chain=chain, state=state)

    assert desk_of(lead, [chain], at=AT).glance.states == {
        IdeaState.OPEN: 2,
        IdeaState.PARKED: 1,
        IdeaState.PREPARING: 1,
    }


def test_places_are_those_of_ideas_at_work(researcher: Member, lead: Member, chain: ValueChain):
    slot = make_slot(make_idea(researcher, chain=chain), wanted=3)
    slot.filled = 1
    slot.save()
    parked = make_idea(researcher, chain=chain)
    make_slot(parked)
    Idea.objects.filter(pk=parked.pk).update(state=IdeaState.PARKED)

    glance = desk_of(lead, [chain], at=AT).glance

    assert (glance.wanted, glance.filled) == (3, 1)


def test_next_deadlines_are_of_the_chains_calls_and_of_those_aimed_at(
    researcher: Member, lead: Member, chain: ValueChain, other_chain: ValueChain
):
    now = datetime.now(UTC)
    tagged, aimed, other = (make_call(name, closes_in=timedelta(days=n)) for n, name in enumerate(("A", "B", "C"), 9))
    make_call("D", closes_in=timedelta(days=-1)).value_chains.add(chain)
    tagged.value_chains.add(chain)
    other.value_chains.add(other_chain)
    for _ in range(2):
        make_idea(researcher, chain=chain, call=aimed)
    make_idea(researcher, chain=other_chain, call=tagged)

    closings = desk_of(lead, [chain], at=now).glance.closings

    assert [(one.deadline.call.identifier, one.ideas) for one in closings] == [("A", 0), ("B", 2)]


# All of it ----------------------------------------------------------------------------------------------------------


def test_a_desk_with_nothing_on_it_says_so(lead: Member, chain: ValueChain):
    assert desk_of(lead, [chain], at=AT).is_clear


@pytest.mark.parametrize("n", [1, 3])
def test_queries_are_as_many_however_many_ideas(
    n: int,
    researcher: Member,
    company: Member,
    administrator: Member,
    lead: Member,
    chain: ValueChain,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    firm = administrator.affiliations.get().organisation
    for _ in range(n):
        call = make_call(closes_in=timedelta(days=20))
        idea = make_idea(researcher, chain=chain, at=START, call=call)
        make_slot(idea)
        make_comment(idea, company, at=START)
        make_join_request(idea, administrator, firm, at=datetime.now(UTC) - timedelta(days=9))
        make_idea(researcher, chain=chain, at=START)
        shortlist = make_shortlist(lead, chain, idea)
        ReviewRound.objects.create(shortlist=shortlist, opened_by=lead, opened_at=START)
        review(shortlist.entries.get(), lead)
        stage(shortlist.entries.get())
        meet(shortlist, "Now", state=MeetingState.RUNNING)

    with django_assert_num_queries(QUERIES_OF_DESK):
        desk = desk_of(lead, [chain], at=datetime.now(UTC))

    assert [some.total for some in desk.alarms] == [n] * 5
    assert (len(desk.lists), len(desk.reviews), len(desk.meetings)) == (n, n, n)
