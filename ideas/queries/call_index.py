"""All calls as matching reads them, in the memory of the process: by value chain, and by what they are about."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from ideas.choices import NOT_CLOSING
from ideas.fit import Offer, weight_of
from ideas.models import Call
from ideas.queries.catalogue import Catalogue, Known, catalogue
from ideas.queries.stamped import Stamp
from ideas.words import significant_words

Places: TypeAlias = "array[int]"
Tags: TypeAlias = tuple[frozenset[str], frozenset[str]]
# Words in more than this share of the calls tell none of them apart.
COMMON = 0.25
FEW_CALLS = 40
SUMMARY_CHARS = 1_500


@dataclass
class CallIndex:
    """Every call that its source still lists, a column a field, the first to close first.

    `tags` are (value chains, KETs), `ranges` TRL from and to and euros from and to, `closings` in the order of time,
    `opens` whether it has an opening, `about` its words; `chains` and `words` say where a code or a word is found:
    {key: places in the columns}. Few containers, plain tuples, and arrays, so that the garbage collector has nothing
    to walk through.
    """

    ids: list[int] = field(default_factory=list)
    tags: list[Tags] = field(default_factory=list)
    ranges: list[tuple[Any, ...]] = field(default_factory=list)
    closings: list[tuple[datetime, ...]] = field(default_factory=list)
    opens: list[bool] = field(default_factory=list)
    about: list[tuple[str, ...]] = field(default_factory=list)
    chains: dict[str, Places] = field(default_factory=dict)
    words: dict[str, Places] = field(default_factory=dict)

    def is_ahead(self, place: int, at: datetime) -> bool:
        """Whether something can still be handed in, now or later; a call without any date is not counted on."""
        closings = self.closings[place]
        return closings[-1] >= at if closings else self.opens[place]

    def next_closing(self, place: int, at: datetime) -> datetime | None:
        return next((closing for closing in self.closings[place] if closing >= at), None)

    def offer(self, place: int) -> Offer:
        ranges = self.ranges[place]
        return Offer(*self.tags[place], ranges[:2], ranges[2:])

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """Weigh the words that some calls use and that tell them apart."""
        uses = {word: len(self.words[word]) for word in words if word in self.words}
        most = max(FEW_CALLS, len(self.ids)) * COMMON
        return {word: weight_of(n, len(self.ids)) for word, n in uses.items() if n <= most}


@dataclass(frozen=True)
class _Kept:
    """The index of this process, the stamp it was made under, and each call's words under its text.

    One object, so that two readers at once never leave one's index under the other's stamp.
    """

    stamp: Stamp | None = None
    index: CallIndex = field(default_factory=CallIndex)
    words: Mapping[int, tuple[int, tuple[str, ...]]] = field(default_factory=dict)


_kept = _Kept()


def call_index(at: datetime) -> CallIndex:
    """The calls as they stand: read again when the database's stamp says that any of them changed.

    One query, and five more to read them: four of the catalogue's.
    """
    global _kept
    known, kept = catalogue(at), _kept
    if kept.stamp != known.stamp:
        kept = _kept = _read(known, kept)
    return kept.index


def forget() -> None:
    """Let the next reader read all calls anew, with every word of theirs; for measurements."""
    global _kept
    _kept = _Kept()


def words_of_call(title: str, summary: str, language: str) -> dict[str, str]:
    """What a call is about. The title of the whole call stays out: it names neighbours' subjects, too."""
    return significant_words(f"{title}\n{summary[:SUMMARY_CHARS]}", language)


def _read(known: Catalogue, before: _Kept) -> _Kept:
    others = {call.id: call for call in known.calls}
    index, words = CallIndex(), {}
    tags: dict[Tags, Tags] = {}
    fields = ("pk", "title", "summary", "language", "opens_at", "trl_min", "trl_max", "budget_min", "budget_max")
    listed = Call.objects.filter(missing_since=None).order_by("closes_at", "pk").values_list(*fields)
    for pk, title, summary, language, opens_at, *ranges in listed:
        if pk not in others:  # it came after the others were read: the next stamp brings it
            continue
        text, last = hash((title, summary, language)), before.words.get(pk)
        words[pk] = last if last and last[0] == text else (text, tuple(words_of_call(title, summary, language)))
        own = _tags(others[pk])
        _add(index, pk, tags.setdefault(own, own), tuple(ranges), words[pk][1])
        index.closings.append(tuple(at for kind, at in others[pk].dates if kind not in NOT_CLOSING))
        index.opens.append(opens_at is not None)
    return _Kept(known.stamp, index, words)


def _add(
    index: CallIndex,
    pk: int,
    tags: Tags,
    ranges: tuple[Any, ...],
    words: tuple[str, ...],
) -> None:
    place = len(index.ids)
    index.ids.append(pk)
    index.tags.append(tags)
    index.ranges.append(ranges)
    index.about.append(words)
    for table, keys in ((index.chains, tags[0]), (index.words, words)):
        for key in keys:
            table.setdefault(key, array("I")).append(place)


def _tags(call: Known) -> Tags:
    chains = frozenset(value for facet, value in call.values if facet == "value_chain")
    return chains, frozenset(value for facet, value in call.values if facet == "ket")
