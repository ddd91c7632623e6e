"""Writes in the room of a running meeting: come in, turn, mark, reveal, note, the timer, the facilitator's role.

Every press of the facilitator's names the version that the presser saw: of two at once one holds, the other is refused
and sees the truth. A mark and a note depend on nothing but their idea, so they name none.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.decisions import stage
from ideas.actions.meeting_steps import came, changed, lock_running, write_line
from ideas.choices import MinuteKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Decision, Meeting, MeetingItem, MeetingMark, MeetingMinute, Member
from ideas.queries.conflicts import conflicted_members
from ideas.queries.meetings import entry_of, has_come, items_seen, steps_of
from ideas.rules.meetings import can_attend, can_facilitate

MAX_HALVES = 10
MAX_NOTE_CHARS = 500
MAX_TIMER_MINUTES = 120


@transaction.atomic(durable=True)
def come_in(*, by: Member, meeting: Meeting, at: datetime) -> Meeting:
    """Write into the minutes that somebody came: once, however often they open the room.

    Raises NotAllowed, Conflict("meeting_not_running").
    """
    meeting = lock_running(meeting, by)
    if came(meeting, by, at):
        publish.meeting_changed(meeting)
    return meeting


@transaction.atomic(durable=True)
def turn_meeting(
    *, by: Member, meeting: Meeting, to: MeetingItem | None = None, step: int = 1, version: int, at: datetime
) -> Meeting:
    """Show every screen another idea: `to`, one that the facilitator sees, or so many steps on (-1 is back).

    Raises NotAllowed, Conflict("meeting_moved_on", "meeting_not_running", "no_further_idea").
    """
    meeting = _lock_led(meeting, by, version)
    steps = steps_of(meeting, by)
    target = _target(meeting, steps, to, step)
    if target == meeting.current_id:
        return meeting
    meeting.current_id, meeting.ends_at = target, None
    meeting.save(update_fields=["current", "ends_at"])
    write_line(meeting, MinuteKind.TURNED, by=by, at=at, item_id=target)
    return changed(meeting)


def _target(meeting: Meeting, steps: list[int], to: MeetingItem | None, step: int) -> int:
    if to is not None:
        if to.pk not in steps:
            raise Conflict("meeting_moved_on")
        return to.pk
    index = steps.index(meeting.current_id) + step if meeting.current_id in steps else 0
    if not 0 <= index < len(steps):
        raise Conflict("no_further_idea")
    return steps[index]


@transaction.atomic(durable=True)
def give_mark(*, by: Member, item: MeetingItem, halves: int, at: datetime) -> MeetingMark:
    """Give the current idea a mark, or another one; nobody else sees which before the reveal.

    Raises NotAllowed (an idea that one doesn't see, or has an interest in), ValidationError,
    Conflict("meeting_not_running", "meeting_moved_on": another idea is current, "marks_revealed").
    """
    meeting = lock_running(item.meeting, by)
    if not items_seen(by).filter(pk=item.pk).exists():
        raise NotAllowed
    if not 0 <= halves <= MAX_HALVES:
        raise ValidationError({"halves": _("Give a mark from 0 to 5, in halves.")})
    if meeting.current_id != item.pk:
        raise Conflict("meeting_moved_on")
    if meeting.items.filter(pk=item.pk, revealed_at__isnull=False).exists():
        raise Conflict("marks_revealed")
    mark, _new = MeetingMark.objects.update_or_create(item=item, member=by, defaults={"halves": halves, "given_at": at})
    came(meeting, by, at)
    publish.meeting_changed(meeting)
    return mark


@transaction.atomic(durable=True)
def reveal_marks(*, by: Member, meeting: Meeting, version: int, at: datetime) -> MeetingItem:
    """Show everybody the marks of the current idea, all at once and for good.

    Marks of those who have an interest in it by now don't count, and go. Raises NotAllowed (not the facilitator, or
    with an interest), Conflict("meeting_moved_on", "meeting_not_running", "marks_revealed", "no_marks").
    """
    meeting = _lock_led(meeting, by, version)
    item = items_seen(by).filter(pk=meeting.current_id or 0).select_related("idea").first()
    if item is None:
        raise NotAllowed
    if item.revealed_at:
        raise Conflict("marks_revealed")
    item.marks.filter(member__in=conflicted_members(item.idea).values("id")).delete()
    if not item.marks.exists():
        raise Conflict("no_marks")
    item.revealed_at = at
    item.save(update_fields=["revealed_at"])
    write_line(meeting, MinuteKind.REVEALED, by=by, at=at, item_id=item.pk)
    changed(meeting)
    return item


@transaction.atomic(durable=True)
def decide_item(
    *, by: Member, item: MeetingItem, outcome: str, text: str = "", staged: int = 0, version: int, at: datetime
) -> Decision:
    """Stage what the meeting decides of its current idea, and write it into the minutes. Its authors hear of it when
    the list's decisions are published.

    `staged` is the version of the decision that was staged before, 0 for none. Raises NotAllowed, ValidationError by
    field, Conflict("meeting_moved_on", "meeting_not_running", "edited_meanwhile", "stale_order": off the list).
    """
    meeting = _lock_led(item.meeting, by, version)
    entry = entry_of(item, meeting.shortlist_id)
    if meeting.current_id != item.pk:
        raise Conflict("meeting_moved_on")
    if entry is None:
        raise Conflict("stale_order")
    row, shortlist = stage(by=by, entry=entry, outcome=outcome, text=text, version=staged, at=at)
    write_line(meeting, MinuteKind.DECIDED, by=by, at=at, item_id=item.pk, outcome=row.outcome)
    changed(meeting, decided_on=shortlist)
    return row


@transaction.atomic(durable=True)
def write_note(
    *, by: Member, meeting: Meeting, item: MeetingItem | None, body: str, client_id: str = "", at: datetime
) -> MeetingMinute:
    """Write a line into the minutes, of an idea of the agenda or of the whole. The same `client_id` writes one line.

    Raises NotAllowed, ValidationError, Conflict("meeting_not_running").
    """
    meeting = lock_running(meeting, by)
    if item is not None and not items_seen(by).filter(pk=item.pk, meeting=meeting).exists():
        raise NotAllowed
    said = text.clean_line("body", body, most=MAX_NOTE_CHARS)
    if not said:
        raise ValidationError({"body": _("Write something first.")})
    token = text.clean_line("client_id", client_id, most=64)
    sent = meeting.minutes.filter(by=by, data__client_id=token).first() if token else None
    if sent:
        return sent
    came(meeting, by, at)
    data = {"client_id": token} if token else {}
    line = write_line(meeting, MinuteKind.NOTE, by=by, at=at, item_id=item.pk if item else None, text=said, **data)
    publish.meeting_changed(meeting)
    return line


@transaction.atomic(durable=True)
def set_timer(*, by: Member, meeting: Meeting, minutes: int, version: int, at: datetime) -> Meeting:
    """Start the timer, or give more time to a running one; 0 stops it.

    Raises NotAllowed, ValidationError, Conflict("meeting_moved_on", "meeting_not_running").
    """
    meeting = _lock_led(meeting, by, version)
    if not 0 <= minutes <= MAX_TIMER_MINUTES:
        raise ValidationError({"minutes": _("Choose up to %(most)d minutes.") % {"most": MAX_TIMER_MINUTES}})
    begins = max(meeting.ends_at, at) if meeting.ends_at else at
    longest = at + timedelta(minutes=MAX_TIMER_MINUTES)
    meeting.ends_at = min(begins + timedelta(minutes=minutes), longest) if minutes else None
    meeting.save(update_fields=["ends_at"])
    return changed(meeting)


@transaction.atomic(durable=True)
def pass_on(*, by: Member, meeting: Meeting, to: Member, version: int, at: datetime) -> Meeting:
    """Give the facilitator's role to somebody who came.

    Raises NotAllowed, ValidationError (nobody who came), Conflict("meeting_moved_on", "meeting_not_running").
    """
    meeting = _lock_led(meeting, by, version)
    if not can_attend(to, meeting) or not has_come(meeting, to):
        raise ValidationError({"to": _("Choose somebody who came to the meeting.")})
    return _hand_over(meeting, to, by=by, at=at)


@transaction.atomic(durable=True)
def take_over(*, by: Member, meeting: Meeting, version: int, at: datetime) -> Meeting:
    """Take the facilitator's role, as when who had it has gone: anybody who may attend, by a press of their own.

    Raises NotAllowed, Conflict("meeting_moved_on", "meeting_not_running").
    """
    meeting = lock_running(meeting, by, version)
    if meeting.facilitator_id == by.pk:
        return meeting
    came(meeting, by, at)
    return _hand_over(meeting, by, by=by, at=at)


def _hand_over(meeting: Meeting, to: Member, *, by: Member, at: datetime) -> Meeting:
    meeting.facilitator = to
    meeting.save(update_fields=["facilitator"])
    write_line(meeting, MinuteKind.PASSED, by=by, at=at, to=to.name)
    return changed(meeting)


def _lock_led(meeting: Meeting, by: Member, version: int) -> Meeting:
    """Lock a running meeting for its facilitator. A press on what was is refused before the question who may press:
    whose role went meanwhile is told that the meeting moved on.
    """
    meeting = lock_running(meeting, by, version)
    if not can_facilitate(by, meeting):
        raise NotAllowed
    return meeting
