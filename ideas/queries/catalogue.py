"""All calls in the memory of the process, for lists, counts and drawings: 20,000 of them cost little more than 200.

A set of calls is one number, a bit a call, in the order of the list: to narrow is `&`, to count is `bit_count`. It is
kept as long as the stamp in the database stays the same and no call's status changes, so what it says is exact.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import FloatField, Model
from django.db.models.functions import Cast

from ideas.choices import NOT_CLOSING, DeadlineKind
from ideas.models import Call, CatalogueStamp, Deadline
from ideas.models.calls import SOON, status_of

Bits = int
Stamp = tuple[int, ...]
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
# What a project may ask for, in euros: each bucket from here to the next.
BUDGETS = (0, 500_000, 2_000_000, 5_000_000, 10_000_000)
TRLS = range(1, 10)


class Known(NamedTuple):
    """A call: `values` are (facet, value) but for the status, `dates` (kind, instant) in the order of time."""

    id: int
    identifier: str
    words: str
    values: list[tuple[str, str]]
    dates: list[tuple[str, datetime]]
    deadline_ids: list[int]


class Date(NamedTuple):
    """A date of a call: its instant, the place of the call in the list, the deadline's id, whether it closes."""

    at: datetime
    place: int
    deadline_id: int
    is_closing: bool


@dataclass
class Catalogue:
    """The calls at an instant, in the order of the list: the next to close, those without a closing, the closed."""

    stamp: Stamp
    since: datetime
    until: datetime
    calls: list[Known] = field(default_factory=list)
    closings: list[datetime] = field(default_factory=list)  # the next one of each call that has one: its first ones
    dates: list[Date] = field(default_factory=list)
    bits: dict[str, dict[str, Bits]] = field(default_factory=dict)

    @property
    def everything(self) -> Bits:
        return (1 << len(self.calls)) - 1

    def closing_by(self, instant: datetime) -> Bits:
        """Select the calls whose next closing comes no later."""
        return (1 << bisect_right(self.closings, instant)) - 1

    def naming(self, words: Iterable[str]) -> Bits:
        """Select the calls with all these words, in any case, in identifier or titles."""
        asked = [word.casefold() for word in words]
        if not asked:
            return self.everything
        return _bits(len(self.calls), [n for n, one in enumerate(self.calls) if all(w in one.words for w in asked)])

    def among(self, facet: str, values: Collection[str]) -> Bits:
        """Select the calls with any of these values; all of them where none is asked for."""
        if not values:
            return self.everything
        found = self.bits.get(facet, {})
        chosen = 0
        for value in values:
            chosen |= found.get(value, 0)
        return chosen

    def count(self, facet: str, selected: Bits) -> dict[str, int]:
        """Count the selected calls by value; values that none has are left out."""
        counts = {value: (bits & selected).bit_count() for value, bits in self.bits.get(facet, {}).items()}
        return {value: n for value, n in counts.items() if n}

    def dates_between(self, start: datetime, end: datetime, selected: Bits) -> Iterator[Date]:
        """Walk through the dates of the selected calls from `start` until before `end`."""
        chosen = selected.to_bytes(len(self.calls) // 8 + 1, "little")
        for date in self.dates[bisect_left(self.dates, (start,)) : bisect_left(self.dates, (end,))]:
            if chosen[date.place >> 3] >> (date.place & 7) & 1:
                yield date

    def touching(self, start: datetime, end: datetime) -> Bits:
        """Select the calls of which something lies between: from their first date to their last one."""
        places = (n for n, one in enumerate(self.calls) if one.dates and _touches(one.dates, start, end))
        return _bits(len(self.calls), places)


def places(selected: Bits) -> Iterator[int]:
    """Walk through a selection in the order of the list."""
    marks = f"{selected:b}"[::-1]
    place = marks.find("1")
    while place >= 0:
        yield place
        place = marks.find("1", place + 1)


_kept: Catalogue | None = None


def catalogue(at: datetime) -> Catalogue:
    """The calls as they are at this moment. One query as long as nothing changed, four more to read them anew."""
    global _kept
    # The stamp before the rows: to read newer ones under an old stamp only means to read them again.
    stamp = tuple(CatalogueStamp.objects.order_by("id").values_list("stamp", flat=True))
    kept = _kept
    if kept is None or kept.stamp != stamp or not kept.since <= at < kept.until:
        calls = kept.calls if kept and kept.stamp == stamp else _read()
        kept = _kept = _arranged(calls, stamp, at)
    return kept


# Reading ------------------------------------------------------------------------------------------------------------


def _read() -> list[Known]:
    known: dict[int, Known] = {}
    fields = ("id", "identifier", "title", "call_title", "level", "programme", "trl_min", "trl_max", "expected_grants")
    sums = {name: Cast(f"budget_{name}", FloatField()) for name in ("min", "max", "total")}  # quicker than decimals
    for pk, identifier, title, part_of, level, programme, trl_min, trl_max, grants, low, high, total in (
        Call.objects.order_by().annotate(**sums).values_list(*fields, *sums)  # type: ignore[misc]  # annotations
    ):
        values = [("level", level), ("programme", programme), *_trls(trl_min, trl_max)]
        values += _budgets(low, high, total, grants)
        known[pk] = Known(pk, identifier, f"{identifier} {title} {part_of}".casefold(), values, [], [])
    for pk, kind, at, deadline_id in Deadline.objects.order_by("at", "id").values_list("call_id", "kind", "at", "id"):
        if pk in known:
            known[pk].dates.append((kind, at))
            known[pk].deadline_ids.append(deadline_id)
    for name, through, code in (
        ("value_chain", Call.value_chains.through, "valuechain__code"),
        ("ket", Call.kets.through, "term__code"),
    ):
        _read_tags(known, name, through, code)
    return list(known.values())


def _read_tags(known: dict[int, Known], facet: str, through: type[Model], code: str) -> None:
    for pk, value in through._default_manager.values_list("call_id", code):
        if pk in known:
            known[pk].values.append((facet, value))


def _trls(low: int | None, high: int | None) -> list[tuple[str, str]]:
    ends = [number for number in (low, high) if number is not None]
    return [("trl", str(trl)) for trl in TRLS if ends and min(ends) <= trl <= max(ends)]


def _budgets(low: float | None, high: float | None, total: float | None, grants: int | None) -> list[tuple[str, str]]:
    """The buckets that a project's budget may fall into; where only the whole is known, its share, or the whole."""
    ends = [amount for amount in (low, high) if amount is not None]
    if not ends and total is not None:
        ends = [total / grants if grants else total]
    if not ends:
        return []
    bounds = zip(BUDGETS, (*BUDGETS[1:], float("inf")), strict=True)
    return [("budget", str(start)) for start, end in bounds if min(ends) < end and max(ends) >= start]


# Arranging ----------------------------------------------------------------------------------------------------------


def _arranged(known: list[Known], stamp: Stamp, at: datetime) -> Catalogue:
    ordered = sorted(((*_order(call, at), call) for call in known), key=lambda one: one[:4])
    result = Catalogue(stamp, at, min((_next_change(call.dates, at) for call in known), default=END_OF_TIME))
    found: dict[tuple[str, str], list[int]] = {}
    for place, (rank, closing, _, _, call) in enumerate(ordered):
        result.calls.append(call)
        if rank == 0:
            result.closings.append(closing)
        for pair in (*call.values, ("status", status_of(call.dates, at))):
            found.setdefault(pair, []).append(place)
        result.dates += [
            Date(when, place, deadline_id, kind not in NOT_CLOSING)
            for (kind, when), deadline_id in zip(call.dates, call.deadline_ids, strict=True)
        ]
    result.dates.sort()
    for (facet, value), of_it in found.items():
        result.bits.setdefault(facet, {})[value] = _bits(len(ordered), of_it)
    return result


def _order(call: Known, at: datetime) -> tuple[int, datetime, float, str]:
    closings = [when for kind, when in call.dates if kind not in NOT_CLOSING]
    ahead = next((when for when in closings if when >= at), None)
    if ahead:
        return (0, ahead, -closings[-1].timestamp(), call.identifier)
    return (1, END_OF_TIME, -closings[-1].timestamp() if closings else float("-inf"), call.identifier)


def _next_change(dates: list[tuple[str, datetime]], at: datetime) -> datetime:
    """When the status of a call with these dates changes next, or the closing that comes next: see `status_of`."""
    coming = [END_OF_TIME]
    for kind, when in dates:
        if kind not in NOT_CLOSING:
            coming += [when + timedelta(microseconds=1), when - SOON]
        elif kind == DeadlineKind.OPENING:
            coming.append(when)
    return min(instant for instant in coming if instant > at)


def _touches(dates: list[tuple[str, datetime]], start: datetime, end: datetime) -> bool:
    is_closed_by = dates[-1][1] if any(kind not in NOT_CLOSING for kind, _ in dates) else END_OF_TIME
    return dates[0][1] < end and is_closed_by >= start


def _bits(size: int, of_it: Iterable[int]) -> Bits:
    marks = bytearray(size // 8 + 1)
    for place in of_it:
        marks[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marks, "little")
