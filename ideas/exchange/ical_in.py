"""Calls from calendar files (RFC 5545): an event is a date of a call, and events of one title are one call."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.utils.text import slugify
from django.utils.translation import gettext as _
from icalendar import vDuration

from ideas.choices import DeadlineKind, Language
from ideas.exchange.calls import (
    LONGEST,
    CallRow,
    DeadlineRow,
    Options,
    Refused,
    RefusedRow,
    Row,
    UnreadableFile,
    tidy,
    tidy_text,
    tidy_title,
    tidy_url,
)
from ideas.exchange.deadlines import LAST_MINUTE, UnreadableDate
from ideas.exchange.ical_clocks import Clocks, Moment, zone_named
from ideas.exchange.ical_lines import Part, parts
from ideas.exchange.limits import Bounded

LARGEST_FILE_BYTES = 20_000_000
MOST_EVENTS = 10_000
LONGEST_WORDS_CHARS = 90
PREFIX = "ICAL-"
_DAY = timedelta(days=1)
# What may stand before the colon of a title, and which date it makes of the event; the first that fits counts.
_KINDS = tuple(
    (kind, re.compile(words, re.IGNORECASE))
    for kind, words in (
        (DeadlineKind.CLICK_DAY, r"click.?day"),
        (DeadlineKind.CUT_OFF, r"cut.?off"),
        (
            DeadlineKind.STAGE_1,
            r"pre.?proposal|(first|1st).stage|stage.1\b|\bexpressions? of interest|prima fase|fase 1\b",
        ),
        (DeadlineKind.STAGE_2, r"full.proposal|(second|2nd).stage|stage.2\b|seconda fase|fase 2\b|proposta completa"),
        (DeadlineKind.OPENING, r"^\W*(call )?(open(s|ing)?|apertura|apre)\b"),
        (DeadlineKind.SINGLE, r"deadline|closes|closing|submission|scadenza|chiusura|termine"),
    )
)
_TITLE = re.compile(r"(?P<before>[^:]{3,60}):\s*(?P<title>\S.*)", re.DOTALL)
_NEXT = re.compile(r"\b(next|prossim[ao])\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Event:
    """One event: the dates that it tells (none where it's cancelled), and what it says of its call."""

    line: int
    uid: str
    sequence: int
    title: str
    dates: Sequence[DeadlineRow]
    complete: bool
    cancelled: bool
    language: str
    url: str
    summary: str


def read_calendar(stream: Bounded, options: Options) -> Iterator[Row]:
    """Read the events of a calendar into calls. Lines are those of the file at which an event begins.

    A cancelled event takes its date away. Events that repeat are refused, for each of a call's dates is its own.
    Which instant an event means: docs/sources.md §3. Raises UnreadableFile where it's no calendar.
    """
    events: list[Part] = []
    described: dict[str, list[str]] = {}
    for part in parts(stream, options):
        if part.name == "VEVENT":
            events.append(part)
        elif part.name == "VTIMEZONE":
            described[_value(part, "TZID")] = part.text
        elif part.name == "VCALENDAR":
            own = zone_named(_value(part, "X-WR-TIMEZONE"))
            clocks = Clocks(own or options.zone, told=bool(own), described=described)
            yield from _calendar(events, clocks, cancelled=_value(part, "METHOD").upper() == "CANCEL")
            events, described = [], {}
        if len(events) > MOST_EVENTS:
            raise UnreadableFile(_("The file has more than %(count)s rows.") % {"count": MOST_EVENTS})


def _calendar(found: list[Part], clocks: Clocks, *, cancelled: bool) -> Iterator[Row]:
    events: dict[str, _Event] = {}
    for part in found:
        try:
            event = _event(part, clocks, cancelled=cancelled)
        except (Refused, UnreadableDate) as error:
            yield RefusedRow(part.line, str(error))
            continue
        known = events.get(event.uid)
        # Of an event that stands twice the later revision counts.
        if known is None or event.sequence >= known.sequence:
            events[event.uid] = event
    by_call: dict[str, list[_Event]] = {}
    for event in events.values():
        by_call.setdefault(_identifier(event), []).append(event)
    for identifier, of_one in by_call.items():
        yield _call(identifier, of_one)


def _event(part: Part, clocks: Clocks, *, cancelled: bool) -> _Event:
    if {"RRULE", "RDATE", "RECURRENCE-ID"} & part.properties.keys():
        raise Refused(_("the event repeats: give each date an event of its own"))
    if not (uid := tidy("UID", _value(part, "UID"))):
        raise Refused(_("the event has no UID"))
    before, title = _taken_apart(_value(part, "SUMMARY"))
    kind = _kind(before) or DeadlineKind.SINGLE
    cancelled = cancelled or _value(part, "STATUS").upper() == "CANCELLED"
    sequence = _value(part, "SEQUENCE")
    return _Event(
        line=part.line,
        uid=uid if len(uid) <= LONGEST["source_key"] else hashlib.sha256(uid.encode()).hexdigest(),
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
        title=tidy_title(title),
        dates=() if cancelled else _dates(part, kind, clocks),
        complete=not _NEXT.search(before),
        cancelled=cancelled,
        language=Language.IT if _language(part).startswith("it") else Language.EN,
        url=_url(part),
        summary=tidy_text(_value(part, "DESCRIPTION")),
    )


def _taken_apart(summary: str) -> tuple[str, str]:
    """What stands before a title's colon, where it tells the kind of date; and the title."""
    match = _TITLE.fullmatch(summary.strip())
    return (match["before"], match["title"]) if match and _kind(match["before"]) else ("", summary)


def _kind(before: str) -> str:
    return next((kind for kind, words in _KINDS if words.search(before)), "")


def _dates(part: Part, kind: str, clocks: Clocks) -> Sequence[DeadlineRow]:
    """The event's dates: its start; of one that lasts longer than a day, when the call opens and when it closes.

    A day counts to its last minute where something closes, and from its first where it opens.
    """
    if "DTSTART" not in part.properties:
        raise Refused(_("the event has no date"))
    start = clocks.read(part.properties["DTSTART"])
    opening = DeadlineRow(DeadlineKind.OPENING, start.reading(time()))
    if kind == DeadlineKind.OPENING:
        return (opening,)
    if not (end := _last(part, start, clocks)):
        return (DeadlineRow(kind, start.reading(LAST_MINUTE)),)
    return (opening, DeadlineRow(kind, end.reading(LAST_MINUTE)))


def _last(part: Part, start: Moment, clocks: Clocks) -> Moment | None:
    """The end of an event that lasts longer than a day; the last day, where it lasts from day to day."""
    end = _end(part, start, clocks)
    if not end or isinstance(end.value, datetime) != isinstance(start.value, datetime):
        return None
    if not isinstance(end.value, datetime):
        end = replace(end, value=end.value - _DAY)
        return end if end.value > start.value else None
    return end if end.reading(LAST_MINUTE).at - start.reading(LAST_MINUTE).at > _DAY else None


def _end(part: Part, start: Moment, clocks: Clocks) -> Moment | None:
    if "DTEND" in part.properties:
        return clocks.read(part.properties["DTEND"])
    try:
        lasts = vDuration.from_ical(_value(part, "DURATION"))
        return replace(start, value=start.value + lasts)
    except (ValueError, OverflowError):
        return None


def _call(identifier: str, events: Sequence[_Event]) -> CallRow:
    """One call of the events that have its title; the first of them names it."""
    first = min(events, key=lambda event: (event.cancelled, event.line))
    return CallRow(
        line=first.line,
        identifier=identifier,
        source_key=first.uid,
        title=first.title,
        language=first.language,
        url=first.url,
        summary=first.summary,
        deadlines=_named([row for event in events for row in event.dates]),
        complete=all(event.complete for event in events),
        cancelled=all(event.cancelled for event in events),
    )


def _named(rows: Sequence[DeadlineRow]) -> tuple[DeadlineRow, ...]:
    """Number what may come many times; several dates of which nothing is said are cut-offs. Else the first counts."""
    ordered = sorted(rows, key=lambda row: row.reading.at)
    single = [row for row in ordered if row.kind == DeadlineKind.SINGLE]
    cut_offs = {row.reading.at: row.reading for row in ordered if row.kind == DeadlineKind.CUT_OFF}
    if len(single) > 1 or cut_offs:
        cut_offs |= {row.reading.at: row.reading for row in single}
    named = {row.kind: row for row in reversed(ordered) if row.kind not in {DeadlineKind.CUT_OFF, DeadlineKind.SINGLE}}
    numbered = (
        DeadlineRow(DeadlineKind.CUT_OFF, cut_offs[at], number) for number, at in enumerate(sorted(cut_offs), 1)
    )
    return (*sorted(named.values(), key=lambda row: row.reading.at), *(numbered if cut_offs else single))


def _identifier(event: _Event) -> str:
    """One for all events of a title: `ICAL-` and the title's words, with a mark where these are too many or none."""
    words = slugify(event.title)
    if words and len(words) <= LONGEST_WORDS_CHARS:
        return PREFIX + words
    mark = hashlib.sha256(event.title.encode()).hexdigest()[:12]
    return PREFIX + f"{words[:LONGEST_WORDS_CHARS].strip('-')}-{mark}".strip("-")


def _language(part: Part) -> str:
    found = part.properties.get("SUMMARY")
    return found.parameters.get("LANGUAGE", "").lower() if found else ""


def _url(part: Part) -> str:
    """The event's page; a date is worth more than its link, so one that can't be followed is left out."""
    try:
        return tidy_url(_value(part, "URL"))
    except Refused:
        return ""


def _value(part: Part, name: str) -> str:
    return part.properties[name].value if name in part.properties else ""
