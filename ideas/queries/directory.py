"""All organisations in the memory of the process, for the directory's filters and counts: exact, and quick at 10,000.

A set of organisations is one number, a bit an organisation, in the order of the list: to narrow is `&`, to count is
`bit_count`. It is kept as long as the database's stamp stays the same (`ideas/management/triggers.py`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from ideas.choices import CompetenceState
from ideas.models import Competence, DirectoryStamp, Organisation
from ideas.queries.board_rows import Bits, bits_of
from ideas.text import searchable

Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Directory:
    """The organisations, members of the cluster first, by name: `ids` at their places, and the bits of each value."""

    stamp: Stamp
    ids: list[int] = field(default_factory=list)
    place_of: dict[int, int] = field(default_factory=dict)
    bits: dict[str, dict[str, Bits]] = field(default_factory=dict)
    # {(facet, slug of a merged word): the slug that took its place}
    merged: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def everything(self) -> Bits:
        return (1 << len(self.ids)) - 1

    def among(self, facet: str, values: Collection[str]) -> Bits:
        """Select the organisations with any of these values; all of them where none is asked for."""
        if not values:
            return self.everything
        found, chosen = self.bits.get(facet, {}), 0
        for value in values:
            chosen |= found.get(self.merged.get((facet, value), value), 0)
        return chosen

    def count(self, facet: str, selected: Bits) -> dict[str, int]:
        """Count the selected organisations by value; values that none has are left out."""
        counts = ((value, (bits & selected).bit_count()) for value, bits in self.bits.get(facet, {}).items())
        return {value: n for value, n in counts if n}

    def select(self, ids: Iterable[int]) -> Bits:
        """Select organisations by their ids; unknown ones are left out."""
        return bits_of([self.place_of[pk] for pk in ids if pk in self.place_of])

    def page(self, selected: Bits, *, after: int | None, size: int) -> list[int]:
        """The ids of the next organisations of a selection, behind the one with the id `after`."""
        start = self.place_of.get(after, -1) + 1 if after is not None else 0
        return [self.ids[place] for place in _first_places(selected >> start, start, size)]


_kept: Directory | None = None
_lock = Lock()


def directory() -> Directory:
    """All organisations as they are at this moment. One query as long as nothing changed, five more otherwise."""
    global _kept
    # The stamp before the rows: to read newer ones under an old stamp only means to read them again.
    stamp = tuple(DirectoryStamp.objects.order_by("id").values_list("stamp", flat=True))
    kept = _kept
    if kept is not None and kept.stamp == stamp:
        return kept
    with _lock:
        if _kept is None or _kept.stamp != stamp:
            _kept = _read(stamp)
        return _kept


def forget() -> None:
    """Let the next reader read all organisations anew; for measurements."""
    global _kept
    _kept = None


def _first_places(selected: Bits, start: int, size: int) -> Iterator[int]:
    marks = f"{selected:b}"[::-1]
    place = marks.find("1")
    while place >= 0 and size:
        yield start + place
        size -= 1
        place = marks.find("1", place + 1)


def _order(row: tuple[Any, ...]) -> tuple[bool, str, str, int]:
    """Members of the cluster first, then by name: É stands beside E, whatever the engine thinks."""
    pk, name, _kind, _accredited, member_since, _province = row
    return member_since is None, searchable(name), name, pk


def _read(stamp: Stamp) -> Directory:
    columns = ("id", "name", "kind", "accredited", "member_since", "province__code")
    rows = sorted(Organisation.objects.order_by().values_list(*columns), key=_order)
    place_of = {row[0]: place for place, row in enumerate(rows)}
    members: dict[tuple[str, str], list[int]] = {}
    for place, (_, _, kind, accredited, member_since, province) in enumerate(rows):
        values = [("kind", kind), ("accredited", "1" if accredited else ""), ("province", province)]
        for facet, value in (*values, ("member", "1" if member_since else "")):
            if value:
                members.setdefault((facet, value), []).append(place)
    merged = _read_tags(members, place_of)
    bits: dict[str, dict[str, Bits]] = {}
    for (facet, value), places in members.items():
        bits.setdefault(facet, {})[value] = bits_of(places)
    return Directory(stamp, [row[0] for row in rows], place_of, bits, merged)


def _read_tags(members: dict[tuple[str, str], list[int]], place_of: Mapping[int, int]) -> dict[tuple[str, str], str]:
    """Read value chains, KETs and words. Returns where merged words lead."""

    def add(rows: Iterable[tuple[int, Any]]) -> None:
        for pk, pair in rows:
            if pk in place_of and pair:
                members.setdefault(pair, []).append(place_of[pk])

    chains = Organisation.value_chains.through.objects.values_list("organisation_id", "valuechain__code")
    add((pk, ("value_chain", code)) for pk, code in chains)
    kets = Organisation.kets.through.objects.values_list("organisation_id", "term__code")
    add((pk, ("ket", code)) for pk, code in kets)
    words: dict[int, tuple[str, str]] = {}
    merged: dict[tuple[str, str], str] = {}
    columns = ("id", "kind", "slug", "state", "merged_into__slug")
    for pk, kind, slug, state, into in Competence.objects.order_by().values_list(*columns):
        if state != CompetenceState.RETIRED:
            words[pk] = (kind, slug)
        if into:
            merged[kind, slug] = into
    has = Organisation.vocabulary.through.objects.values_list("organisation_id", "competence_id")
    add((pk, words.get(word)) for pk, word in has)
    return merged
