"""Which calls fit an idea, and which ideas a call: ranked, each with its reasons (`ideas.fit`)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import Any, NamedTuple, TypeVar

from django.db.models import Exists, Max, OuterRef, Q

from ideas.choices import NOT_CLOSING, CallStatus, IdeaState
from ideas.fit import MAX_WORDS, Fit, Offer, Range, Wish, fit, points_of_chains, weight_of
from ideas.models import Call, Idea, Member, PlanStep
from ideas.queries.calls import next_closing, status_of_call
from ideas.queries.catalogue import Catalogue, Known, Stamp, catalogue
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to
from ideas.words import significant_words

CALLS = 8
IDEAS = 6
# What scores less than this and less than half of the best one is left out: beside it, it is noise.
FAIR = 3.0
# Only so many of the likeliest are compared in full; ties beyond them would be many and all alike.
COMPARED = 400
IDEAS_COMPARED = 200
# Words in more than this share of the calls tell none of them apart.
COMMON = 0.25
FEW_CALLS = 40
FINDS = 12_000
SUMMARY_CHARS = 1_500
WISHED = ("title", "keywords", "teaser", "language", "tags", "trl_now", "trl_target", "budget_eur")
# Where staff have no plan: what six weeks of writing take.
DAYS_NEEDED = 45
# An idea may be aimed at a call, or at another one, in these states.
SEEKING: frozenset[str] = frozenset(
    {
        IdeaState.DRAFT,
        IdeaState.OPEN,
        IdeaState.NEEDS_INFO,
        IdeaState.PREPARING,
        IdeaState.NOT_FUNDED,
        IdeaState.PARKED,
    }
)


@dataclass(frozen=True)
class CallFit:
    """A call that fits. `words` are those in common, {key: (the idea's word, the call's)}."""

    call: Call
    fit: Fit
    words: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class IdeaFit:
    """An idea that fits, as a row of `CARD_FIELDS`; `words` as in `CallFit`."""

    row: dict[str, Any]
    fit: Fit
    words: dict[str, tuple[str, str]]


# All calls, in memory -----------------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """A call as matching reads it; `last` is its last closing, `closings` all of them in time order."""

    pk: int
    offer: Offer
    closings: tuple[datetime, ...]
    opens: bool

    def is_ahead(self, at: datetime) -> bool:
        """Whether something can still be handed in, now or later; a call without any date is not counted on."""
        return self.closings[-1] >= at if self.closings else self.opens

    def next_closing(self, at: datetime) -> datetime | None:
        return next((closing for closing in self.closings if closing >= at), None)


@dataclass
class _Index:
    """Every call that its source still lists, by value chain and by word: {code or word: places in `rows`}."""

    rows: list[_Row] = field(default_factory=list)
    chains: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """Weigh the words that some calls use and that tell them apart."""
        uses = {word: len(self.words[word]) for word in words if word in self.words}
        most = max(FEW_CALLS, len(self.rows)) * COMMON
        return {word: weight_of(n, len(self.rows)) for word, n in uses.items() if n <= most}


@dataclass(frozen=True)
class _Kept:
    """The index of this process, the stamp it was made under, and each call's words under its text.

    One object, so that two readers at once never leave one's index under the other's stamp.
    """

    stamp: Stamp | None = None
    index: _Index = field(default_factory=_Index)
    words: Mapping[int, tuple[int, tuple[str, ...]]] = field(default_factory=dict)


_kept = _Kept()


def _index(at: datetime) -> _Index:
    """The calls as they stand: read again when the database's stamp says that any of them changed."""
    global _kept
    known, kept = catalogue(at), _kept
    if kept.stamp != known.stamp:
        kept = _kept = _read(known, kept)
    return kept.index


def forget() -> None:
    """Let the next reader read all calls anew, with every word of theirs; for measurements."""
    global _kept
    _kept = _Kept()


def _read(known: Catalogue, before: _Kept) -> _Kept:
    tags = {call.id: call for call in known.calls}
    index, words = _Index(), {}
    fields = ("pk", "title", "summary", "language", "trl_min", "trl_max", "budget_min", "budget_max", "opens_at")
    listed = Call.objects.filter(missing_since=None).order_by("closes_at", "pk").values_list(*fields)
    for pk, title, summary, language, trl_min, trl_max, budget_min, budget_max, opens_at in listed:
        if pk not in tags:  # it came after the others were read: the next stamp brings it
            continue
        text, last = hash((title, summary, language)), before.words.get(pk)
        words[pk] = last if last and last[0] == text else (text, tuple(words_of_call(title, summary, language)))
        offer = _offer(tags[pk], (trl_min, trl_max), (budget_min, budget_max))
        closings = tuple(at for kind, at in tags[pk].dates if kind not in NOT_CLOSING)
        place = len(index.rows)
        index.rows.append(_Row(pk, offer, closings, opens_at is not None))
        for chain in offer.chains:
            index.chains[chain].append(place)
        for word in words[pk][1]:
            index.words[word].append(place)
    return _Kept(known.stamp, index, words)


def _offer(call: Known, trl: Range, budget: Range) -> Offer:
    chains = frozenset(value for facet, value in call.values if facet == "value_chain")
    kets = frozenset(value for facet, value in call.values if facet == "ket")
    return Offer(chains, kets, trl, budget)


def words_of_call(title: str, summary: str, language: str) -> dict[str, str]:
    """What a call is about. The title of the whole call stays out: it names neighbours' subjects, too."""
    return significant_words(f"{title}\n{summary[:SUMMARY_CHARS]}", language)


def words_of_idea(row: Mapping[str, Any]) -> dict[str, str]:
    """What an idea is about: its title, its keywords, its teaser."""
    return significant_words(f"{row['title']}\n{row['keywords']}\n{row['teaser']}", row["language"])


# Calls for an idea --------------------------------------------------------------------------------------------------


def calls_for(idea: Idea, at: datetime, *, limit: int = CALLS) -> list[CallFit]:
    """Rank the calls still ahead that fit an idea, best first. The caller has found the idea through `visible_to`.

    The idea's own call isn't among them. Queries: 4, and 5 more when a call has changed since the last time.
    """
    index, days_needed = _index(at), plan_days()
    row = {name: getattr(idea, name) for name in WISHED}
    wish, words = wish_of(row), words_of_idea(row)
    hits = _hits(index, index.weights(words))
    compared = []
    for place in sorted(_likeliest(index, wish, hits, at)):
        known = index.rows[place]
        closing = known.next_closing(at)
        found = fit(wish, known.offer, hits.get(place, {}), closing=closing, at=at, days_needed=days_needed)
        if found.is_enough and known.pk != idea.call_id:
            compared.append((place, found))
    best = {index.rows[place].pk: found for place, found in _best(compared, limit)}
    calls = Call.objects.defer("told").prefetch_related("deadlines").in_bulk(list(best))
    return [CallFit(calls[pk], found, _both(found, words, calls[pk])) for pk, found in best.items() if pk in calls]


def _hits(index: _Index, weights: Mapping[str, float]) -> dict[int, dict[str, float]]:
    """Find the calls that use these words: {place: {word: weight}}; of very many finds those of the rarest words."""
    hits: dict[int, dict[str, float]] = defaultdict(dict)
    left = FINDS
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        left -= len(index.words[word])
        if left < 0:
            break
        for place in index.words[word]:
            hits[place][word] = weights[word]
    return hits


def _likeliest(index: _Index, wish: Wish, hits: Mapping[int, Mapping[str, float]], at: datetime) -> list[int]:
    """Pick the places worth comparing in full: by value chains, KETs and words alone."""
    scores: dict[int, float] = defaultdict(float)
    for code, points in points_of_chains(wish.chains).items():
        for place in index.chains.get(code, ()):
            scores[place] += points
    for place, words in hits.items():
        scores[place] += min(MAX_WORDS, sum(words.values()))
    rows = index.rows
    ahead = (
        (-score - len(wish.kets & rows[place].offer.kets), place)
        for place, score in scores.items()
        if rows[place].is_ahead(at)
    )
    return [place for _, place in nsmallest(COMPARED, ahead)]


T = TypeVar("T")


def _best(found: list[tuple[T, Fit]], limit: int) -> list[tuple[T, Fit]]:
    """Rank by score, the first found first among equals; without those that are noise beside the best one."""
    ranked = sorted(found, key=lambda one: -one[1].score)
    return [one for one in ranked[:limit] if one[1].score >= min(FAIR, ranked[0][1].score / 2)]


def plan_days() -> int:
    """How many days before a closing an idea's plan begins, as staff say it."""
    return PlanStep.objects.filter(retired=False).aggregate(n=Max("days_before"))["n"] or DAYS_NEEDED


def wish_of(row: Mapping[str, Any]) -> Wish:
    """What an idea's row asks of a call. The tags on the row are kept at every write."""
    tags = row["tags"]
    return Wish(
        tuple(tags.get("chains", ())),
        frozenset(tags.get("kets", ())),
        (row["trl_now"], row["trl_target"]),
        row["budget_eur"],
    )


def _both(found: Fit, words: Mapping[str, str], call: Call) -> dict[str, tuple[str, str]]:
    """The words in common as each text writes them."""
    keys = next((reason.values for reason in found.reasons if reason.code == "words"), ())
    theirs = words_of_call(call.title, call.summary, call.language)
    return {key: (words[key], theirs[key]) for key in keys if key in theirs}


# Ideas for a call ---------------------------------------------------------------------------------------------------


def ideas_for(call: Call, member: Viewer, at: datetime, *, limit: int = IDEAS) -> list[IdeaFit]:
    """Rank the ideas without a target that fit a call and that the viewer may see, best first.

    An idea whose own call has closed, and which can still go elsewhere, has none. Nothing for visitors, nor for a call
    that is closed. What others can't be told isn't read at all: `visible_to` comes first, and how rare a word is comes
    from the calls, which everybody sees.
    """
    if not isinstance(member, Member) or status_of_call(call, at) == CallStatus.CLOSED:
        return []
    words = words_of_call(call.title, call.summary, call.language)
    offer = Offer(
        frozenset(chain.code for chain in call.value_chains.all()),
        frozenset(ket.code for ket in call.kets.all()),
        (call.trl_min, call.trl_max),
        (call.budget_min, call.budget_max),
    )
    weights = _index(at).weights(words)
    coming, days_needed = next_closing(call, at), plan_days()
    closing = coming.at if coming and coming.at >= at else None
    found = []
    for row in _seeking(member, offer, at):
        own = words_of_idea(row)
        shared = {word: weight for word, weight in weights.items() if word in own}
        one = fit(wish_of(row), offer, shared, closing=closing, at=at, days_needed=days_needed)
        if one.is_enough:
            found.append((IdeaFit(row, one, {word: (own[word], words[word]) for word in shared}), one))
    return [one for one, _ in _best(found, limit)]


def _seeking(member: Member, offer: Offer, at: datetime) -> list[dict[str, Any]]:
    """Read the latest ideas that the viewer sees, that have no target, and that share a value chain with the call.

    A call that nobody has tagged is compared with the latest of all.
    """
    free = Q(call=None) | Q(call__closes_at__lt=at)
    ideas = visible_to(member).filter(free, state__in=SEEKING)
    if offer.chains:
        other = Idea.other_chains.through.objects.filter(idea_id=OuterRef("pk"), valuechain__code__in=offer.chains)
        ideas = ideas.filter(Q(value_chain__code__in=offer.chains) | Exists(other))
    rows = ideas.order_by("-activity_at", "-id").values(*dict.fromkeys((*CARD_FIELDS, *WISHED)))
    return list(rows[:IDEAS_COMPARED])
