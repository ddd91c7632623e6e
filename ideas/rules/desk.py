"""From when on silence is a lead's business, and how urgent it is."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ideas.choices import IDEA_JOINABLE, Alarm, IdeaState
from ideas.rules.ideas import is_expired

# An idea is open, and nobody but its authors has said a word.
SILENT_AFTER = timedelta(days=7)
# Somebody else wrote, and the authors haven't.
UNANSWERED_AFTER = timedelta(days=7)
# An organisation asked to join.
REQUEST_AFTER = timedelta(days=5)
# A place is open so many days before the idea's deadline. Days of the calendar, on the deadline's own clock.
PLACES_DAYS = 30

# After how much waiting each alarm begins; None: at once.
LIMITS: dict[str, timedelta | None] = {
    Alarm.SILENT: SILENT_AFTER,
    Alarm.UNANSWERED: UNANSWERED_AFTER,
    Alarm.REQUESTS: REQUEST_AFTER,
    Alarm.UNTARGETED: None,
}
# The states in which an idea makes each alarm. None of them where an idea is over, parked or somebody else's.
ALARMING: dict[str, frozenset[str]] = {
    Alarm.PLACES: IDEA_JOINABLE,
    Alarm.REQUESTS: IDEA_JOINABLE,
    Alarm.UNANSWERED: IDEA_JOINABLE,
    Alarm.SILENT: frozenset({IdeaState.OPEN}),
    Alarm.UNTARGETED: frozenset({IdeaState.OPEN, IdeaState.PREPARING}),
}


class Watched(NamedTuple):
    """What an idea's alarms depend on. `opened_at`: when it was opened last; `asked`: whether any organisation asked to
    join it; `unanswered_at`: the first comment that waits for its authors; `requested_at`: the first request that waits
    for anybody; `zone`: of the deadline at `closes_at`.
    """

    id: int
    state: str
    call_id: int | None
    call_closes_at: datetime | None
    valid_until: date | None
    opened_at: datetime | None
    heard_at: datetime | None
    asked: bool
    unanswered_at: datetime | None
    closes_at: datetime | None
    zone: str | None
    open_slots: int
    requested_at: datetime | None = None


def alarms_of(idea: Watched, at: datetime, today: date) -> dict[str, datetime]:
    """List the alarms that an idea makes at an instant, each with since when; of places with the deadline."""
    if idea.state not in IDEA_JOINABLE or is_expired(idea.state, idea.valid_until, today):
        return {}
    found = {
        Alarm.PLACES: idea.closes_at if idea.open_slots and _closes_soon(idea, at) else None,
        Alarm.REQUESTS: _waited(idea.requested_at, REQUEST_AFTER, at),
        Alarm.UNANSWERED: _waited(idea.unanswered_at, UNANSWERED_AFTER, at),
        Alarm.SILENT: None if idea.heard_at or idea.asked else _waited(idea.opened_at, SILENT_AFTER, at),
        Alarm.UNTARGETED: None if _has_call_ahead(idea, at) else idea.opened_at,
    }
    return {alarm: since for alarm, since in found.items() if since is not None and idea.state in ALARMING[alarm]}


def _waited(since: datetime | None, limit: timedelta, at: datetime) -> datetime | None:
    return since if since is not None and at - since >= limit else None


def _closes_soon(idea: Watched, at: datetime) -> bool:
    return idea.closes_at is not None and at < idea.closes_at <= places_until(at, idea.zone or "UTC")


def _has_call_ahead(idea: Watched, at: datetime) -> bool:
    return idea.call_id is not None and (idea.call_closes_at is None or at <= idea.call_closes_at)


@lru_cache(maxsize=128)
def places_until(at: datetime, zone: str) -> datetime:
    """Find the last deadline on a zone's clock before which an open place is an alarm now: `PLACES_DAYS` ahead.

    The same hour of the day, so that a night on which clocks change moves nothing.
    """
    local = at.astimezone(ZoneInfo(zone))
    # Through UTC and back: an hour that a spring night leaves out becomes the one after it.
    return (local + timedelta(days=PLACES_DAYS)).astimezone(UTC)


def overdue_days(alarm: str, since: datetime, at: datetime) -> int | None:
    """Count the whole days by which a wait is longer than it should be; None where there is no limit."""
    limit = LIMITS.get(alarm)
    return None if limit is None else (at - since - limit).days
