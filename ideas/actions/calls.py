"""Writes of calls: what an import brings, and what follows from a deadline that came, moved or went."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from ideas import publish
from ideas.actions.board import retarget
from ideas.actions.notifications import notify
from ideas.choices import IDEA_JOINABLE, DeadlineKind, IdeaState, JoinState, NotificationKind, Scheme
from ideas.errors import NotAllowed
from ideas.exchange.calls import CallRow, DeadlineRow, RefusedRow, Row
from ideas.exchange.suggestions import suggest_tags
from ideas.models import Call, Deadline, DeadlineChange, Idea, Import, Member, Notification, Term, ValueChain

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
# Whose team still has the deadline before it.
STILL_AHEAD = IDEA_JOINABLE | {IdeaState.DRAFT}


@dataclass(frozen=True)
class _Run:
    """One import: who runs it, from which source and file, when."""

    by: Member | None
    source: str
    name: str
    at: datetime


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
    run = _Run(by, source, name[:200], at)
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    refused: list[dict[str, Any]] = []
    first_lines: dict[str, int] = {}
    for row in list(rows):
        outcome = _take(row, first_lines, run)
        if outcome in counts:
            counts[outcome] += 1
        else:
            refused.append({"line": row.line, "reason": outcome})
    return Import.objects.create(format=source, name=run.name, by=by, at=at, refused=refused, **counts)


def keep_dates(call: Call) -> None:
    """Write on a call when it opens first and closes last, from its deadlines as they are. A helper for actions."""
    call.opens_at, call.closes_at = _dates_of(Deadline.objects.filter(call=call))
    call.save(update_fields=["opens_at", "closes_at"])


def slug_for(identifier: str) -> str:
    """Make a call's address from its identifier, with a number behind it where another call has the same one."""
    stem = slugify(re.sub(r"[^\w-]+", "-", identifier))[:130].strip("-") or "call"
    taken = set(Call.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def _dates_of(deadlines: Iterable[Deadline]) -> tuple[datetime | None, datetime | None]:
    ordered = sorted(deadlines, key=lambda deadline: deadline.at)
    openings = [deadline.at for deadline in ordered if not deadline.is_closing]
    closings = [deadline.at for deadline in ordered if deadline.is_closing]
    return (openings[0] if openings else None, closings[-1] if closings else None)


def _take(row: Row, first_lines: dict[str, int], run: _Run) -> str:
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
def _write(row: CallRow, run: _Run) -> str:
    call = _known(row, run.source)
    if call is None:
        _create(row, run)
        return "created"
    told = _copy(row, call, run)
    changes = _change_deadlines(row, call, run)
    call.checked_at = run.at
    call.save(update_fields=["checked_at"])
    if changes:
        keep_dates(call)
    if not (told or changes):
        return "unchanged"
    _announce(call, changes, run)
    return "changed"


def _known(row: CallRow, source: str) -> Call | None:
    """Find the call by its key in this source, else by its identifier (another source may have brought it)."""
    by_key = Q(source=source, source_key=row.source_key) if row.source_key else Q(pk__in=())
    found = list(Call.objects.select_for_update().filter(by_key | Q(identifier=row.identifier)))
    found.sort(key=lambda call: (call.source, call.source_key) != (source, row.source_key))
    return found[0] if found else None


def _create(row: CallRow, run: _Run) -> None:
    call = Call(
        slug=slug_for(row.identifier),
        source=run.source,
        checked_at=run.at,
        **{name: getattr(row, name) for name in COPIED},
    )
    deadlines = [_deadline(call, told, run) for told in row.deadlines]
    call.opens_at, call.closes_at = _dates_of(deadlines)
    call.full_clean()
    call.save()
    Deadline.objects.bulk_create(deadlines)
    tags = suggest_tags(row.identifier, row.title)
    if tags.chains:
        call.value_chains.add(*ValueChain.objects.filter(slug__in=tags.chains))
    if tags.kets:
        call.kets.add(*Term.objects.filter(scheme=Scheme.KET_2018, code__in=tags.kets))


def _copy(row: CallRow, call: Call, run: _Run) -> bool:
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


def _change_deadlines(row: CallRow, call: Call, run: _Run) -> list[DeadlineChange]:
    """Bring a known call's deadlines up to date. Returns what came, moved or went, each as a kept DeadlineChange."""
    known = {(deadline.kind, deadline.number): deadline for deadline in call.deadlines.all()}
    changes = []
    for told in row.deadlines:
        old = known.pop((told.kind, told.number), None)
        if old is None:
            fresh = _deadline(call, told, run)
            fresh.save()
            changes.append(_change(fresh, None, fresh.at, run))
        elif (old.at, old.zone) != (told.reading.at, told.reading.zone):
            changes.append(_move(old, told, run))
    if row.complete:
        for gone in known.values():
            changes.append(_change(gone, gone.at, None, run))
            gone.delete()
    return changes


def _move(deadline: Deadline, told: DeadlineRow, run: _Run) -> DeadlineChange:
    old_at = deadline.at
    deadline.at, deadline.zone = told.reading.at, told.reading.zone
    deadline.raw, deadline.verified = told.reading.raw[:100], told.reading.verified
    deadline.sequence += 1
    deadline.changed_at = run.at
    deadline.save(update_fields=["at", "zone", "raw", "verified", "sequence", "changed_at"])
    return _change(deadline, old_at, deadline.at, run)


def _deadline(call: Call, told: DeadlineRow, run: _Run) -> Deadline:
    reading = told.reading
    return Deadline(
        call=call,
        kind=told.kind,
        number=told.number,
        at=reading.at,
        zone=reading.zone,
        raw=reading.raw[:100],
        verified=reading.verified,
        changed_at=run.at,
    )


def _change(deadline: Deadline, old_at: datetime | None, new_at: datetime | None, run: _Run) -> DeadlineChange:
    return DeadlineChange.objects.create(
        call=deadline.call,
        kind=deadline.kind,
        number=deadline.number,
        old_at=old_at,
        new_at=new_at,
        zone=deadline.zone,
        source=run.source,
        by=run.by,
        note=run.name,
        changed_at=run.at,
    )


def _announce(call: Call, changes: list[DeadlineChange], run: _Run) -> None:
    """Give the ideas that aim at the call its dates and name as they are now, and tell their teams of new dates."""
    moved = retarget(call, run.at)
    told = [
        row
        for change in changes
        if change.kind != DeadlineKind.OPENING
        for idea, _ in moved
        for row in _tell(idea, change, run.at)
    ]
    publish.deadlines_changed(changes, moved, told)


def _tell(idea: Idea, change: DeadlineChange, at: datetime) -> list[Notification]:
    """Tell the authors and the partners. Ideas whose proposal is in already, or that were given up, tell nobody."""
    if idea.state not in STILL_AHEAD:
        return []
    partners = Q(join_requests__idea=idea, join_requests__state=JoinState.ACCEPTED)
    return notify(
        members=Member.objects.filter(Q(authored_ideas=idea) | partners).distinct(),
        kind=NotificationKind.DEADLINE_CHANGED,
        idea=idea,
        url=idea.get_absolute_url(),
        key=f"deadline.{change.pk}.{idea.pk}",
        data={
            "title": idea.title,
            "call": change.call.identifier,
            "old_at": change.old_at.isoformat() if change.old_at else None,
            "new_at": change.new_at.isoformat() if change.new_at else None,
            "zone": change.zone,
        },
        at=at,
    )
