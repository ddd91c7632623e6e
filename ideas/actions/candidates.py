"""News that may be calls: taken from feeds, set aside, or put back. A call is made of one by `create_call`."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from ideas.errors import Conflict, NotAllowed
from ideas.exchange.calls import CandidateRow, RefusedRow
from ideas.models import Candidate, Import, Member
from ideas.rules.candidates import can_sift

# What the news tells anew until somebody has settled it.
TOLD = ("title", "url", "summary", "published_at")


def import_candidates(
    *, by: Member | None, rows: Iterable[CandidateRow | RefusedRow], source: str, name: str, at: datetime
) -> Import:
    """Take news in for staff to look through; nothing of it becomes a call by itself.

    `by` is None at the command line; `source` is the format's name, `name` the file's. News is known by its key: the
    same file again brings nothing, and what is settled stays so. All rows are read before the first is written.
    Returns the log of the import, in which a changed one is news that isn't settled and tells something else.
    Raises NotAllowed.
    """
    if by is not None and not can_sift(by):
        raise NotAllowed
    taken = list(rows)
    refused = [{"line": row.line, "reason": row.reason} for row in taken if isinstance(row, RefusedRow)]
    read = {row.source_key: row for row in taken if isinstance(row, CandidateRow)}
    with transaction.atomic(durable=True):
        known = {one.source_key: one for one in Candidate.objects.filter(source=source, source_key__in=read)}
        fresh, unfit = _fresh([row for key, row in read.items() if key not in known], source, at)
        changed = [one for key, one in known.items() if not one.settled_at and _retell(one, read[key])]
        Candidate.objects.bulk_create(fresh, ignore_conflicts=True)
        Candidate.objects.bulk_update(changed, TOLD, batch_size=200)
        return Import.objects.create(
            format=source,
            name=name[:200],
            by=by,
            at=at,
            created=len(fresh),
            changed=len(changed),
            unchanged=len(known) - len(changed),
            refused=[*refused, *unfit],
            applied_at=at,
        )


@transaction.atomic(durable=True)
def set_candidate_aside(*, by: Member, candidate: Candidate, at: datetime) -> Candidate:
    """Say that a piece of news is no call for us. Raises NotAllowed, Conflict("candidate_settled")."""
    return _settle(by, candidate, settled=False, at=at)


@transaction.atomic(durable=True)
def put_candidate_back(*, by: Member, candidate: Candidate) -> Candidate:
    """Look at news again that was set aside. Raises NotAllowed, Conflict("candidate_settled") once it is a call."""
    return _settle(by, candidate, settled=True, at=None)


def _settle(by: Member, candidate: Candidate, *, settled: bool, at: datetime | None) -> Candidate:
    if not can_sift(by):
        raise NotAllowed
    as_seen = Candidate.objects.filter(pk=candidate.pk, call=None, settled_at__isnull=not settled)
    if not as_seen.update(settled_at=at, settled_by=by if at else None):
        raise Conflict("candidate_settled")
    candidate.refresh_from_db()
    return candidate


def _fresh(
    rows: Sequence[CandidateRow], source: str, at: datetime
) -> tuple[list[Candidate], list[dict[str, int | str]]]:
    """Make candidates of the rows that fit the table. Returns (candidates, refused rows)."""
    fresh: list[Candidate] = []
    unfit: list[dict[str, int | str]] = []
    for row in rows:
        one = Candidate(source=source, source_key=row.source_key, found_at=at)
        _retell(one, row)
        try:
            one.clean_fields()
        except ValidationError as error:
            reason = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
            unfit.append({"line": row.line, "reason": reason})
        else:
            fresh.append(one)
    return fresh, unfit


def _retell(candidate: Candidate, row: CandidateRow) -> bool:
    """Take over what the feed says now. Returns whether it's something else."""
    changed = [name for name in TOLD if getattr(candidate, name) != getattr(row, name)]
    for name in changed:
        setattr(candidate, name, getattr(row, name))
    return bool(changed)
