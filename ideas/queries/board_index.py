"""What the board filters by, of all ideas, in the memory of the process: a hundred thousand cost little more than ten.

A set of ideas is one number, a bit an idea: to narrow is `&`, to count is `bit_count`. Ideas lie in 256 buckets by
their ids, which are random; the database stamps a bucket at every write in it (`ideas/management/board_triggers.py`),
and only the buckets with another stamp are read anew. So what this says is exact, and no write can be missed.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from ideas.models import Call, Member, Term, ValueChain
from ideas.models.ideas import BUCKET_SHIFT
from ideas.queries.board_rows import Bits, Bucket, Value, bucket_of, read_buckets
from ideas.queries.ideas import PUBLIC, RELATED, Viewer
from ideas.queries.stamped import Stamp, read_board_stamps, read_stamp

BUCKETS = 256
# More changed buckets than this, and everything is read anew, without a condition for each.
MANY_BUCKETS = 40
# One selected idea in more places than this: its values are counted bucket by bucket.
SPARSE = 10_000
# Of more ids than this the places are looked up a bucket at a time.
MANY_IDS = 2_000
_ONE = ord("1")
# So many answers of one moment are remembered: of as many groups of readers who see the same.
MOST_REMEMBERED = 300
T = TypeVar("T")


@dataclass(frozen=True)
class Names:
    """What the values are called in an address: {id: code} of chains and KETs, {id: identifier} of calls."""

    stamp: Stamp
    of: dict[str, dict[int, str]]


@dataclass(frozen=True)
class BoardIndex:
    """All ideas at one moment. `width` is how many places a bucket has in every number.

    `stamps` are those of the buckets' facets, and after them those of the buckets' words (`board_words`).
    """

    stamps: dict[int, int]
    names: Names
    width: int
    buckets: list[Bucket]
    bits: dict[str, dict[Any, Bits]]
    _remembered: dict[Hashable, tuple[Any]] = field(default_factory=dict, compare=False, repr=False)

    def remembered(self, asked: Hashable, answer: Callable[[], T]) -> T:
        """Give what follows from all ideas as they are at this moment, and from `asked` alone; found out once."""
        known = self._remembered.get(asked)
        if known is None:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            known = self._remembered[asked] = (answer(),)
        found: T = known[0]
        return found

    @property
    def everything(self) -> Bits:
        """Every place, also those where no idea is: a selection to narrow further."""
        return (1 << BUCKETS * self.width) - 1

    def public(self) -> Bits:
        """Select the ideas of which everybody may see a teaser."""
        return self._any("audience", [key for key in self.bits.get("audience", {}) if key.endswith(PUBLIC)])

    def among(self, facet: str, values: Collection[str]) -> Bits:
        """Select the ideas with any of these values, as an address names them."""
        named = self.names.of.get(facet)
        return self._any(facet, [pk for pk, name in named.items() if name in values] if named is not None else values)

    def closing(self, start: datetime, end: datetime) -> Bits:
        """Select the ideas whose deadline lies between, both ends included."""
        return self._any("closes", [at for at in self.bits.get("closes", {}) if start <= at <= end])

    def count(self, facet: str, selected: Bits) -> dict[str, int]:
        """Count the selected ideas by value; values that none has are left out."""
        named, values = self.names.of.get(facet), self.bits.get(facet, {})
        if selected.bit_count() * SPARSE < BUCKETS * self.width:
            parts = [(self.buckets[number].bits, part) for number, part in self._parts(selected)]
            counts = [
                (value, sum((of.get((facet, value), 0) & part).bit_count() for of, part in parts)) for value in values
            ]
        else:
            counts = [(value, (bits & selected).bit_count()) for value, bits in values.items()]
        return {(named.get(value, "") if named is not None else value): n for value, n in counts if n}

    def select(self, ids: Collection[int]) -> Bits:
        """Select ideas by their ids; unknown ones are left out."""
        if len(ids) > MANY_IDS:
            return self._select_many(sorted(ids))
        marks = bytearray(BUCKETS * self.width // 8)
        for pk in ids:
            place = self.place_of(pk)
            if place >= 0:
                marks[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(marks, "little")

    def _select_many(self, ids: list[int]) -> Bits:
        """Select rising ids a bucket at a time: to look each up alone takes four times as long."""
        digits, start = bytearray(b"0") * (BUCKETS * self.width), 0
        for number, bucket in enumerate(self.buckets):
            end = bisect_left(ids, ((number + 1) << BUCKET_SHIFT) + 1, start)
            if end > start:
                places = dict(zip(bucket.ids, count(number * self.width)))
                for place in map(places.get, ids[start:end]):
                    if place is not None:
                        digits[place] = _ONE
            start = end
        digits.reverse()
        return int(bytes(digits), 2)

    def place_of(self, pk: int) -> int:
        """The bit of an idea; -1 of one that isn't known."""
        number = bucket_of(pk)
        if not 0 <= number < BUCKETS:
            return -1
        ids = self.buckets[number].ids
        n = bisect_left(ids, pk)
        return number * self.width + n if n < len(ids) and ids[n] == pk else -1

    def ids(self, selected: Bits) -> Iterator[int]:
        """Walk through the ids of a selection, rising."""
        for number, rest in self._parts(selected):
            ids = self.buckets[number].ids
            while rest:
                lowest = rest & -rest
                yield ids[lowest.bit_length() - 1]
                rest ^= lowest

    def _parts(self, selected: Bits) -> Iterator[tuple[int, Bits]]:
        """Cut a selection into those of its buckets: in one piece each step costs as much as there are ideas."""
        size = self.width // 8
        marks = selected.to_bytes(BUCKETS * size, "little") if selected else b""
        for number, start in enumerate(range(0, len(marks), size)):
            if part := int.from_bytes(marks[start : start + size], "little"):
                yield number, part

    def _any(self, facet: str, values: Iterable[Any]) -> Bits:
        found, chosen = self.bits.get(facet, {}), 0
        for value in values:
            chosen |= found.get(value, 0)
        return chosen


def seen_by(known: BoardIndex, by: Viewer, audiences: Collection[str]) -> tuple[Bits, Bits]:
    """Select what `visible_to` gives a viewer, or a visitor's teasers; and what a member sees for their own sake."""
    if not isinstance(by, Member):
        return known.public(), 0
    if not by.is_active:
        return 0, 0
    own = known.select([pk for (pk,) in RELATED.rows(pk=by.pk)])
    return shared_with(known, audiences) | own, own


def shared_with(known: BoardIndex, audiences: Collection[str]) -> Bits:
    """Select the ideas of these audiences."""
    return known.remembered(("audiences", *audiences), lambda: known.among("audience", audiences))


_kept: BoardIndex | None = None
_lock = Lock()


def board_index() -> BoardIndex:
    """All ideas as they are at this moment. Two queries as long as nothing changed, three to eight more otherwise."""
    global _kept
    # Stamps before rows: to read newer ones under an old stamp only means to read them again.
    stamps = read_board_stamps()
    catalogue = read_stamp()
    kept = _kept
    if kept and kept.stamps == stamps and kept.names.stamp == catalogue:
        return kept
    with _lock:
        kept = _kept
        names = kept.names if kept and kept.names.stamp == catalogue else _read_names(catalogue)
        _kept = kept = _refreshed(kept, stamps, names)
        return kept


def forget() -> None:
    """Let the next reader read all ideas anew; for measurements."""
    global _kept
    _kept = None


# Reading ------------------------------------------------------------------------------------------------------------


def _read_names(stamp: Stamp) -> Names:
    return Names(
        stamp,
        {
            "chain": dict(ValueChain.objects.order_by().values_list("id", "code")),
            "ket": dict(Term.objects.order_by().values_list("id", "code")),
            "call": dict(Call.objects.order_by().values_list("id", "identifier")),
        },
    )


def _refreshed(kept: BoardIndex | None, stamps: dict[int, int], names: Names) -> BoardIndex:
    known = kept.stamps if kept else {}
    changed = {number for number in range(BUCKETS) if stamps.get(number) != known.get(number)}
    if kept is None or len(changed) > MANY_BUCKETS:
        return _arranged(read_buckets(None), stamps, names)
    if not changed and names is kept.names:
        return replace(kept, stamps=stamps)  # words alone are others: what was found out of the ideas stays true
    fresh = read_buckets(changed) if changed else {}
    if any(len(bucket.ids) > kept.width for bucket in fresh.values()):
        return _arranged(dict(enumerate(kept.buckets)) | fresh, stamps, names)
    return _with(kept, fresh, stamps, names)


def _with(kept: BoardIndex, fresh: dict[int, Bucket], stamps: dict[int, int], names: Names) -> BoardIndex:
    """Put some buckets into the place of what was there: what isn't different costs nothing."""
    bits = {facet: dict(values) for facet, values in kept.bits.items()}
    buckets = list(kept.buckets)
    for number, bucket in fresh.items():
        old, buckets[number] = buckets[number], bucket
        for pair in old.bits.keys() | bucket.bits.keys():
            difference = old.bits.get(pair, 0) ^ bucket.bits.get(pair, 0)
            if difference:
                facet, value = pair
                values = bits.setdefault(facet, {})
                values[value] = values.get(value, 0) ^ (difference << (number * kept.width))
                if not values[value]:
                    # A value that no idea has any more would stay for the life of the process: closings above all.
                    del values[value]
    return BoardIndex(stamps, names, kept.width, buckets, {facet: values for facet, values in bits.items() if values})


def _arranged(found: dict[int, Bucket], stamps: dict[int, int], names: Names) -> BoardIndex:
    """Lay all buckets side by side, with room for a fourth more."""
    buckets = [found.get(number, Bucket()) for number in range(BUCKETS)]
    width = (max(len(bucket.ids) for bucket in buckets) * 5 // 4 // 8 + 1) * 8
    marks: dict[Value, bytearray] = {}
    for number, bucket in enumerate(buckets):
        start = number * width // 8
        for pair, bits in bucket.bits.items():
            of_pair = marks.setdefault(pair, bytearray(BUCKETS * width // 8))
            of_pair[start : start + width // 8] = bits.to_bytes(width // 8, "little")
    all_bits: dict[str, dict[Any, Bits]] = {}
    for (facet, value), of_pair in marks.items():
        all_bits.setdefault(facet, {})[value] = int.from_bytes(of_pair, "little")
    return BoardIndex(stamps, names, width, buckets, all_bits)
