"""From when on silence is a lead's business, and how urgent it is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ideas.choices import IDEA_JOINABLE, Alarm, IdeaState

# An idea is open, and nobody but its authors has said a word.
SILENT_AFTER = timedelta(days=7)
# Somebody else wrote, and the authors haven't.
UNANSWERED_AFTER = timedelta(days=7)
# An organisation asked to join.
REQUEST_AFTER = timedelta(days=5)
# A place is open so many days before the idea's deadline. Days of the calendar, on the deadline's own clock.
PLACES_DAYS = 30
# No zone's clock changes by more than that between two days.
CLOCKS_APART = timedelta(days=1)

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
