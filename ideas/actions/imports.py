"""Imports of calls: what a file tells is compared with what is known, and written call by call."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from ideas.actions.calls import slug_for
from ideas.actions.deadlines import Origin, announce_deadlines, change_deadlines, dates_of, keep_dates, new_deadline
from ideas.choices import Scheme
from ideas.errors import NotAllowed
from ideas.exchange.calls import CallRow, RefusedRow, Row
from ideas.exchange.suggestions import suggest_tags
from ideas.models import Call, Deadline, Import, Member, Term, ValueChain

# What an import writes of a call, beside its deadlines; tags, budgets by hand and rules stay as staff left them.
COPIED = (
    "identifier",
    "title",
    "level",
    "language",
    "funder",
    "programme",
    "call_identifier",
    "call_title",
    "action_type",
    "summary",
    "url",
    "source_key",
    "source_status",
    "budget_min",
    "budget_max",
    "expected_grants",
)


def import_calls(*, by: Member | None, rows: Iterable[Row], source: str, name: str, at: datetime) -> Import:
    """Bring calls in, and tell everyone who aims at one whose deadline moved.

    `by` is None at the command line; `source` is the format's name, `name` the file's. All rows are read before the
    first is written, so that a file that breaks off writes nothing (the reader's error comes through). Each call is
    written whole or not at all, in its own transaction; a row that can't be written is refused with its line and
    reason and stops nothing else. The same rows again change nothing. New calls get the tags that their title
    suggests; those of known ones are staff's. A call that the file doesn't name stays as it is. Returns the log of
    the import.
    Raises NotAllowed. Deadlines: docs/sources.md §3.
    """
    if by is not None and not by.is_staff:
        raise NotAllowed
    run = Origin(by, source, name[:200], at)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    refused: list[dict[str, Any]] = []
    first_lines: dict[str, int] = {}
    for row in list(rows):
        outcome = _take(row, first_lines, run)
        if outcome in counts:
            counts[outcome] += 1
        else:
            refused.append({"line": row.line, "reason": outcome})
    return Import.objects.create(format=source, name=run.note, by=by, at=at, refused=refused, **counts)


def _take(row: Row, first_lines: dict[str, int], run: Origin) -> str:
    """Write one row. Returns "created", "changed", "unchanged", or the reason why it is refused."""
    if isinstance(row, RefusedRow):
        return row.reason
    if row.identifier in first_lines:
        return f"{row.identifier} stands on line {first_lines[row.identifier]} already"
    first_lines[row.identifier] = row.line
    try:
        return _write(row, run)
    except ValidationError as error:
        return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
    except (IntegrityError, DataError) as error:
        return f"the database refused it: {error}"


@transaction.atomic(durable=True)
def _write(row: CallRow, run: Origin) -> str:
    call = _known(row, run.source)
    if call is None:
        _create(row, run)
        return "created"
    told = _copy(row, call, run)
    changes = change_deadlines(call, row.deadlines, run, complete=row.complete)
    call.checked_at = run.at
    call.save(update_fields=["checked_at"])
    if changes:
        keep_dates(call)
    if not (told or changes):
        return "unchanged"
    announce_deadlines(call, changes, run)
    return "changed"


def _known(row: CallRow, source: str) -> Call | None:
    """Find the call by its key in this source, else by its identifier (another source may have brought it)."""
    by_key = Q(source=source, source_key=row.source_key) if row.source_key else Q(pk__in=())
    found = list(Call.objects.select_for_update().filter(by_key | Q(identifier=row.identifier)))
    found.sort(key=lambda call: (call.source, call.source_key) != (source, row.source_key))
    return found[0] if found else None


def _create(row: CallRow, run: Origin) -> None:
    call = Call(
        slug=slug_for(row.identifier),
        source=run.source,
        checked_at=run.at,
        **{name: getattr(row, name) for name in COPIED},
    )
    deadlines = [new_deadline(call, told, run) for told in row.deadlines]
    call.opens_at, call.closes_at = dates_of(deadlines)
    call.full_clean()
    call.save()
    Deadline.objects.bulk_create(deadlines)
    tags = suggest_tags(row.identifier, row.title)
    if tags.chains:
        call.value_chains.add(*ValueChain.objects.filter(slug__in=tags.chains))
    if tags.kets:
        call.kets.add(*Term.objects.filter(scheme=Scheme.KET_2018, code__in=tags.kets))


def _copy(row: CallRow, call: Call, run: Origin) -> bool:
    """Write what the source now tells otherwise; what it leaves empty stays. Returns whether anything changed."""
    told = {name: value for name in COPIED if (value := getattr(row, name)) not in ("", None)}
    told["source"] = run.source
    changed = [name for name, value in told.items() if getattr(call, name) != value]
    for name in changed:
        setattr(call, name, told[name])
    if changed:
        call.full_clean()
        call.save(update_fields=changed)
    return bool(changed)
