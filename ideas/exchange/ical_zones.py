"""Time zones for calendar files (VTIMEZONE), by rules that hold for years: "the last Sunday of March", not by dates.

Outlook and others pass over lists of dates, and are then wrong by an hour; and the lists that `icalendar` itself would
write begin summer time an hour late.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

# So many years tell "the last Sunday" from "the fourth": within them a month's last Sunday is a fifth one, too.
YEARS = 12
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Change:
    """A moment at which a zone's clocks change; `local` is what they showed then, as calendars want it."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


def describe_zone(name: str, first: int, last: int) -> Timezone | None:
    """Describe a zone's clocks from the year `first` to the year `last`, and on by the rules that hold then.

    None where they follow no yearly rule all the time (Casablanca's follow the moon): such moments stand best in UTC.
    """
    end = max(last, first + YEARS)
    # The year before, too: it says what the clocks show when the first year begins.
    changes = [change for year in range(first - 1, end + 1) for change in _changes(name, year)]
    series = [list(alike) for _kind, alike in groupby(sorted(changes, key=_kind_of), key=_kind_of)]
    rules = [_rule(alike, end) for alike in series]
    described = Timezone()
    described.add("TZID", name)
    if not changes or changes[0].local.year >= first:
        described.add_component(_observance(_at_rest(name, first - 1)))
    for alike, rule in zip(series, rules, strict=True):
        if rule is None:
            return None
        described.add_component(_observance(alike[0], rule))
    return described


def _kind_of(change: Change) -> tuple[bool, str, timedelta, timedelta, int]:
    return (change.summer, change.name, change.before, change.after, change.local.month)


def _rule(changes: list[Change], end: int) -> dict[str, object] | None:
    """Find the yearly rule that gives exactly these changes: the n-th or the last such weekday of a month."""
    days = [change.local for change in changes]
    first, last = days[0], days[-1]
    regular = all(b.year - a.year == 1 for a, b in pairwise(days))
    alike = len({(day.weekday(), day.time()) for day in days}) == 1
    if not (regular and alike and len(days) >= YEARS // 2):
        return None
    if all(day.day + 7 > monthrange(day.year, day.month)[1] for day in days):
        place = -1
    elif len({_week(day) for day in days}) == 1:
        place = _week(first)
    else:
        return None
    rule: dict[str, object] = {"FREQ": "YEARLY", "BYMONTH": first.month, "BYDAY": f"{place}{WEEKDAYS[first.weekday()]}"}
    return rule if last.year == end else rule | {"UNTIL": (last - changes[-1].before).replace(tzinfo=UTC)}


def _week(day: datetime) -> int:
    return (day.day - 1) // 7 + 1


def _observance(change: Change, rule: dict[str, object] | None = None) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.summer else TimezoneStandard()
    part.add("DTSTART", change.local)
    part.add("TZOFFSETFROM", change.before)
    part.add("TZOFFSETTO", change.after)
    part.add("TZNAME", change.name)
    if rule:
        part.add("RRULE", rule)
    return part


def _at_rest(name: str, year: int) -> Change:
    """What the clocks of a zone show when a year begins, for those that had no change in the year before."""
    begins = datetime(year, 1, 1, tzinfo=ZoneInfo(name))
    offset = begins.utcoffset() or timedelta()
    return Change(begins.replace(tzinfo=None), offset, offset, begins.tzname() or "", False)


@lru_cache(maxsize=4096)
def _changes(name: str, year: int) -> tuple[Change, ...]:
    """Find the changes of a zone's clocks within a year of UTC: day by day, then to the second."""
    zone, found = ZoneInfo(name), []
    begins = datetime(year, 1, 1, tzinfo=UTC)
    days = [begins + timedelta(days=day) for day in range((datetime(year + 1, 1, 1, tzinfo=UTC) - begins).days + 1)]
    for low, high in pairwise(days):
        before = low.astimezone(zone).utcoffset()
        if before == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
            same = middle.astimezone(zone).utcoffset() == before
            low, high = (middle, high) if same else (low, middle)
        found.append(_change(high, before or timedelta(), zone))
    return tuple(found)


def _change(at: datetime, before: timedelta, zone: ZoneInfo) -> Change:
    local = at.astimezone(zone)
    after = local.utcoffset() or timedelta()
    # Not what the zone calls its summer: Ireland's law has a winter time that goes back, which calendars get wrong.
    return Change((at + before).replace(tzinfo=None), before, after, local.tzname() or "", after > before)
