"""Which instant a calendar means: by UTC, a zone's name, a zone's description in the file, or no zone at all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from typing import cast
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from ideas.exchange.calls import Refused
from ideas.exchange.deadlines import Reading, UnreadableDate, read_on_clock
from ideas.exchange.ical_lines import Property

_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
# A rule by which clocks change once a year. Others would be legal, and some of them take minutes to count through.
_YEARLY = re.compile(
    r"RRULE:FREQ=YEARLY(;(UNTIL|BYMONTH|BYDAY|BYMONTHDAY|WKST|INTERVAL=1)(=-?[0-9A-Z,+-]+)?)*", re.ASCII
)
MOST_RULES = 100


@dataclass(frozen=True)
class Moment:
    """A day, a time on the clock of `zone`, or an instant (aware); `sure` is False where the zone is a guess."""

    value: date | datetime
    zone: str
    raw: str
    sure: bool = True

    def reading(self, hour: time) -> Reading:
        """The instant; of a day, at `hour`. Raises UnreadableDate."""
        reading = read_on_clock(self.value, self.raw, self.zone, hour=hour)
        return reading if self.sure else replace(reading, verified=False)


class Clocks:
    """The zones of one calendar: `own` is its clock, which it `told` or not; `described` {TZID: lines of VTIMEZONE}."""

    def __init__(self, own: str, *, told: bool, described: Mapping[str, Sequence[str]]) -> None:
        self._own, self._told, self._described = own, told, described
        self._known: dict[str, tzinfo] = {}

    def read(self, found: Property) -> Moment:
        """What a DTSTART or DTEND says. Raises UnreadableDate, and Refused where its zone isn't known."""
        raw, match = found.raw[:100], _MOMENT.fullmatch(found.value)
        if not match:
            raise UnreadableDate(found.value)
        *numbers, utc = match.groups()
        try:
            if numbers[3] is None:
                return Moment(date(*map(int, numbers[:3])), self._own, raw)
            wall = datetime(*map(int, numbers))  # type: ignore[arg-type]  # noqa: DTZ001 - its zone comes below
        except ValueError:
            raise UnreadableDate(found.value) from None
        if utc:
            return Moment(wall.replace(tzinfo=UTC), self._own, raw)
        if name := found.parameters.get("TZID"):
            return self._in_zone(wall, name, raw)
        return Moment(wall, self._own, raw, sure=self._told)

    def _in_zone(self, wall: datetime, name: str, raw: str) -> Moment:
        if zone := zone_named(name):
            return Moment(wall, zone, raw)
        return Moment(wall.replace(tzinfo=self._as_described(name)).astimezone(UTC), self._own, raw)

    def _as_described(self, name: str) -> tzinfo:
        if name not in self._known:
            self._known[name] = _clock(name, self._described.get(name, ()))
        return self._known[name]


def zone_named(name: str) -> str:
    """The zone of the world's list that a calendar means: by its name, at the end of a path, or by Windows' name.

    Empty where there is none.
    """
    plain = name.strip("\"' ")
    last = "/".join(plain.split("/")[-2:])
    return next((zone for zone in (plain, last, WINDOWS_TO_OLSON.get(plain, "")) if zone in _zones()), "")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _clock(name: str, text: Sequence[str]) -> tzinfo:
    rules = [line for line in text if line.upper().startswith("RRULE")]
    if not text or len(rules) > MOST_RULES or not all(_YEARLY.fullmatch(rule.upper()) for rule in rules):
        raise Refused(_("unknown time zone “%(name)s”") % {"name": name[:60]})
    try:
        clock = cast(Timezone, Timezone.from_ical("\r\n".join([*text, ""]))).to_tz(lookup_tzid=False)
        clock.utcoffset(datetime(2026, 1, 1))  # noqa: DTZ001 - a clock that can't say it raises here
    # The library raises many kinds, and a calendar's zone is anybody's text.
    except Exception:
        raise Refused(_("unknown time zone “%(name)s”") % {"name": name[:60]}) from None
    return clock
