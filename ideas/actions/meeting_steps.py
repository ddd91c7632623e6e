"""What every write of a meeting does: lock it, refuse a press on what was meanwhile, keep its minutes, tell."""

from datetime import datetime
from typing import Any

from ideas import publish
from ideas.choices import MeetingState, MinuteKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Meeting, MeetingMinute, Member, Shortlist
from ideas.rules.meetings import can_attend


def lock_meeting(meeting: Meeting, by: Member) -> Meeting:
    """Read a meeting anew, locked, for somebody who may attend it: presses come one after the other on either engine.

    Raises NotAllowed.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if not can_attend(by, meeting):
        raise NotAllowed
    return meeting


def lock_running(meeting: Meeting, by: Member, version: int | None = None) -> Meeting:
    """The same for a meeting that runs; with `version`, only as the presser saw it.

    Raises NotAllowed, Conflict("meeting_not_running", "meeting_moved_on").
    """
    meeting = lock_meeting(meeting, by)
    if meeting.state != MeetingState.RUNNING:
        raise Conflict("meeting_not_running")
    if version is not None and meeting.version != version:
        raise Conflict("meeting_moved_on")
    return meeting


def write_line(
    meeting: Meeting,
    kind: MinuteKind,
    *,
    by: Member,
    at: datetime,
    item_id: int | None = None,
    text: str = "",
    **data: Any,
) -> MeetingMinute:
    """Write a line of the minutes; none is ever changed."""
    return MeetingMinute.objects.create(meeting=meeting, kind=kind, by=by, at=at, item_id=item_id, text=text, data=data)


def came(meeting: Meeting, by: Member, at: datetime) -> bool:
    """Write that somebody came, once; returns whether it was news. The meeting is locked."""
    if meeting.minutes.filter(kind=MinuteKind.CAME, by=by).exists():
        return False
    write_line(meeting, MinuteKind.CAME, by=by, at=at)
    return True


def changed(meeting: Meeting, *, decided_on: Shortlist | None = None) -> Meeting:
    """Count a change of what presses depend on, and tell, also on the list on which something was decided: stands
    last.
    """
    meeting.version += 1
    meeting.save(update_fields=["version"])
    publish.meeting_changed(meeting, decided_on=decided_on)
    return meeting
