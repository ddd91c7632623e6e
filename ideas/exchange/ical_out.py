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

from icalendar import Alarm, Calendar, Event, Timezone

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
    calendar.add("NAME", _line(name))
    calendar.add("X-WR-CALNAME", _line(name))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", REFRESH)
    for zone in _zones(appointments):
        calendar.add_component(zone)
    head, end, rest = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([head, *(_event(one, language) for one in appointments), end, rest])


def mark_of(name: str, appointments: Iterable[Appointment], *, language: str) -> str:
    """Tell a calendar file from any other without writing it, which takes longer: 32 hexadecimal digits."""
    whole = sha256(repr((EDITION, name, language)).encode())
    for appointment in appointments:
        whole.update(repr(appointment).encode())
    return whole.hexdigest()[:32]


def _zones(appointments: Sequence[Appointment]) -> list[Timezone]:
    """Describe the clocks that the events stand on. Without any event UTC: a calendar must hold something, §3.6."""
    starts = [(one.zone, start) for one in appointments if type(start := _start(one)) is datetime]
    local = [(zone, start.year) for zone, start in starts if start.tzinfo is not UTC]
    if not local:
        return [] if appointments else [describe_zone("UTC", CLOCKED[0], CLOCKED[0])]
    years = [year for _zone, year in local]
    return [describe_zone(zone, min(years), max(years)) for zone in sorted({zone for zone, _year in local})]


@lru_cache(maxsize=4096)
def _event(appointment: Appointment, language: str) -> bytes:
    """Write one event; kept, because most readers of a feed ask for the same ones."""
    event = Event()
    event.add("UID", appointment.uid)
    event.add("SEQUENCE", appointment.sequence)
    # Without a METHOD, DTSTAMP is when the event was revised last: RFC 5545 §3.8.7.2.
    event.add("DTSTAMP", appointment.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", appointment.changed_at.astimezone(UTC))
    event.add("DTSTART", _start(appointment))
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


def _start(appointment: Appointment) -> datetime | date:
    """Give the moment on the call's clock: the day alone where it is for the whole day.

    In UTC where that clock shows it twice: TZID then means the first of the two, but not all calendars know.
    """
    if appointment.at.year not in CLOCKED:
        return appointment.at.astimezone(UTC)
    local = appointment.at.astimezone(ZoneInfo(appointment.zone))
    if appointment.all_day:
        return local.date()
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return appointment.at.astimezone(UTC) if twice or appointment.zone == "UTC" else local


def _line(text: str) -> str:
    """One line of text: what calendars show as a title."""
    return " ".join(_text(text).split())


def _text(text: str) -> str:
    """Text that can't end its own line in the file, nor turn round what a calendar writes beside it."""
    return _TURNS.sub("", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))
