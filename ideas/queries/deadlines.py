"""What a source's dates change in those that are kept; nothing is written here."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ideas.choices import NOT_CLOSING, DeadlineKind
from ideas.exchange.calls import DeadlineRow
from ideas.models import Deadline


class Act(enum.Enum):
    """What an import does with one date of a call."""

    ADD = "add"
    MOVE = "move"
    NAME = "name"  # the source now says which of several dates it is; the instant stays
    HEAR = "hear"  # the date is staff's: kept, and what the source says is remembered
    DROP = "drop"


@dataclass(frozen=True)
class Step:
    """`known` is the date as it is kept (None: a new one), `told` what the source says of it (None: nothing more)."""

    act: Act
    known: Deadline | None
    told: DeadlineRow | None


def compare_deadlines(
    known: Iterable[Deadline], rows: Sequence[DeadlineRow], at: datetime, *, complete: bool = True
) -> list[Step]:
    """Say what a source's dates change in those that are kept; nothing is written. Dates that stay are left out.

    A date is known again by its instant, else by its place (kind and number), else, among cut-offs ahead, as the
    nearest one: where the first of three is no longer told, the others stay as they are. Staff's dates stay until the
    source tells another instant than it told last. What has passed is history, and stays when the source drops it;
    `complete` is False where `rows` names only some of the call's dates, so that the others stay, too.
    """
    left, waiting, steps = list(known), list(rows), []
    for is_same in (_same_instant, _same_place_ahead, _cut_off_ahead, _same_place):
        for told in tuple(waiting):
            if candidates := [deadline for deadline in left if is_same(deadline, told, at)]:
                found = min(candidates, key=lambda deadline: _distance(deadline, told))
                left.remove(found)
                waiting.remove(told)
                steps.append(_step(found, told))
    steps += [Step(Act.ADD, None, told) for told in waiting]
    if complete:
        steps += [Step(Act.DROP, gone, None) for gone in left if gone.told_at == gone.at >= at]
    return [step for step in steps if step is not None]


# How a date that the source tells is known again ---------------------------------------------------------------------


def _same_instant(deadline: Deadline, told: DeadlineRow, at: datetime) -> bool:
    """The instant is the one that was told or is kept. A source that lists one date of many doesn't say which it is."""
    single = DeadlineKind.SINGLE in (deadline.kind, told.kind) and deadline.is_closing and told.kind not in NOT_CLOSING
    return (deadline.kind == told.kind or single) and told.reading.at in (deadline.told_at, deadline.at)


def _same_place_ahead(deadline: Deadline, told: DeadlineRow, at: datetime) -> bool:
    return deadline.at >= at and _same_place(deadline, told, at)


def _cut_off_ahead(deadline: Deadline, told: DeadlineRow, at: datetime) -> bool:
    is_source_s = deadline.told_at is not None and deadline.at >= at
    return is_source_s and deadline.kind == told.kind == DeadlineKind.CUT_OFF


def _same_place(deadline: Deadline, told: DeadlineRow, at: datetime) -> bool:
    return (deadline.kind, deadline.number) == (told.kind, told.number)


def _distance(deadline: Deadline, told: DeadlineRow) -> tuple[bool, bool, float]:
    seconds = abs((deadline.at - told.reading.at).total_seconds())
    return deadline.kind != told.kind, deadline.number != told.number, seconds


def _step(deadline: Deadline, told: DeadlineRow) -> Step | None:
    """Decide what becomes of a date that the source tells, too; None where it stays."""
    if deadline.told_at is None:
        return Step(Act.HEAR, deadline, told)
    if told.reading.at == deadline.told_at:
        is_named = deadline.kind == DeadlineKind.SINGLE != told.kind
        return Step(Act.NAME, deadline, told) if is_named else None
    if _is_vaguer(told, deadline):
        return None
    return Step(Act.HEAR if told.reading.at == deadline.at else Act.MOVE, deadline, told)


def _is_vaguer(told: DeadlineRow, deadline: Deadline) -> bool:
    """Whether the source only guesses the hour of a day of which the hour is known."""
    zone = ZoneInfo(deadline.zone)
    same_day = told.reading.at.astimezone(zone).date() == deadline.at.astimezone(zone).date()
    return deadline.verified and not told.reading.verified and same_day
