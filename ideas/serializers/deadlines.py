"""Output shape of a deadline in calendars."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ideas.choices import Level
from ideas.exchange.ical_out import Appointment
from ideas.moments import EXACT, deadline_name
from ideas.queries.feeds import Entry

LEVELS = dict(Level.choices)


def appointments(entries: Iterable[Entry], *, site: str) -> list[Appointment]:
    """Prepare dates of calls for a calendar, in the language that is active. `site`: its address, "https://…"."""
    language = get_language() or ""
    return [_appointment(entry, site, language) for entry in entries]


def uid(of: str, number: int, site: str) -> str:
    """Name an event for good: "deadline-7@lab.example.org"."""
    return f"{of}-{number}@{urlsplit(site).hostname}"


@lru_cache(maxsize=8192)
def _appointment(entry: Entry, site: str, language: str) -> Appointment:
    """Prepare one date; kept, because calendars ask for the same ones every hour. `language` is the active one."""
    page = site + reverse("calls:detail", args=[entry.slug])
    return Appointment(
        uid=uid("deadline", entry.deadline, site),
        sequence=entry.sequence,
        at=entry.at,
        zone=entry.zone,
        changed_at=entry.changed_at,
        summary=f"{deadline_name(entry, several=entry.several)}: {entry.identifier}",
        description="\n".join(_notes(entry, page)),
        url=page,
        categories=tuple(filter(None, (entry.programme, str(LEVELS.get(entry.level, ""))))),
        certain=entry.verified,
        cancelled=entry.gone,
        alarms=entry.alarms,
    )


def _notes(entry: Entry, page: str) -> list[str]:
    """Say what the date is of, and once more when it is, in words that no calendar turns into another zone's."""
    local = f"{date_format(entry.local, EXACT)} ({entry.zone})"
    when = _("Taken away; it was %(moment)s.") % {"moment": local} if entry.gone else local
    notes = [entry.title, when]
    if not entry.verified:
        notes.append(_("The time is not verified: check it at the source."))
    notes += [f"{reference} {title}" for reference, title in entry.ideas]
    return [*notes, page]
