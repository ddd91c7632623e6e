"""Reads of imports: what a row changes of a call, and which calls a list no longer names. Nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from ideas.choices import ImportOutcome
from ideas.exchange.calls import CallRow, DeadlineRow
from ideas.exchange.formats import COMPLETE_SOURCES
from ideas.models import Call, Import
from ideas.queries.deadlines import Act, Step, compare_deadlines

# What an import writes of a call, beside its deadlines; tags and rules are staff's alone.
COPIED = (
    "identifier",
    "title",
    "level",
    "language",
    "languages",
    "funder",
    "programme",
    "call_identifier",
    "call_title",
    "action_type",
    "summary",
    "url",
    "source_status",
    "budget_total",
    "budget_min",
    "budget_max",
    "expected_grants",
    "trl_min",
    "trl_max",
)
BY_HAND = "hand"
PAGE_SIZE = 40
# Who reads or imports a file says so at least every few seconds; after a longer silence it broke off.
PATIENCE = timedelta(minutes=2)
# What a source said last is kept in full up to so many characters, else as its hash.
KEPT_CHARS = 100
SHOWN_CHARS = 300
# Raise it where the same row comes to mean something else: all calls are then compared anew.
EDITION = 1
# What the log says of a date, in this order, for a bulk file has 30,000 of them: instants in ISO 8601 or None.
DATE = ("act", "kind", "number", "zone", "old", "new", "unsure")


Line = dict[str, Any]


@dataclass
class Difference:
    """What a row changes: `call` as it would be (not saved), {field: (old, new)}, steps of its dates."""

    row: CallRow
    call: Call
    is_new: bool
    fields: dict[str, tuple[Any, Any]]
    steps: list[Step]

    @property
    def outcome(self) -> ImportOutcome:
        if self.is_new:
            return ImportOutcome.CREATED
        is_changed = self.fields or any(step.act is not Act.HEAR for step in self.steps)
        return ImportOutcome.CHANGED if is_changed else ImportOutcome.UNCHANGED

    def line(self) -> Line:
        """The row as the log keeps it: {line, outcome, identifier, title, slug, fields: [[name, old, new]], dates}."""
        return {
            "line": self.row.line,
            "outcome": self.outcome,
            "identifier": self.call.identifier,
            "title": self.call.title,
            "slug": self.call.slug if self.call.pk else "",
            "fields": [[name, _shown(old), _shown(new)] for name, (old, new) in self.fields.items()],
            "dates": [_date(step) for step in self.steps],
        }


def known_calls(rows: Sequence[CallRow], source: str, *, lock: bool = False) -> list[tuple[CallRow, Call | None]]:
    """Find each row's call by its key in this source, else by its identifier (another source may have brought it).

    `lock`: for a write, so that nobody changes them meanwhile.
    """
    calls = Call.objects.filter(_of_rows(rows, source))
    # What is locked is written next: its dates must not come from a copy.
    found = list(calls.select_for_update() if lock else calls.prefetch_related("deadlines"))
    with_key = {call.source_key: call for call in found if call.source == source and call.source_key}
    named = {call.identifier: call for call in found}
    return [(row, with_key.get(row.source_key) or named.get(row.identifier)) for row in rows]


def heard_before(rows: Sequence[CallRow], source: str) -> dict[str, int]:
    """Find the rows that say what their source said last, word by word, so that nothing changes.

    Returns {the row's identifier: id of its call}, without loading a call: most rows of a weekly list are such.
    """
    said = f"told__{source}__row"
    found = list(
        Call.objects.filter(_of_rows(rows, source)).values_list("pk", "identifier", "source", "source_key", said)
    )
    with_key = {key: (pk, told) for pk, _name, of, key, told in found if of == source and key}
    named = {name: (pk, told) for pk, name, _of, _key, told in found}
    calls = [(row, with_key.get(row.source_key) or named.get(row.identifier, (0, None))) for row in rows]
    return {row.identifier: pk for row, (pk, told) in calls if told == _fingerprint(row)}


def _of_rows(rows: Sequence[CallRow], source: str) -> Q:
    by_key = Q(source=source, source_key__in=[row.source_key for row in rows if row.source_key])
    return by_key | Q(identifier__in=[row.identifier for row in rows])


def compare_call(row: CallRow, call: Call | None, source: str, at: datetime) -> Difference:
    """Say what a row changes of the call that is known, or that it makes. Raises ValidationError where it can't."""
    places = [(told.kind, told.number) for told in row.deadlines]
    if len(set(places)) < len(places):
        raise ValidationError({"deadlines": gettext("two dates of one kind and number")})
    if row.cancelled and call is None:
        raise ValidationError({"identifier": gettext("the source has taken this call back")})
    if call is None:
        fresh = Call(slug="new", source=source)
        _copy(row, fresh, source)
        fresh.clean_fields()
        return Difference(row, fresh, True, {}, compare_deadlines((), row.deadlines, at))
    fields = _copy(row, call, source)
    if fields:
        call.full_clean()
    steps = compare_deadlines(call.deadlines.all(), dates_told(row, call), at, complete=row.complete)
    return Difference(row, call, False, fields, steps)


def dates_told(row: CallRow, call: Call | None) -> Sequence[DeadlineRow]:
    """The dates that a row gives: none of a call that its source has taken back, and none that staff took away."""
    gone = call.told.get(BY_HAND, {}).get("gone", ()) if call else ()
    return () if row.cancelled else [told for told in row.deadlines if told.reading.at.isoformat() not in gone]


def no_longer_listed(source: str, at: datetime, *, seen: set[int], unread: set[str]) -> tuple[list[Call], int]:
    """Find the calls that a source's file should name and doesn't.

    `seen` are the ids of those that it names, `unread` identifiers in rows that couldn't be read.

    Returns (calls that aren't flagged yet, 0); or, where more than half are lacking, so that the file must have broken
    off, ([], how many). A closed call may leave its list. Sources whose lists aren't complete lack nothing.
    """
    if source not in COMPLETE_SOURCES:
        return [], 0
    ahead = Q(closes_at=None) | Q(closes_at__gte=at)
    calls: QuerySet[Call] = Call.objects.filter(ahead, source=source).order_by("pk")
    listed = list(calls.only("identifier", "title", "slug", "missing_since"))
    lacking = [call for call in listed if call.pk not in seen and call.identifier not in unread]
    if len(lacking) * 2 > len(listed):
        return [], len(lacking)
    return [call for call in lacking if call.missing_since is None], 0


def import_page(before: int | None) -> tuple[list[Import], int | None]:
    """Read a page of the log, the latest first. Returns (imports without their rows, where the next page begins)."""
    rows = Import.objects.defer("report").select_related("by").order_by("-pk")
    page = list((rows if before is None else rows.filter(pk__lt=before))[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None


def is_worked_on(log: Import, at: datetime) -> bool:
    """Whether somebody reads or imports its file just now: heard of within `PATIENCE`."""
    working = log.options.get("working")
    return bool(working) and at - datetime.fromisoformat(working["at"]) < PATIENCE


def missing_line(call: Call) -> Line:
    """The log's line for a call that a complete list no longer names."""
    return {
        "line": 0,
        "outcome": ImportOutcome.MISSING,
        "identifier": call.identifier,
        "title": call.title,
        "slug": call.slug,
    }


def unchanged_line(row: CallRow) -> Line:
    """The log's line for a row that says what its source said last."""
    return {"line": row.line, "outcome": ImportOutcome.UNCHANGED, "identifier": row.identifier}


def refusal_line(line: int, reason: str, identifier: str = "") -> Line:
    """The log's line for a row that can't be read or written."""
    return {"line": line, "outcome": ImportOutcome.REFUSED, "identifier": identifier, "reason": reason}


def _copy(row: CallRow, call: Call, source: str) -> dict[str, tuple[Any, Any]]:
    """Set on a call what the source says now and didn't say last; what it leaves empty stays.

    What staff wrote stays at the first meeting, too. Returns {field: (old, new)}.
    """
    last = call.told.get(source, {})
    told = {name: value for name in COPIED if (value := getattr(row, name, None)) not in ("", None)}
    changed: dict[str, tuple[Any, Any]] = {}
    for name, value in told.items():
        held = getattr(call, name)
        if last.get(name) == _said(value) or held == value or (name not in last and _is_staff_s(call, name)):
            continue
        changed[name] = (held, value)
        setattr(call, name, value)
    if call.source != source and (call.source == BY_HAND or source in COMPLETE_SOURCES):
        changed["source"] = (call.source, source)
        call.source = source
    if call.source == source and row.source_key:
        call.source_key = row.source_key
    said = {name: _said(value) for name, value in told.items()}
    call.told = {**call.told, source: {**last, **said, "row": _fingerprint(row)}}
    return changed


def _is_staff_s(call: Call, name: str) -> bool:
    """Whether staff wrote a field: no source said what stands there. Of calls from long ago nobody knows."""
    held = getattr(call, name)
    if call.pk is None or held in ("", None) or not (call.told or call.source == BY_HAND):
        return False
    return _said(held) not in [told.get(name) for told in call.told.values()]


def _said(value: Any) -> str:
    """A value as text that can be compared; long ones by their hash."""
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return text if len(text) <= KEPT_CHARS else f"sha256:{sha256(text.encode()).hexdigest()[:32]}"


def _fingerprint(row: CallRow) -> str:
    """What a row says, in few characters: the same where it stands on another line."""
    dates = [(told.kind, told.number, told.reading) for told in row.deadlines]
    words = [getattr(row, name) for name in COPIED]
    return sha256(repr((EDITION, row.source_key, row.complete, row.cancelled, dates, words)).encode()).hexdigest()[:32]


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:SHOWN_CHARS]


def _date(step: Step) -> list[Any]:
    """The values of `DATE`."""
    kept, told = step.known, step.told
    place = kept or told
    assert place
    return [
        step.act.value,
        str(place.kind),
        place.number,
        told.reading.zone if told else kept.zone if kept else "",
        kept.at.isoformat() if kept else None,
        told.reading.at.isoformat() if told else None,
        bool(told and not told.reading.verified),
    ]
