"""Presses in one meeting at the same moment: one of them holds, and nothing is counted that came too late."""

import pytest
from django.utils import timezone

from ideas.actions.meeting_room import come_in, give_mark, reveal_marks, take_over, turn_meeting, write_note
from ideas.choices import MinuteKind
from ideas.models import Meeting, MeetingItem, MeetingMark, Member, ValueChain
from tests.concurrency.test_writers import at_once, numbers_have_no_holes
from tests.factories import make_idea, make_meeting, make_member, make_shortlist

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 6


@pytest.fixture
def meeting(lead: Member, chain: ValueChain, researcher: Member) -> Meeting:
    ideas = (make_idea(researcher, chain=chain, title=title) for title in "ABC")
    return make_meeting(lead, make_shortlist(lead, chain, *ideas), begun=True)


@pytest.fixture
def people(chain: ValueChain) -> list[Member]:
    members = [make_member() for _ in range(WRITERS)]
    chain.leads.add(*members)
    return members


def item(meeting: Meeting) -> MeetingItem:
    return meeting.items.get(position=1)


def test_of_many_turns_at_once_one_holds(lead: Member, meeting: Meeting):
    def turn() -> int:
        return turn_meeting(by=lead, meeting=meeting, version=1, at=timezone.now()).version

    told = at_once([turn] * WRITERS)

    meeting.refresh_from_db()
    assert sorted(map(str, told)) == ["2", *["meeting_moved_on"] * (WRITERS - 1)]
    assert (meeting.current, meeting.version) == (meeting.items.get(position=2), 2)
    assert meeting.minutes.filter(kind=MinuteKind.TURNED).count() == 2
    assert numbers_have_no_holes()


def test_of_many_who_take_over_at_once_one_leads(people: list[Member], meeting: Meeting):
    def take(by: Member) -> str:
        return take_over(by=by, meeting=meeting, version=1, at=timezone.now()).facilitator.name

    told = at_once([lambda by=by: take(by) for by in people])

    assert told.count("meeting_moved_on") == WRITERS - 1
    assert meeting.minutes.filter(kind=MinuteKind.PASSED).count() == 1


def test_a_mark_comes_before_the_reveal_or_not_at_all(lead: Member, people: list[Member], meeting: Meeting):
    give_mark(by=lead, item=item(meeting), halves=4, at=timezone.now())

    def mark(by: Member) -> str:
        give_mark(by=by, item=item(meeting), halves=6, at=timezone.now())
        return "given"

    def reveal() -> str:
        reveal_marks(by=lead, meeting=meeting, version=1, at=timezone.now())
        return "revealed"

    told = at_once([*(lambda by=by: mark(by) for by in people), reveal])

    assert told[-1] == "revealed"
    assert set(told[:-1]) <= {"given", "marks_revealed"}
    marks = MeetingMark.objects.filter(item=item(meeting))
    assert marks.count() == told.count("given") + 1
    assert numbers_have_no_holes()


def test_the_same_note_and_the_same_coming_many_times_at_once_are_one(people: list[Member], meeting: Meeting):
    by = people[0]

    def note() -> int:
        at = timezone.now()
        return write_note(by=by, meeting=meeting, item=None, body="Once.", client_id="one", at=at).pk

    def come() -> str:
        come_in(by=by, meeting=meeting, at=timezone.now())
        return "came"

    told = at_once([*[note] * 3, *[come] * 3])

    assert (len(set(told[:3])), told[3:]) == (1, ["came"] * 3)
    assert meeting.minutes.filter(kind=MinuteKind.NOTE).count() == 1
    assert meeting.minutes.filter(kind=MinuteKind.CAME, by=by).count() == 1
