"""All calls in the memory of the process, for lists, counts and drawings: 20,000 of them cost little more than 200.

A set of calls is one number, a bit a call, in the order of the list: to narrow is `&`, to count is `bit_count`. It is
kept as long as the stamp in the database stays the same and no call's status changes, so what it says is exact.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import FloatField, Model
from django.db.models.functions import Cast

from ideas.choices import NOT_CLOSING, DeadlineKind
from ideas.models import Call, Deadline
from ideas.models.calls import SOON, status_of
from ideas.queries.stamped import Stamp, read_stamp

Bits = int
Dates = tuple[tuple[str, datetime], ...]
# Its place in the list, its status, and until when both hold. A plain tuple: the garbage collector lets go of it.
State = tuple[tuple[int, datetime, float, str], str, datetime]
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
# What a project may ask for, in euros: each bucket from here to the next.
BUDGETS = (0, 500_000, 2_000_000, 5_000_000, 10_000_000)
TRLS = range(1, 10)


@dataclass
class Columns:
    """What is read of all calls, a column a field, and the index of a call for its name.

    Dates are (kind, instant) in the order of time. `members` are the calls of each value of a facet but the status.
    Few containers, and plain tuples in them, so that the garbage collector has nothing to walk through.
    """

    ids: list[int] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    dates: list[Dates] = field(default_factory=list)
    calendar: list[tuple[datetime, int, int, bool]] = field(default_factory=list)  # instant, deadline, call, closes
    members: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)


class Known(NamedTuple):
    """A call by itself: `values` are (facet, value) but for the status, `dates` (kind, instant) as time goes."""

    id: int
    values: list[tuple[str, str]]
    dates: Dates


@dataclass(frozen=True)
class Catalogue:
    """The calls at an instant, in the order of the list: the next to close, those without a closing, the closed."""

    stamp: Stamp
    since: datetime
    until: datetime
    known: Columns
    states: list[State]
    order: list[int]  # which call stands at a place
    place_of: list[int]  # and where a call stands
    closings: list[datetime]  # the next one of each call that has one: those stand first
    bits: dict[str, dict[str, Bits]]

    @property
    def everything(self) -> Bits:
        return (1 << len(self.order)) - 1

    @property
    def calls(self) -> Iterator[Known]:
        """Every call by itself; for who makes something else of all of them."""
        values: list[list[tuple[str, str]]] = [[] for _ in self.order]
        for pair, calls in self.known.members.items():
            for n in calls:
                values[n].append(pair)
        return (Known(pk, values[n], self.known.dates[n]) for n, pk in enumerate(self.known.ids))

    def ids(self, found: Iterable[int]) -> list[int]:
        """The ids of the calls at these places."""
        return [self.known.ids[self.order[place]] for place in found]

    def closing_by(self, instant: datetime) -> Bits:
        """Select the calls whose next closing comes no later."""
        return (1 << bisect_right(self.closings, instant)) - 1

    def naming(self, words: Iterable[str]) -> Bits:
        """Select the calls with all these words, in any case, in identifier or titles."""
        asked = [word.casefold() for word in words]
        if not asked:
            return self.everything
        texts = self.known.words
        return self._bits(n for n, text in enumerate(texts) if all(word in text for word in asked))

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

    def dates_between(
        self, start: datetime, end: datetime, selected: Bits, *, closings: bool = False
    ) -> list[tuple[int, int]]:
        """List the dates of the selected calls from `start` until before `end`: (the deadline's id, the call)."""
        calendar, place_of = self.known.calendar, self.place_of
        chosen = selected.to_bytes(len(self.order) // 8 + 1, "little")
        return [
            (deadline_id, call)
            for _, deadline_id, call, is_closing in calendar[
                bisect_left(calendar, (start,)) : bisect_left(calendar, (end,))
            ]
            if chosen[place_of[call] >> 3] >> (place_of[call] & 7) & 1 and (is_closing or not closings)
        ]

    def touching(self, start: datetime, end: datetime) -> Bits:
        """Select the calls of which something lies between: from their first date to their last one."""
        return self._bits(n for n, (first, last) in enumerate(self.known.spans) if first < end and last >= start)

    def _bits(self, calls: Iterable[int]) -> Bits:
        return _bits(self.place_of, calls)


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
    stamp = read_stamp()
    kept = _kept
    if kept is None or kept.stamp != stamp:
        kept = _kept = _arranged(_read(), stamp, at)
    elif not kept.since <= at < kept.until:
        kept = _kept = _arranged(kept.known, stamp, at, before=kept if kept.since <= at else None)
    return kept


def forget() -> None:
    """Let the next reader read all calls anew; for measurements."""
    global _kept
    _kept = None


# Reading ------------------------------------------------------------------------------------------------------------


def _read() -> Columns:
    known = Columns()
    index: dict[int, int] = {}
    fields = ("id", "identifier", "title", "call_title", "level", "programme", "trl_min", "trl_max", "expected_grants")
    sums = {name: Cast(f"budget_{name}", FloatField()) for name in ("min", "max", "total")}  # quicker than decimals
    for n, (pk, identifier, title, part_of, level, programme, trl_min, trl_max, grants, low, high, total) in enumerate(
        Call.objects.order_by().annotate(**sums).values_list(*fields, *sums)
    ):
        index[pk] = n
        known.ids.append(pk)
        known.identifiers.append(identifier)
        known.words.append(f"{identifier} {title} {part_of}".casefold())
        values = [("level", level), ("programme", programme), *_trls(trl_min, trl_max)]
        for pair in values + _budgets(low, high, total, grants):
            known.members.setdefault(pair, []).append(n)
    _read_dates(known, index)
    _read_tags(known, index, "value_chain", Call.value_chains.through, "valuechain__code")
    _read_tags(known, index, "ket", Call.kets.through, "term__code")
    return known


def _read_dates(known: Columns, index: dict[int, int]) -> None:
    by_call: list[list[tuple[str, datetime]]] = [[] for _ in known.ids]
    for pk, kind, at, deadline_id in Deadline.objects.order_by("at", "id").values_list("call_id", "kind", "at", "id"):
        if pk in index:
            by_call[index[pk]].append((kind, at))
            known.calendar.append((at, deadline_id, index[pk], kind not in NOT_CLOSING))
    known.dates = [tuple(dates) for dates in by_call]
    known.spans = [_span(dates) for dates in known.dates]


def _read_tags(known: Columns, index: dict[int, int], facet: str, through: type[Model], code: str) -> None:
    for pk, value in through._default_manager.values_list("call_id", code):
        if pk in index:
            known.members.setdefault((facet, value), []).append(index[pk])


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


def _span(dates: Dates) -> tuple[datetime, datetime]:
    """From when to when a call is on the timeline: without a closing it goes on; without dates it is never."""
    if not dates:
        return END_OF_TIME, END_OF_TIME
    is_closing = any(kind not in NOT_CLOSING for kind, _ in dates)
    return dates[0][1], dates[-1][1] if is_closing else END_OF_TIME


# Arranging ----------------------------------------------------------------------------------------------------------


def _arranged(known: Columns, stamp: Stamp, at: datetime, *, before: Catalogue | None = None) -> Catalogue:
    """Put the calls into the order of the list. `before`: an earlier arrangement, most of which still holds."""
    if before:
        states = [state if at < state[2] else _state(known, n, at) for n, state in enumerate(before.states)]
    else:
        states = [_state(known, n, at) for n in range(len(known.ids))]
    order = sorted(range(len(states)), key=[state[0] for state in states].__getitem__)
    place_of = [0] * len(order)
    for place, n in enumerate(order):
        place_of[n] = place
    members = dict(known.members)
    for n, (_, status, _) in enumerate(states):
        members.setdefault(("status", status), []).append(n)
    bits: dict[str, dict[str, Bits]] = {}
    for (facet, value), calls in members.items():
        bits.setdefault(facet, {})[value] = _bits(place_of, calls)
    closings = [states[n][0][1] for n in order if not states[n][0][0]]
    until = min((until for _, _, until in states), default=END_OF_TIME)
    return Catalogue(stamp, at, until, known, states, order, place_of, closings, bits)


def _state(known: Columns, n: int, at: datetime) -> State:
    """A call's place in the list (next closing, last closing, identifier), its status, and until when both hold."""
    dates = known.dates[n]
    closings = [when for kind, when in dates if kind not in NOT_CLOSING]
    ahead = next((when for when in closings if when >= at), None)
    last = -closings[-1].timestamp() if closings else float("-inf")
    order = (0 if ahead else 1, ahead or END_OF_TIME, last, known.identifiers[n])
    return order, status_of(dates, at), _next_change(dates, at)


def _next_change(dates: Iterable[tuple[str, datetime]], at: datetime) -> datetime:
    """When the status of a call with these dates changes next, or the closing that comes next: see `status_of`."""
    coming = END_OF_TIME
    for kind, when in dates:
        if kind not in NOT_CLOSING:
            turns = [when - SOON, when + INSTANT]
        elif kind == DeadlineKind.OPENING:
            turns = [when]
        else:
            continue
        coming = next((turn for turn in turns if at < turn < coming), coming)
    return coming


def _bits(place_of: Sequence[int], calls: Iterable[int]) -> Bits:
    marks = bytearray(len(place_of) // 8 + 1)
    for n in calls:
        place = place_of[n]
        marks[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marks, "little")
