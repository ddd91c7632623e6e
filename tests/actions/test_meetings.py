from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ideas.actions.meeting_room import (
    come_in,
    decide_item,
    give_mark,
    pass_on,
    reveal_marks,
    set_timer,
    take_over,
    turn_meeting,
    write_note,
)
from ideas.actions.meetings import (
    add_item,
    begin_meeting,
    edit_meeting,
    end_meeting,
    leave_out,
    move_item,
    plan_meeting,
)
from ideas.actions.shortlists import add_to_shortlist, publish_shortlist, remove_entry
from ideas.choices import MeetingState, MinuteKind, Outcome
from ideas.errors import Conflict, NotAllowed
from ideas.models import ConflictOfInterest, Decision, Meeting, MeetingItem, MeetingMark, Member, Shortlist, ValueChain
from realtime.models import Change
from tests.factories import make_idea, make_meeting, make_member, make_shortlist

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, researcher: Member) -> Shortlist:
    return make_shortlist(lead, chain, *(make_idea(researcher, chain=chain, title=title) for title in "ABC"))


@pytest.fixture
def planned(lead: Member, shortlist: Shortlist) -> Meeting:
    return make_meeting(lead, shortlist)


@pytest.fixture
def running(lead: Member, staff: Member, shortlist: Shortlist) -> Meeting:
    """Led by the lead; cluster staff came, too."""
    meeting = make_meeting(lead, shortlist, begun=True)
    come_in(by=staff, meeting=meeting, at=NOW)
    return meeting


def item(meeting: Meeting, title: str = "A") -> MeetingItem:
    return meeting.items.get(idea__title=title)


def agenda(meeting: Meeting) -> str:
    return "".join(meeting.items.order_by("position").values_list("idea__title", flat=True))


def lines(meeting: Meeting) -> list[tuple[str, str, str | None]]:
    rows = meeting.minutes.order_by("id").values_list("kind", "by__name", "item__idea__title")
    return [(kind, who.split()[0], title) for kind, who, title in rows]


def told_after(last: int) -> list[tuple[str, str, dict[str, Any]]]:
    rows = Change.objects.filter(pk__gt=last).order_by("pk").select_related("topic")
    return [(row.topic.name, row.kind, row.payload) for row in rows]


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def hint(meeting: Meeting, version: int) -> tuple[str, str, dict[str, Any]]:
    return (f"meeting.{meeting.pk}", "meeting.changed", {"id": meeting.pk, "version": version})


def conflict(member: Member, of: MeetingItem) -> None:
    ConflictOfInterest.objects.create(member=member, idea=of.idea, declared_at=NOW)


# Planning -----------------------------------------------------------------------------------------------------------


def test_the_agenda_is_the_lists_order_of_that_moment(lead, shortlist):
    before = last_change()

    meeting = plan_meeting(by=lead, shortlist=shortlist, title=" Spring  board ", starts_at=NOW, at=NOW)

    assert (meeting.title, meeting.state, agenda(meeting)) == ("Spring board", MeetingState.PLANNED, "ABC")
    assert told_after(before) == [hint(meeting, 0)]


def test_only_who_curates_the_list_plans_and_only_until_it_is_published(lead, researcher, outsider, shortlist):
    for member in (researcher, outsider):
        with pytest.raises(NotAllowed):
            plan_meeting(by=member, shortlist=shortlist, title="Mine", at=NOW)
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    with pytest.raises(NotAllowed):
        plan_meeting(by=lead, shortlist=shortlist, title="Late", at=NOW)

    assert Meeting.objects.count() == 0


def test_a_meeting_needs_a_title(lead, shortlist):
    with pytest.raises(ValidationError):
        plan_meeting(by=lead, shortlist=shortlist, title=" ", at=NOW)


@pytest.mark.parametrize(("title", "place", "expected"), [("A", 2, "BAC"), ("C", 1, "CAB"), ("A", 99, "BCA")])
def test_the_agenda_is_put_in_order_until_it_begins(lead, planned, title, place, expected):
    before = last_change()

    move_item(by=lead, item=item(planned, title), position=place, version=0, at=NOW)

    assert (agenda(planned), told_after(before)) == (expected, [hint(planned, 1)])


def test_a_move_goes_past_ideas_that_the_mover_does_not_see(lead, planned):
    conflict(lead, item(planned, "B"))

    move_item(by=lead, item=item(planned, "C"), position=1, version=0, at=NOW)

    assert agenda(planned) == "CAB"


def test_an_idea_is_left_out_and_can_come_back_at_the_end(lead, planned):
    meeting = leave_out(by=lead, item=item(planned), version=0, at=NOW)
    add_item(by=lead, meeting=meeting, idea=planned.shortlist.entries.get(idea__title="A").idea, at=NOW)

    assert agenda(planned) == "BCA"


def test_a_stale_change_of_the_agenda_is_refused(lead, staff, planned):
    edit_meeting(by=staff, meeting=planned, title="Other", starts_at=None, version=0, at=NOW)
    before = last_change()

    for act in (
        lambda: move_item(by=lead, item=item(planned), position=3, version=0, at=NOW),
        lambda: leave_out(by=lead, item=item(planned), version=0, at=NOW),
        lambda: edit_meeting(by=lead, meeting=planned, title="Mine", starts_at=None, version=0, at=NOW),
        lambda: begin_meeting(by=lead, meeting=planned, version=0, at=NOW),
    ):
        with pytest.raises(Conflict, match="meeting_moved_on"):
            act()

    planned.refresh_from_db()
    assert (planned.title, planned.state, agenda(planned), told_after(before)) == ("Other", "planned", "ABC", [])


def test_a_running_meeting_takes_additions_only(lead, running, researcher, chain, shortlist):
    idea = make_idea(researcher, chain=chain, title="D")
    add_to_shortlist(by=lead, shortlist=shortlist, idea=idea, at=NOW)

    with pytest.raises(Conflict, match="meeting_begun"):
        move_item(by=lead, item=item(running), position=2, version=1, at=NOW)
    add_item(by=lead, meeting=running, idea=idea, at=NOW)

    assert agenda(running) == "ABCD"


def test_an_idea_that_is_not_on_the_list_is_not_added(lead, running, researcher, chain):
    with pytest.raises(ValidationError):
        add_item(by=lead, meeting=running, idea=make_idea(researcher, chain=chain, title="X"), at=NOW)


def test_whoever_begins_leads(staff, planned):
    begin_meeting(by=staff, meeting=planned, version=0, at=NOW)

    planned.refresh_from_db()
    assert (planned.facilitator, planned.current, planned.state) == (staff, item(planned), MeetingState.RUNNING)
    assert lines(planned) == [("begun", "Stella", None), ("turned", "Stella", "A")]


# The room -----------------------------------------------------------------------------------------------------------


def test_who_comes_stands_once_in_the_minutes(lead, running):
    before = last_change()

    come_in(by=lead, meeting=running, at=NOW)

    assert [who for kind, who, _ in lines(running) if kind == MinuteKind.CAME] == ["Luca", "Stella"]
    assert told_after(before) == []


def test_nobody_else_comes_in(running, outsider, researcher):
    for member in (outsider, researcher):
        with pytest.raises(NotAllowed):
            come_in(by=member, meeting=running, at=NOW)


def test_the_facilitator_turns_on_back_and_to_an_idea(lead, running):
    shown = []
    for press in ({"step": 1}, {"to": item(running, "C")}, {"step": -1}):
        running = turn_meeting(by=lead, meeting=running, version=running.version, at=NOW, **press)
        shown.append(running.current.idea.title)

    assert shown == ["B", "C", "B"]
    assert [title for kind, _, title in lines(running) if kind == MinuteKind.TURNED] == ["A", "B", "C", "B"]


def test_nobody_but_the_facilitator_presses(staff, running):
    before = last_change()

    for act in (
        lambda: turn_meeting(by=staff, meeting=running, version=1, at=NOW),
        lambda: reveal_marks(by=staff, meeting=running, version=1, at=NOW),
        lambda: set_timer(by=staff, meeting=running, minutes=5, version=1, at=NOW),
        lambda: pass_on(by=staff, meeting=running, to=staff, version=1, at=NOW),
        lambda: decide_item(by=staff, item=item(running), outcome=Outcome.RESERVE, version=1, at=NOW),
        lambda: end_meeting(by=staff, meeting=running, version=1, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert told_after(before) == []


def test_a_stale_press_is_refused(lead, running):
    turn_meeting(by=lead, meeting=running, version=1, at=NOW)
    before = last_change()

    for act in (
        lambda: turn_meeting(by=lead, meeting=running, version=1, at=NOW),
        lambda: reveal_marks(by=lead, meeting=running, version=1, at=NOW),
        lambda: set_timer(by=lead, meeting=running, minutes=5, version=1, at=NOW),
        lambda: end_meeting(by=lead, meeting=running, version=1, at=NOW),
    ):
        with pytest.raises(Conflict, match="meeting_moved_on"):
            act()

    running.refresh_from_db()
    assert (running.current, running.state, told_after(before)) == (item(running, "B"), "running", [])


def test_there_is_nothing_beyond_the_ends_of_the_agenda(lead, running):
    with pytest.raises(Conflict, match="no_further_idea"):
        turn_meeting(by=lead, meeting=running, step=-1, version=1, at=NOW)


def test_a_facilitator_turns_to_an_idea_of_their_own_interest_for_the_others(lead, running):
    conflict(lead, item(running, "B"))

    meeting = turn_meeting(by=lead, meeting=running, version=1, at=NOW)

    assert meeting.current == item(running, "B")
    with pytest.raises(NotAllowed):
        reveal_marks(by=lead, meeting=meeting, version=meeting.version, at=NOW)


def test_a_turn_stops_the_timer(lead, running):
    meeting = set_timer(by=lead, meeting=running, minutes=5, version=1, at=NOW)
    was = meeting.ends_at

    meeting = turn_meeting(by=lead, meeting=meeting, version=meeting.version, at=NOW)

    assert (was, meeting.ends_at) == (NOW + timedelta(minutes=5), None)


def test_the_timer_is_given_more_and_stopped(lead, running):
    seen = []
    for minutes in (5, 3, 0):
        running = set_timer(by=lead, meeting=running, minutes=minutes, version=running.version, at=NOW)
        seen.append(running.ends_at)

    assert seen == [NOW + timedelta(minutes=5), NOW + timedelta(minutes=8), None]


def test_a_timer_that_is_over_begins_anew(lead, running):
    meeting = set_timer(by=lead, meeting=running, minutes=5, version=1, at=NOW)
    later = NOW + timedelta(hours=1)

    meeting = set_timer(by=lead, meeting=meeting, minutes=3, version=meeting.version, at=later)

    assert meeting.ends_at == later + timedelta(minutes=3)


# Marks --------------------------------------------------------------------------------------------------------------


def test_a_mark_is_changed_until_the_reveal_and_tells_nothing(lead, staff, running):
    before = last_change()

    for halves in (3, 9):
        give_mark(by=staff, item=item(running), halves=halves, at=NOW)
    revealed = reveal_marks(by=lead, meeting=running, version=1, at=NOW)

    assert list(MeetingMark.objects.values_list("member", "halves")) == [(staff.pk, 9)]
    assert (revealed.revealed_at, told_after(before)) == (NOW, [hint(running, 1)] * 2 + [hint(running, 2)])
    with pytest.raises(Conflict, match="marks_revealed"):
        give_mark(by=staff, item=item(running), halves=1, at=NOW)
    with pytest.raises(Conflict, match="marks_revealed"):
        reveal_marks(by=lead, meeting=running, version=2, at=NOW)


@pytest.mark.parametrize("halves", [-1, 11])
def test_a_mark_is_from_nought_to_five(staff, running, halves):
    with pytest.raises(ValidationError):
        give_mark(by=staff, item=item(running), halves=halves, at=NOW)

    assert MeetingMark.objects.count() == 0


def test_only_the_current_idea_is_marked(staff, running):
    with pytest.raises(Conflict, match="meeting_moved_on"):
        give_mark(by=staff, item=item(running, "B"), halves=4, at=NOW)


def test_who_has_an_interest_gives_no_mark_and_one_given_before_goes(lead, staff, running):
    give_mark(by=lead, item=item(running), halves=6, at=NOW)
    give_mark(by=staff, item=item(running), halves=10, at=NOW)
    conflict(staff, item(running))

    with pytest.raises(NotAllowed):
        give_mark(by=staff, item=item(running), halves=9, at=NOW)
    reveal_marks(by=lead, meeting=running, version=1, at=NOW)

    assert list(MeetingMark.objects.values_list("member", "halves")) == [(lead.pk, 6)]


def test_nothing_is_revealed_where_nobody_gave_a_mark(lead, running):
    with pytest.raises(Conflict, match="no_marks"):
        reveal_marks(by=lead, meeting=running, version=1, at=NOW)


# Minutes, decisions, the role ---------------------------------------------------------------------------------------


def test_a_note_is_one_line_written_once(staff, running):
    before = last_change()

    for _ in range(2):
        write_note(by=staff, meeting=running, item=item(running), body=" Who\nleads? ", client_id="one", at=NOW)

    notes = running.minutes.filter(kind=MinuteKind.NOTE).values_list("text", "item__idea__title", "by__name", "at")
    assert list(notes) == [("Who leads?", "A", "Stella Staff", NOW)]
    assert told_after(before) == [hint(running, 1)]


def test_a_note_says_something_and_nothing_of_an_idea_of_ones_interest(staff, running):
    conflict(staff, item(running, "B"))

    with pytest.raises(ValidationError):
        write_note(by=staff, meeting=running, item=None, body=" ", at=NOW)
    with pytest.raises(ValidationError):
        write_note(by=staff, meeting=running, item=None, body="x" * 501, at=NOW)
    with pytest.raises(NotAllowed):
        write_note(by=staff, meeting=running, item=item(running, "B"), body="Mine.", at=NOW)


def test_a_decision_is_staged_on_the_list_and_stands_in_the_minutes(lead, running, shortlist):
    before = last_change()

    decide_item(by=lead, item=item(running), outcome=Outcome.SHORTLIST, text="Well done.", version=1, at=NOW)

    assert list(Decision.objects.values_list("entry__idea__title", "outcome", "text", "published_at")) == [
        ("A", "shortlist", "Well done.", None)
    ]
    assert lines(running)[-1] == ("decided", "Luca", "A")
    topics = [(topic, kind) for topic, kind, _ in told_after(before)]
    assert topics == [
        (f"meeting.{running.pk}", "meeting.changed"), (f"shortlist.{shortlist.pk}", "shortlist.changed")
    ]  # fmt: skip


def test_a_decision_that_somebody_staged_meanwhile_is_not_overwritten(lead, running):
    decide_item(by=lead, item=item(running), outcome=Outcome.SHORTLIST, version=1, at=NOW)

    with pytest.raises(Conflict, match="edited_meanwhile"):
        decide_item(by=lead, item=item(running), outcome=Outcome.DECLINE, staged=0, version=2, at=NOW)

    assert Decision.objects.get().outcome == Outcome.SHORTLIST
    assert [kind for kind, _, _ in lines(running)].count("decided") == 1


def test_an_idea_off_the_list_is_not_decided_and_keeps_its_minutes(lead, running, shortlist):
    write_note(by=lead, meeting=running, item=item(running), body="Said.", at=NOW)
    remove_entry(by=lead, entry=shortlist.entries.get(idea__title="A"), at=NOW)

    with pytest.raises(Conflict, match="stale_order"):
        decide_item(by=lead, item=item(running), outcome=Outcome.DECLINE, version=1, at=NOW)

    assert lines(running)[-1] == ("note", "Luca", "A")


def test_the_role_is_passed_on_to_who_came(lead, staff, running):
    with pytest.raises(ValidationError):
        pass_on(by=lead, meeting=running, to=make_member(is_staff=True), version=1, at=NOW)

    meeting = pass_on(by=lead, meeting=running, to=staff, version=1, at=NOW)

    assert (meeting.facilitator, lines(meeting)[-1]) == (staff, ("passed", "Luca", None))
    with pytest.raises(NotAllowed):
        turn_meeting(by=lead, meeting=meeting, version=meeting.version, at=NOW)


def test_another_lead_takes_the_role_over_by_a_press_of_their_own(staff, running, outsider):
    with pytest.raises(NotAllowed):
        take_over(by=outsider, meeting=running, version=1, at=NOW)

    meeting = take_over(by=staff, meeting=running, version=1, at=NOW)

    assert (meeting.facilitator, lines(meeting)[-1]) == (staff, ("passed", "Stella", None))


def test_who_leads_the_chain_no_more_leads_no_meeting(lead, chain, running):
    chain.leads.remove(lead)

    with pytest.raises(NotAllowed):
        turn_meeting(by=lead, meeting=running, version=1, at=NOW)


def test_after_the_end_nothing_is_pressed(lead, staff, running):
    meeting = end_meeting(by=lead, meeting=running, version=1, at=NOW)

    assert (meeting.state, meeting.current, meeting.ended_at, lines(meeting)[-1]) == (
        MeetingState.ENDED, None, NOW, ("ended", "Luca", None)
    )  # fmt: skip
    for act in (
        lambda: give_mark(by=staff, item=item(running), halves=2, at=NOW),
        lambda: write_note(by=staff, meeting=running, item=None, body="Late.", at=NOW),
        lambda: turn_meeting(by=lead, meeting=running, version=2, at=NOW),
        lambda: take_over(by=staff, meeting=running, version=2, at=NOW),
        lambda: add_item(by=lead, meeting=running, idea=item(running).idea, at=NOW),
        lambda: come_in(by=staff, meeting=running, at=NOW),
    ):
        with pytest.raises(Conflict, match="meeting_not_running"):
            act()
