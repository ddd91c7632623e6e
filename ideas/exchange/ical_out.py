"""Calendar files out (RFC 5545): one event a deadline or a step. Reading calendars in is another file's work.

A deadline is an event without an end, which by §3.6.1 ends when it starts. An end after it would say that there is
still time; a start before it, that the deadline is earlier; and DTEND at the same moment is what the RFC forbids.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, vDuration, vText

from ideas.exchange.ical_zones import describe_zone

PRODUCT = "-//Joint Virtual Lab//Deadlines//EN"
# To be raised where this file writes the same appointments in another way: readers' copies are then out of date.
EDITION = 1
# How soon calendars may come back.
REFRESH = timedelta(hours=1)
# Other years are written in UTC: nobody's clocks are known there, and some instants have no local time at all.
CLOCKED = range(1970, 2200)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Marks that turn round the direction in which everything after them is read.
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A moment for a calendar. `uid` never changes, `sequence` rises at each change; `certain` is False for a guess.

    `cancelled`: it stood in calendars, and is no more. `all_day`: the day on which `at` falls in `zone`, without an
    hour. `alarms`: how many days before to ring.
    """

    uid: str
    sequence: int
    at: datetime
    zone: str
    changed_at: datetime
    summary: str
    description: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    certain: bool = True
    cancelled: bool = False
    all_day: bool = False
    alarms: tuple[int, ...] = ()


def write_calendar(name: str, appointments: Sequence[Appointment], *, language: str) -> bytes:
    """Write a calendar file. The same appointments give the same bytes, so that a copy can be told from a change."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("NAME", vText(_line(name)))  # RFC 7986; what calendars read before it, and still do, is the next
    calendar.add("X-WR-CALNAME", vText(_line(name)))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH).to_ical().decode())  # a word of Outlook: it has no type
    zones = _zones(appointments)
    for zone in zones.values():
        calendar.add_component(zone)
    head, end, rest = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([head, *(_event(one, language, one.zone in zones) for one in appointments), end, rest])


def mark_of(name: str, appointments: Iterable[Appointment], *, language: str) -> str:
    """Tell a calendar file from any other without writing it, which takes longer: 32 hexadecimal digits."""
    whole = sha256(repr((EDITION, name, language)).encode())
    for appointment in appointments:
        whole.update(repr(appointment).encode())
    return whole.hexdigest()[:32]


def _zones(appointments: Sequence[Appointment]) -> dict[str, Timezone]:
    """Describe the clocks on which events stand: {zone: its description}. What is missing stands in UTC."""
    hours = [one for one in appointments if not one.all_day and one.at.year in CLOCKED and one.zone != "UTC"]
    years = [one.at.year for one in hours] or [CLOCKED[0]]
    # A calendar must hold something: §3.6.
    names = {one.zone for one in hours} if appointments else {"UTC"}
    described = {name: describe_zone(name, min(years), max(years)) for name in sorted(names)}
    return {zone: clocks for zone, clocks in described.items() if clocks}


@lru_cache(maxsize=8192)
def _event(appointment: Appointment, language: str, clocked: bool) -> bytes:
    """Write one event; kept, because most readers of a feed ask for the same ones. `clocked`: its zone is described."""
    event = Event()
    event.add("UID", appointment.uid)
    event.add("SEQUENCE", appointment.sequence)
    # Without a METHOD, DTSTAMP is when the event was revised last: RFC 5545 §3.8.7.2.
    event.add("DTSTAMP", appointment.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", appointment.changed_at.astimezone(UTC))
    event.add("DTSTART", _start(appointment, clocked))
    event.add("SUMMARY", _line(appointment.summary), parameters={"LANGUAGE": language})
    if appointment.description:
        event.add("DESCRIPTION", _text(appointment.description), parameters={"LANGUAGE": language})
    if appointment.url:
        event.add("URL", appointment.url)
    if appointment.categories:
        event.add("CATEGORIES", [_line(category) for category in appointment.categories])
    event.add("STATUS", "CANCELLED" if appointment.cancelled else "CONFIRMED" if appointment.certain else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT")
    for days in appointment.alarms:
        event.add_component(_alarm(appointment, days))
    return bytes(event.to_ical())


def _alarm(appointment: Appointment, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", _line(appointment.summary))
    alarm.add("TRIGGER", -timedelta(days=days))
    return alarm


def _start(appointment: Appointment, clocked: bool) -> datetime | date:
    """Give the moment on the call's clock, or the day alone; in UTC where that clock isn't described.

    In UTC, too, where the clock shows an hour twice: TZID then means the first of them, but not all calendars know.
    """
    if appointment.at.year not in CLOCKED:
        return appointment.at.astimezone(UTC)
    local = appointment.at.astimezone(ZoneInfo(appointment.zone))
    if appointment.all_day:
        return local.date()
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local if clocked and not twice else appointment.at.astimezone(UTC)


def _line(text: str) -> str:
    """One line of text: what calendars show as a title."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Text that can't end its own line in the file, nor turn round what a calendar writes beside it."""
    return _TURNS.sub("", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))
