"""What every write of a call's deadlines keeps true: the kept changes, the ideas that aim at it, who is told.

Helpers for actions, inside their transaction; no actions.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.board import retarget
from ideas.actions.following import tell_of_deadline
from ideas.choices import NOT_CLOSING, DeadlineKind
from ideas.exchange.calls import DeadlineRow
from ideas.models import Call, Deadline, DeadlineChange, Member
from ideas.queries.deadlines import Act, Step, compare_deadlines
from ideas.queries.joining import consortiums_of

HAND = "hand"
# Of these a call may have several; of the other kinds one each.
REPEATED = frozenset({DeadlineKind.OPENING, DeadlineKind.CUT_OFF, DeadlineKind.CLICK_DAY, DeadlineKind.MILESTONE})
OUT_OF_THE_WAY = 20_000


@dataclass(frozen=True)
class HandDate:
    """A date as a person wrote it. `deadline` is the id of the one that it changes; None for a new one."""

    kind: str
    at: datetime
    zone: str
    raw: str = ""
    verified: bool = True
    deadline: int | None = None


@dataclass(frozen=True)
class Origin:
    """Where dates come from: who writes them (None at the command line), the source's name, a note, the moment."""

    by: Member | None
    source: str
    note: str
    at: datetime


def change_deadlines(
    call: Call, rows: Sequence[DeadlineRow], run: Origin, *, complete: bool = True
) -> list[DeadlineChange]:
    """Bring a known call's deadlines up to date. Returns what came, moved or went, each as a kept DeadlineChange."""
    known = list(call.deadlines.all())
    steps = compare_deadlines(known, rows, run.at, complete=complete)
    changes = [change for step in steps if (change := _take(step, run))]
    gone = [step.known for step in steps if step.act is Act.DROP]
    taken = {(deadline.kind, deadline.number) for deadline in known if deadline not in gone}
    for told in (step.told for step in steps if step.act is Act.ADD and step.told):
        fresh = new_deadline(call, told, run)
        fresh.number = _free_number(fresh, taken)
        taken.add((fresh.kind, fresh.number))
        fresh.save()
        changes.append(keep_change(fresh, None, fresh.at, run))
    return changes


def keep_dates(call: Call) -> None:
    """Write on a call when it opens first and closes last, from its deadlines as they are."""
    call.opens_at, call.closes_at = dates_of(Deadline.objects.filter(call=call))
    call.save(update_fields=["opens_at", "closes_at"])


def dates_of(deadlines: Iterable[Deadline]) -> tuple[datetime | None, datetime | None]:
    """Find the earliest opening and the last closing: (opens_at, closes_at), None where there is none."""
    ordered = sorted(deadlines, key=lambda deadline: deadline.at)
    openings = [deadline.at for deadline in ordered if deadline.kind == DeadlineKind.OPENING]
    closings = [deadline.at for deadline in ordered if deadline.is_closing]
    return (openings[0] if openings else None, closings[-1] if closings else None)


def announce_deadlines(call: Call, changes: list[DeadlineChange], run: Origin, *, asks_otherwise: bool = False) -> None:
    """Give the ideas that aim at the call its dates and name as they are now, and tell who follows of new dates.

    Stands last in an action: it publishes. `asks_otherwise`: the call may be of another kind now, or has other rules.
    """
    moved = retarget(call, run.at)
    ideas = [idea for idea, _ in moved]
    moves = [change for change in changes if change.kind not in NOT_CLOSING and change.old_at != change.new_at]
    told = [row for change in moves for row in tell_of_deadline(change, ideas, run.at)]
    line_ups = consortiums_of(ideas) if asks_otherwise else ()
    publish.deadlines_changed(changes, moved, told, line_ups=line_ups)


def drop_deadline(deadline: Deadline, run: Origin) -> DeadlineChange:
    """Take a date away, and keep that it went. Its sequence rises, so that calendars cancel it."""
    deadline.sequence += 1
    change = keep_change(deadline, deadline.at, None, run)
    deadline.delete()
    return change


def new_deadline(call: Call, told: DeadlineRow, run: Origin) -> Deadline:
    """Make a date as the source tells it; the caller saves it."""
    reading = told.reading
    return Deadline(
        call=call,
        kind=told.kind,
        number=told.number,
        at=reading.at,
        zone=reading.zone,
        raw=reading.raw[:100],
        told_at=reading.at,
        verified=reading.verified,
        changed_at=run.at,
    )


def keep_change(deadline: Deadline, old_at: datetime | None, new_at: datetime | None, run: Origin) -> DeadlineChange:
    """Keep that a saved deadline came (no `old_at`), moved, or goes (no `new_at`)."""
    return DeadlineChange.objects.create(
        call=deadline.call,
        kind=deadline.kind,
        number=deadline.number,
        old_at=old_at,
        new_at=new_at,
        deadline_number=deadline.pk,
        sequence=deadline.sequence,
        zone=deadline.zone,
        source=run.source,
        by=run.by,
        note=run.note,
        changed_at=run.at,
    )


def _take(step: Step, run: Origin) -> DeadlineChange | None:
    """Do what a step says of a date that is kept."""
    deadline, told = step.known, step.told
    if deadline is None or step.act is Act.ADD:
        return None
    if told is None:
        return drop_deadline(deadline, run)
    deadline.told_at = told.reading.at
    if step.act is Act.HEAR:
        deadline.save(update_fields=["told_at"])
        return None
    old_at = deadline.at
    if step.act is Act.NAME:
        taken = set(Deadline.objects.filter(call=deadline.call_id).values_list("kind", "number"))
        deadline.kind, deadline.number = told.kind, told.number
        deadline.number = _free_number(deadline, taken)
    else:
        deadline.at, deadline.zone = told.reading.at, told.reading.zone
        deadline.raw, deadline.verified = told.reading.raw[:100], told.reading.verified
    deadline.sequence += 1
    deadline.changed_at = run.at
    deadline.save(
        update_fields=["kind", "number", "at", "zone", "raw", "verified", "told_at", "sequence", "changed_at"]
    )
    return keep_change(deadline, old_at, deadline.at, run)


def _free_number(deadline: Deadline, taken: set[tuple[str, int]]) -> int:
    """The number that the source gives, else the next one that no other date of the kind has."""
    if (deadline.kind, deadline.number) not in taken:
        return deadline.number
    return 1 + max(number for kind, number in taken if kind == deadline.kind)


# Dates by hand --------------------------------------------------------------------------------------------------------


def check_dates(dates: Sequence[HandDate]) -> None:
    """Refuse dates that contradict each other. Raises ValidationError for "dates"."""
    kinds = [date.kind for date in dates]
    twice = [kind for kind in DeadlineKind if kind not in REPEATED and kinds.count(kind) > 1]
    if twice:
        raise ValidationError({"dates": _("Only one date may be: %(kind)s.") % {"kind": twice[0].label}})
    if len({(date.kind, date.at) for date in dates}) < len(dates):
        raise ValidationError({"dates": _("The same date stands here twice.")})
    first = {kind: min((date.at for date in dates if date.kind == kind), default=None) for kind in kinds}
    stages = first.get(DeadlineKind.STAGE_1), first.get(DeadlineKind.STAGE_2)
    if stages[0] and stages[1] and stages[0] >= stages[1]:
        raise ValidationError({"dates": _("The first stage must close before the second one.")})
    opening = first.get(DeadlineKind.OPENING)
    closings = [date.at for date in dates if date.kind not in NOT_CLOSING]
    if opening and closings and max(closings) < opening:
        raise ValidationError({"dates": _("The call closes before it opens.")})


def write_dates(call: Call, dates: Sequence[HandDate], run: Origin) -> list[DeadlineChange]:
    """Bring the deadlines to what the person wrote. Returns what came, moved or went."""
    known = {deadline.pk: deadline for deadline in call.deadlines.all()}
    pairs = [(date, known.pop(date.deadline or 0, None)) for date in dates]
    _remember_gone(call, known.values())
    changes = [drop_deadline(gone, run) for gone in known.values()]
    numbers = _numbers(pairs)
    # Two dates may change places: out of the way first, for no two may have one kind and number.
    moving = [old for date, old in pairs if old and (old.kind, old.number) != (date.kind, numbers[date.kind, date.at])]
    for place, deadline in enumerate(moving, start=OUT_OF_THE_WAY):
        Deadline.objects.filter(pk=deadline.pk).update(number=place)
    for date, old in pairs:
        changes += _write_date(call, date, old, numbers[date.kind, date.at], run)
    return changes


def write_new_dates(call: Call, dates: Sequence[HandDate], at: datetime) -> None:
    """Give a new call its dates: nothing changed, so no change is kept."""
    numbers = _numbers([(date, None) for date in dates])
    for date in dates:
        _new_deadline(call, date, numbers[date.kind, date.at], at)


def _remember_gone(call: Call, deadlines: Collection[Deadline]) -> None:
    """Keep what the source said of dates that a person takes away: it will say so again, and they stay away."""
    said = [deadline.told_at.astimezone(UTC).isoformat() for deadline in deadlines if deadline.told_at]
    if said:
        gone = [*call.told.get(HAND, {}).get("gone", ()), *said]
        call.told = {**call.told, HAND: {"gone": gone}}
        call.save(update_fields=["told"])


def _numbers(pairs: Sequence[tuple[HandDate, Deadline | None]]) -> dict[tuple[str, datetime], int]:
    """Number dates of one kind: known ones keep their number, new ones get the next, in the order of time."""
    numbers = {(date.kind, date.at): old.number for date, old in pairs if old and old.kind == date.kind}
    for date, _old in sorted(pairs, key=lambda pair: pair[0].at):
        if (date.kind, date.at) not in numbers:
            last = max((number for (kind, _at), number in numbers.items() if kind == date.kind), default=0)
            numbers[date.kind, date.at] = last + 1
    return numbers


def _write_date(call: Call, date: HandDate, old: Deadline | None, number: int, run: Origin) -> list[DeadlineChange]:
    if old is None:
        fresh = _new_deadline(call, date, number, run.at)
        return [keep_change(fresh, None, fresh.at, run)]
    before, old_at = (old.kind, old.at, old.zone), old.at
    if (*before, old.verified) == (date.kind, date.at, date.zone, date.verified):
        return []
    old.kind, old.at, old.zone, old.verified, old.number = date.kind, date.at, date.zone, date.verified, number
    old.raw = old.raw if old.at == old_at else date.raw[:100]
    old.sequence += 1
    old.changed_at = run.at
    old.save()
    return [keep_change(old, old_at, old.at, run)] if before != (old.kind, old.at, old.zone) else []


def _new_deadline(call: Call, date: HandDate, number: int, at: datetime) -> Deadline:
    return Deadline.objects.create(
        call=call, kind=date.kind, number=number, at=date.at, zone=date.zone, raw=date.raw[:100],
        verified=date.verified, changed_at=at,
    )  # fmt: skip
