"""What a source's raw date means: the instant, the zone whose clock is meant, and whether the hour can be trusted.

The rules, source by source: docs/sources.md §3.
"""

import enum
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

BRUSSELS = "Europe/Brussels"
ROME = "Europe/Rome"
EU_HOUR = time(17)
# Where only a day is known, it counts to its last minute, and the hour is marked as unverified.
LAST_MINUTE = time(23, 59)
YEARS = range(1990, 2100)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ITALIAN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(?:ore )?(\d{1,2})[:.](\d{2}))?")


class Source(enum.Enum):
    """Who wrote the date, which says how to read it."""

    EU_TOPIC = "eu-topic"  # the portal's grants (type 1): the day counts, always 17:00 in Brussels
    EU_INSTANT = "eu-instant"  # the portal's tenders and external action (types 0 and 2): a true instant
    EU_CASCADE = "eu-cascade"  # calls by third parties (type 8): hours that can't be trusted
    NATIONAL = "national"  # Italian and regional calls: the hour that is written, on Rome's clock


@dataclass(frozen=True)
class Reading:
    """`at` is in UTC; `raw` is what the source wrote; `verified` is False where the hour is a guess."""

    at: datetime
    zone: str
    raw: str
    verified: bool = True


class UnreadableDate(ValueError):
    """The value is no date. The message quotes it."""

    def __init__(self, raw: str) -> None:
        super().__init__(_("“%(text)s” is not a date") % {"text": raw[:40]})


# In a bulk file the same few days come again and again.
@lru_cache(maxsize=2_048)
def read_closing(raw: str | int, source: Source) -> Reading:
    """The moment when a call closes. Raises UnreadableDate."""
    text, value = str(raw).strip(), _parse(raw)
    if source is Source.EU_TOPIC:
        return Reading(_on_clock(_day(value, BRUSSELS), EU_HOUR, BRUSSELS), BRUSSELS, text)
    if source is Source.NATIONAL:
        return _national(value, text, LAST_MINUTE)
    known = isinstance(value, datetime)
    return Reading(_instant(value, LAST_MINUTE, BRUSSELS), BRUSSELS, text, known and source is not Source.EU_CASCADE)


@lru_cache(maxsize=2_048)
def read_opening(raw: str | int, source: Source) -> Reading:
    """The moment when a call opens: the start of the day unless the source tells an hour. Raises UnreadableDate."""
    text, value = str(raw).strip(), _parse(raw)
    if source is Source.NATIONAL:
        return _national(value, text, time())
    if source is Source.EU_INSTANT:
        return Reading(_instant(value, time(), BRUSSELS), BRUSSELS, text)
    return Reading(_on_clock(_day(value, BRUSSELS), time(), BRUSSELS), BRUSSELS, text)


def _national(value: date | datetime, text: str, hour: time) -> Reading:
    """A written hour is kept; midnight sharp is how exports write "no hour", so it counts as none."""
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        value = value.date()
    return read_on_clock(value, text, ROME, hour=hour)


def read_on_clock(value: date | datetime, raw: str, zone: str, *, hour: time = LAST_MINUTE) -> Reading:
    """The moment that a clock of `zone` shows `value`; of a day, at `hour`, which counts as a guess.

    A time that the clock skips or shows twice is unverified: it's read with the offset that held before. Raises
    UnreadableDate for years that no call has.
    """
    if value.year not in YEARS:
        raise UnreadableDate(raw)
    if not isinstance(value, datetime):
        return Reading(_on_clock(value, hour, zone), zone, raw, verified=False)
    if value.tzinfo is not None:
        return Reading(value.astimezone(UTC), zone, raw)
    at = _on_clock(value.date(), value.time(), zone)
    return Reading(at, zone, raw, verified=_is_plain(value, ZoneInfo(zone)))


def _is_plain(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether a wall clock shows this time exactly once: not skipped or repeated by a change to or from summer time."""
    return wall.replace(tzinfo=zone, fold=0).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()


def _instant(value: date | datetime, hour: time, zone: str) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if isinstance(value, datetime):
        return _on_clock(value.date(), value.time(), zone)
    return _on_clock(value, hour, zone)


def _day(value: date | datetime, zone: str) -> date:
    if not isinstance(value, datetime):
        return value
    return value.astimezone(ZoneInfo(zone)).date() if value.tzinfo is not None else value.date()


def _on_clock(day: date, hour: time, zone: str) -> datetime:
    return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)


def _parse(raw: str | int) -> date | datetime:
    """Milliseconds since 1970 (number or digits), ISO 8601, or an Italian date; else UnreadableDate."""
    text = str(raw).strip()
    try:
        value = _parse_text(text)
    except (ValueError, OverflowError):
        raise UnreadableDate(text) from None
    if value.year not in YEARS:
        raise UnreadableDate(text)
    return value


def _parse_text(text: str) -> date | datetime:
    if text.isascii() and text.isdigit() and len(text) > 8:
        return _EPOCH + timedelta(milliseconds=int(text))
    if match := _ITALIAN.fullmatch(text):
        day, month, year, hour, minute = match.groups()
        on = date(int(year), int(month), int(day))
        return on if hour is None else datetime.combine(on, time(int(hour), int(minute)))
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text)
