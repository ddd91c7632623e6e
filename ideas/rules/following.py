"""When a reminder of a deadline is due."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ideas.choices import LEAD_DAYS, DeadlineKind

# An opening asks for nothing: it is worth a word shortly before, not a month.
LEADS_OF: dict[str, tuple[int, ...]] = {DeadlineKind.OPENING: (2, 1)}
# The furthest ahead that any reminder looks; a day more for the clocks' changes.
HORIZON = timedelta(days=max(LEAD_DAYS) + 1)


def due_at(at: datetime, zone: str, lead: int) -> datetime:
    """Find when to remind of a deadline, `lead` days before it.

    Days are days of the calendar on the deadline's own clock: the same hour, so that a night on which clocks change
    moves nothing. One day is 24 hours exactly, whatever the clocks do.
    """
    if lead == 1:
        return at - timedelta(hours=24)
    local = at.astimezone(ZoneInfo(zone))
    # Through UTC and back: an hour that a spring night leaves out becomes the one after it.
    return (local - timedelta(days=lead)).astimezone(UTC)


def leads_due(at: datetime, zone: str, kind: str, *, since: datetime, now: datetime) -> list[int]:
    """List the lead times whose moment has come, the shortest first; none once the deadline has passed.

    Those that had come when the date was written (`since`) aren't among them: whoever follows was told of the date.
    """
    if now >= at:
        return []
    moments = ((lead, due_at(at, zone, lead)) for lead in sorted(LEADS_OF.get(kind, LEAD_DAYS)))
    return [lead for lead, moment in moments if since <= moment <= now]


def chosen_lead(due: Iterable[int], chosen: Iterable[int]) -> int | None:
    """Pick the one lead time to remind a member of: the shortest that has come and that they chose. None: not now."""
    wanted = set(chosen)
    return next((lead for lead in sorted(due) if lead in wanted), None)
