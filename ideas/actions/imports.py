"""Imports of calls: what a file tells is compared with what is known, shown first or written call by call."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, reset_queries, transaction
from django.utils.translation import gettext as _

from ideas.actions.calls import slugs_for
from ideas.actions.deadlines import (
    Origin,
    announce_deadlines,
    change_deadlines,
    dates_of,
    keep_dates,
    new_deadline,
)
from ideas.actions.search import index_calls
from ideas.choices import ImportOutcome, Scheme
from ideas.errors import Conflict, NotAllowed, reason_of
from ideas.exchange.calls import CallRow, RefusedRow, Row
from ideas.exchange.suggestions import suggest_tags
from ideas.models import Call, Deadline, Import, Member, Term, ValueChain
from ideas.queries.imports import (
    Difference,
    Line,
    compare_call,
    dates_told,
    heard_before,
    known_calls,
    missing_line,
    no_longer_listed,
    refusal_line,
    unchanged_line,
)
from ideas.rules.imports import can_import

# So many calls are compared by one query, and new ones written in one transaction.
BATCH = 200

Ear = Callable[[int, int], None]


def _say_nothing(_done: int, _of: int) -> None: ...


def import_calls(
    *,
    by: Member | None,
    rows: Iterable[Row],
    source: str,
    name: str,
    at: datetime,
    preview: Import | None = None,
    progress: Ear = _say_nothing,
) -> Import:
    """Bring calls in, and tell everyone who follows one whose deadline moved.

    `by` is None at the command line; `source` is the format's name, `name` the file's; `preview` is the row of the log
    that showed the same file before, which then tells what truly happened. All rows are read before the first is
    written, so that a file that breaks off writes nothing (the reader's error comes through). Each call is written
    whole or not at all; a row that can't be written is refused with its line and reason and stops nothing else. The
    same rows again change nothing. A field is written only where the source now says something else than it said
    last, so that what staff wrote by hand stays. New calls get the tags that their title suggests; those of known ones
    are staff's. Calls that a complete list no longer names are flagged, never deleted. `progress` hears (rows done,
    rows in all). Returns the log of the import.
    Raises NotAllowed, Conflict("already_imported"). Deadlines: docs/sources.md §3.
    """
    if by is not None and not can_import(by):
        raise NotAllowed
    if preview and preview.applied_at:
        raise Conflict("already_imported")
    waiting = deque(rows)
    run = Run(Origin(by, source, name[:200], at), progress)
    log = preview or Import.objects.create(format=source, name=run.origin.note, by=by, at=at)
    lines = run.go(waiting, _write_batch)
    missing, unlisted = no_longer_listed(source, at, seen=run.seen, unread=run.unread)
    Call.objects.filter(pk__in=[call.pk for call in missing]).update(missing_since=at)
    lines += [missing_line(call) for call in missing]
    log.applied_at = at
    return _keep(log, lines, [line for line in lines if line["outcome"] != ImportOutcome.UNCHANGED], unlisted)


def preview_import(
    *, by: Member | None, rows: Iterable[Row], preview: Import, at: datetime, progress: Ear = _say_nothing
) -> Import:
    """Show line by line what an import of these rows would do now; nothing but the preview itself is written.

    The comparison is the one that the import makes. `preview` is the log's row, whose format names the source.
    Raises NotAllowed, Conflict("already_imported"), and what the reader of `rows` raises.
    """
    if by is not None and not can_import(by):
        raise NotAllowed
    if preview.applied_at:
        raise Conflict("already_imported")
    run = Run(Origin(by, preview.format, preview.name, at), progress)
    lines = run.go(deque(rows), _show_batch)
    missing, unlisted = no_longer_listed(preview.format, at, seen=run.seen, unread=run.unread)
    lines += [missing_line(call) for call in missing]
    preview.at = at
    return _keep(preview, lines, lines, unlisted)


# The course of an import ---------------------------------------------------------------------------------------------


@dataclass
class Run:
    """One file on its way in: where it comes from, and what stood in it so far."""

    origin: Origin
    progress: Ear = _say_nothing
    first_lines: dict[str, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)  # ids of known calls that the file names
    unread: set[str] = field(default_factory=set)  # identifiers of rows that couldn't be read

    def go(self, waiting: deque[Row], take: "Take") -> list[Line]:
        """Take all rows, batch by batch, by one of the two ways; what is taken is let go.

        Returns a line for each, in the file's order.
        """
        lines: list[Line] = []
        of = len(waiting)
        while waiting:
            batch = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
            lines += sorted(self._lines(batch, take), key=lambda line: int(line["line"]))
            self.progress(of - len(waiting), of)
            reset_queries()  # the demo keeps every query, with the values of 200 calls in it
        return lines

    def _lines(self, batch: Sequence[Row], take: "Take") -> Iterator[Line]:
        fine: list[CallRow] = []
        for row in batch:
            if isinstance(row, RefusedRow):
                self.unread.add(row.identifier)
                yield refusal_line(row.line, str(row.reason), row.identifier)
            elif row.identifier in self.first_lines:
                first = self.first_lines[row.identifier]
                yield refusal_line(
                    row.line,
                    _("%(identifier)s stands on line %(line)s already") % {"identifier": row.identifier, "line": first},
                    row.identifier,
                )
            else:
                self.first_lines[row.identifier] = row.line
                fine.append(row)
        yield from take(fine, self)


Take = Callable[[Sequence[CallRow], Run], Iterable[Line]]


def _show_batch(rows: Sequence[CallRow], run: Run) -> Iterator[Line]:
    for told in _compared(rows, _heard(rows, run), run):
        yield told.line() if isinstance(told, Difference) else told


def _write_batch(rows: Sequence[CallRow], run: Run) -> Iterator[Line]:
    """Write new calls together and changed ones one by one: their news must wait for no other call."""
    fresh: list[Difference] = []
    heard = _heard(rows, run)
    for told in _compared(rows, heard, run):
        if not isinstance(told, Difference):
            yield told
        elif told.is_new:
            fresh.append(told)
        else:
            yield _write_alone(told.row, run)
    same = Call.objects.filter(pk__in=heard.values())
    same.update(checked_at=run.origin.at)
    # Of another source's call this one can't say whether its own still lists it.
    same.filter(source=run.origin.source).exclude(missing_since=None).update(missing_since=None)
    yield from _create_batch(fresh, run)


def _create_batch(fresh: Sequence[Difference], run: Run) -> list[Line]:
    try:
        with transaction.atomic(durable=True):
            _create(fresh, run)
    except (IntegrityError, DataError):
        return [_write_alone(difference.row, run) for difference in fresh]
    run.seen.update(difference.call.pk for difference in fresh)
    # The dates of new calls are on their own pages; the 30,000 of a bulk file would weigh more than all the rest.
    return [{**difference.line(), "dates": []} for difference in fresh]


def _write_alone(row: CallRow, run: Run) -> Line:
    try:
        return _write(row, run)
    except ValidationError as error:
        return refusal_line(row.line, reason_of(error), row.identifier)
    except (IntegrityError, DataError) as error:
        return refusal_line(row.line, _("the database refused it: %(error)s") % {"error": error}, row.identifier)


@transaction.atomic(durable=True)
def _write(row: CallRow, run: Run) -> Line:
    """Compare once more what nobody can change meanwhile, and write it."""
    [(_told, call)] = _known([row], run, lock=True)
    difference = compare_call(row, call, run.origin.source, run.origin.at)
    if call is None:
        _create([difference], run)
        return difference.line()
    line = difference.line()
    is_own = call.source == run.origin.source
    call.checked_at, call.missing_since = run.origin.at, None if is_own else call.missing_since
    call.save(update_fields=[*difference.fields, "source_key", "told", "checked_at", "missing_since"])
    changes = change_deadlines(call, dates_told(row, call), run.origin, complete=row.complete)
    if changes:
        keep_dates(call)
    if difference.fields:
        index_calls([call])
    if difference.fields or changes:
        asks_otherwise = not {"programme", "action_type"}.isdisjoint(difference.fields)
        announce_deadlines(call, changes, run.origin, asks_otherwise=asks_otherwise)
    return line


def _create(fresh: Sequence[Difference], run: Run) -> None:
    """Write new calls whole. That they are news is told to who follows their programme or tags by `manage.py tick`."""
    deadlines = []
    slugs = slugs_for([difference.call.identifier for difference in fresh])
    for difference, slug in zip(fresh, slugs, strict=True):
        call = difference.call
        dates = [new_deadline(call, told, run.origin) for told in difference.row.deadlines]
        call.slug, call.checked_at = slug, run.origin.at
        call.opens_at, call.closes_at = dates_of(dates)
        deadlines += dates
    Call.objects.bulk_create([difference.call for difference in fresh])
    Deadline.objects.bulk_create(deadlines)
    _tag(fresh)
    index_calls([difference.call for difference in fresh])


def _tag(fresh: Sequence[Difference]) -> None:
    """Give new calls the tags that their titles suggest."""
    chains = dict(ValueChain.objects.values_list("slug", "pk"))
    kets = dict(Term.objects.filter(scheme=Scheme.KET_2018).values_list("code", "pk"))
    in_chains, with_kets = [], []
    for difference in fresh:
        call = difference.call
        tags = suggest_tags(call.identifier, call.title)
        in_chains += [(call.pk, chains[slug]) for slug in sorted(tags.chains) if slug in chains]
        with_kets += [(call.pk, kets[code]) for code in sorted(tags.kets) if code in kets]
    of_chains, of_kets = Call.value_chains.through, Call.kets.through
    of_chains.objects.bulk_create([of_chains(call_id=call, valuechain_id=chain) for call, chain in in_chains])
    of_kets.objects.bulk_create([of_kets(call_id=call, term_id=term) for call, term in with_kets])


def _compared(rows: Sequence[CallRow], heard: Mapping[str, int], run: Run) -> Iterator[Difference | Line]:
    """Say what each row changes; or the log's line where it says nothing new (`heard`), or can't be taken."""
    yield from (unchanged_line(row) for row in rows if row.identifier in heard)
    for row, known in _known([row for row in rows if row.identifier not in heard], run):
        try:
            yield compare_call(row, known, run.origin.source, run.origin.at)
        except ValidationError as error:
            yield refusal_line(row.line, reason_of(error), row.identifier)


def _heard(rows: Sequence[CallRow], run: Run) -> dict[str, int]:
    heard = heard_before(rows, run.origin.source)
    run.seen.update(heard.values())
    return heard


def _known(rows: Sequence[CallRow], run: Run, *, lock: bool = False) -> list[tuple[CallRow, Call | None]]:
    pairs = known_calls(rows, run.origin.source, lock=lock)
    run.seen.update(call.pk for _told, call in pairs if call)
    return pairs


def _keep(log: Import, lines: Sequence[Line], kept: Sequence[Line], unlisted: int) -> Import:
    """Write the log's row: counts, the lines that it keeps, the refused ones apart; `unlisted` weren't believed."""
    outcomes = [line["outcome"] for line in lines]
    for name in ("created", "changed", "unchanged", "missing"):
        setattr(log, name, outcomes.count(ImportOutcome(name)))
    log.report, log.options = list(kept), {**log.options, "unlisted": unlisted}
    refused = [line for line in lines if line["outcome"] == ImportOutcome.REFUSED]
    log.refused = [{"line": line["line"], "reason": line["reason"]} for line in refused]
    log.save()
    return log
