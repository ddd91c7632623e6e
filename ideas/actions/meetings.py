"""Writes of meetings before and after they run: plan, order the agenda, begin, end. What is done in the room while a
meeting runs is `meeting_room`.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.meeting_steps import changed, lock_meeting, lock_running, write_line
from ideas.choices import MeetingState, MinuteKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Meeting, MeetingItem, Member, Shortlist
from ideas.queries.meetings import addable_to, items_seen, steps_of
from ideas.rules.meetings import can_facilitate, can_plan_meeting

MAX_TITLE_CHARS = 200


@transaction.atomic(durable=True)
def plan_meeting(
    *, by: Member, shortlist: Shortlist, title: str, starts_at: datetime | None = None, at: datetime
) -> Meeting:
    """Plan a meeting over a list in preparation: its agenda is the list's order of this moment, and whoever plans it
    leads it until somebody else begins it.

    Raises NotAllowed, ValidationError, Conflict("already_published").
    """
    shortlist = Shortlist.objects.select_for_update().get(pk=shortlist.pk)
    if not can_plan_meeting(by, shortlist):
        raise NotAllowed
    meeting = Meeting(
        shortlist=shortlist,
        title=_clean_title(title),
        starts_at=starts_at,
        facilitator=by,
        created_by=by,
        created_at=at,
    )
    meeting.save()
    entries = shortlist.entries.order_by("position").values_list("idea_id", flat=True)
    items = [MeetingItem(meeting=meeting, idea_id=pk, position=place) for place, pk in enumerate(entries, start=1)]
    MeetingItem.objects.bulk_create(items)
    publish.meeting_changed(meeting)
    return meeting


@transaction.atomic(durable=True)
def edit_meeting(
    *, by: Member, meeting: Meeting, title: str, starts_at: datetime | None, version: int, at: datetime
) -> Meeting:
    """Give a planned meeting another title or time. Raises NotAllowed, ValidationError, Conflict("meeting_moved_on",
    "meeting_begun").
    """
    meeting = _lock_planned(meeting, by, version)
    meeting.title, meeting.starts_at = _clean_title(title), starts_at
    meeting.save(update_fields=["title", "starts_at"])
    return changed(meeting)


@transaction.atomic(durable=True)
def move_item(*, by: Member, item: MeetingItem, position: int, version: int, at: datetime) -> Meeting:
    """Move an idea of a planned meeting to a place among those that the member sees; beyond the end is the last.

    Raises NotAllowed, Conflict("meeting_moved_on", "meeting_begun").
    """
    meeting = _lock_planned(item.meeting, by, version)
    rest = list(meeting.items.exclude(pk=item.pk).order_by("position"))
    seen = set(items_seen(by).filter(meeting=meeting).values_list("pk", flat=True))
    places = [index for index, row in enumerate(rest) if row.pk in seen]
    index = places[position - 1] if 1 <= position <= len(places) else (0 if position < 1 else len(rest))
    _number([*rest[:index], item, *rest[index:]])
    return changed(meeting)


@transaction.atomic(durable=True)
def leave_out(*, by: Member, item: MeetingItem, version: int, at: datetime) -> Meeting:
    """Take an idea off a planned meeting's agenda; it stays on the list.

    Raises NotAllowed, Conflict("meeting_moved_on", "meeting_begun").
    """
    meeting = _lock_planned(item.meeting, by, version)
    meeting.items.filter(pk=item.pk).delete()
    _number(list(meeting.items.order_by("position")))
    return changed(meeting)


@transaction.atomic(durable=True)
def add_item(*, by: Member, meeting: Meeting, idea: Idea, at: datetime) -> MeetingItem:
    """Put an idea of the list at the end of the agenda, also while the meeting runs. One that is there stays there.

    Raises NotAllowed, ValidationError (not on the list), Conflict("meeting_not_running": it has ended).
    """
    meeting = lock_meeting(meeting, by)
    if meeting.state == MeetingState.ENDED:
        raise Conflict("meeting_not_running")
    there = items_seen(by).filter(meeting=meeting, idea=idea).first()
    if there:
        return there
    if not addable_to(meeting, by).filter(pk=idea.pk).exists():
        raise ValidationError({"idea": _("Only ideas of this list can be on the agenda.")})
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    item = MeetingItem.objects.create(meeting=meeting, idea=idea, position=last + 1)
    changed(meeting)
    return item


@transaction.atomic(durable=True)
def begin_meeting(*, by: Member, meeting: Meeting, version: int, at: datetime) -> Meeting:
    """Open the room with the first idea; whoever presses leads.

    Raises NotAllowed, Conflict("meeting_moved_on", "meeting_begun").
    """
    meeting = _lock_planned(meeting, by, version)
    first = next(iter(steps_of(meeting, by)), None)
    meeting.state, meeting.begun_at, meeting.facilitator, meeting.current_id = MeetingState.RUNNING, at, by, first
    meeting.save(update_fields=["state", "begun_at", "facilitator", "current"])
    write_line(meeting, MinuteKind.BEGUN, by=by, at=at)
    if first:
        write_line(meeting, MinuteKind.TURNED, by=by, at=at, item_id=first)
    return changed(meeting)


@transaction.atomic(durable=True)
def end_meeting(*, by: Member, meeting: Meeting, version: int, at: datetime) -> Meeting:
    """Close the room; from now on there are the minutes. Marks that weren't revealed are shown to nobody, ever.

    Raises NotAllowed (only the facilitator ends), Conflict("meeting_moved_on", "meeting_not_running").
    """
    meeting = lock_running(meeting, by, version)
    if not can_facilitate(by, meeting):
        raise NotAllowed
    meeting.state, meeting.ended_at, meeting.ends_at, meeting.current = MeetingState.ENDED, at, None, None
    meeting.save(update_fields=["state", "ended_at", "ends_at", "current"])
    write_line(meeting, MinuteKind.ENDED, by=by, at=at)
    return changed(meeting)


def _lock_planned(meeting: Meeting, by: Member, version: int) -> Meeting:
    meeting = lock_meeting(meeting, by)
    if meeting.state != MeetingState.PLANNED:
        raise Conflict("meeting_begun")
    if meeting.version != version:
        raise Conflict("meeting_moved_on")
    return meeting


def _clean_title(title: str) -> str:
    cleaned = text.clean_line("title", title, most=MAX_TITLE_CHARS)
    if not cleaned:
        raise ValidationError({"title": _("Give the meeting a title.")})
    return cleaned


def _number(items: list[MeetingItem]) -> None:
    for place, item in enumerate(items, start=1):
        item.position = place
    MeetingItem.objects.bulk_update(items, ["position"])
