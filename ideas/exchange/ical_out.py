"""Calendar files out (RFC 5545): one event a deadline. Reading calendars in is another file's work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

PRODUCT = "-//Joint Virtual Lab//Deadlines//EN"


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A moment for a calendar. `uid` never changes, `sequence` rises at each change; `certain` is False for a guess."""

    uid: str
    sequence: int
    at: datetime
    zone: str
    changed_at: datetime
    summary: str
    description: str = ""
    url: str = ""
    categories: Sequence[str] = ()
    certain: bool = True


def write_calendar(name: str, appointments: Sequence[Appointment], *, language: str) -> bytes:
    """Write a calendar file. The same appointments give the same bytes, so that a copy can be told from a change."""
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("X-WR-CALNAME", _line(name))
    for appointment in appointments:
        calendar.add_component(_event(appointment, language))
    if appointments:
        moments = [appointment.at for appointment in appointments]
        # A year each side: readers need the changes to and from summer time around the events, not since 1970.
        year = timedelta(days=366)
        calendar.add_missing_timezones((min(moments) - year).date(), (max(moments) + year).date())
    return bytes(calendar.to_ical())


def _event(appointment: Appointment, language: str) -> Event:
    event = Event()
    event.add("UID", appointment.uid)
    event.add("SEQUENCE", appointment.sequence)
    # Without a METHOD, DTSTAMP is when the event was revised last: RFC 5545 §3.8.7.2.
    event.add("DTSTAMP", appointment.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", appointment.changed_at.astimezone(UTC))
    event.add("DTSTART", _start(appointment))
    event.add("SUMMARY", _line(appointment.summary), parameters={"LANGUAGE": language})
    if appointment.description:
        event.add("DESCRIPTION", appointment.description.replace("\r", ""), parameters={"LANGUAGE": language})
    if appointment.url:
        event.add("URL", appointment.url)
    if appointment.categories:
        event.add("CATEGORIES", [_line(category) for category in appointment.categories])
    event.add("STATUS", "CONFIRMED" if appointment.certain else "TENTATIVE")
    event.add("TRANSP", "TRANSPARENT")
    return event


def _start(appointment: Appointment) -> datetime:
    """Give the moment on the call's clock; in UTC where that clock shows it twice, for TZID then means the first."""
    local = appointment.at.astimezone(ZoneInfo(appointment.zone))
    return appointment.at.astimezone(UTC) if local.fold else local


def _line(text: str) -> str:
    return " ".join(text.split())
