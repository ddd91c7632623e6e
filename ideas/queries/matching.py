"""Which calls fit an idea, and which ideas a call: ranked, each with its reasons (`ideas.fit`)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any, TypeVar

from django.db.models import Exists, Max, OuterRef, Q

from ideas.choices import IDEA_AIMING, CallStatus
from ideas.fit import Fit, Offer, Wish, fit, points_of_chains
from ideas.models import Call, Idea, Member, PlanStep
from ideas.queries.call_index import CallIndex, call_index, words_of_call
from ideas.queries.calls import next_closing, status_of_call
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to
from ideas.words import significant_words

CALLS = 8
IDEAS = 6
# What scores less than this and less than half of the best one is left out: beside it, it is noise.
FAIR = 3.0
# Only so many of the likeliest are compared in full; ties beyond them would be many and all alike.
COMPARED = 400
IDEAS_COMPARED = 200
FINDS = 12_000
WISHED = ("title", "keywords", "teaser", "language", "tags", "trl_now", "trl_target", "budget_eur")
# Where staff have no plan: what six weeks of writing take.
DAYS_NEEDED = 45


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


def words_of_idea(row: Mapping[str, Any]) -> dict[str, str]:
    """What an idea is about: its title, its keywords, its teaser."""
    return significant_words(f"{row['title']}\n{row['keywords']}\n{row['teaser']}", row["language"])


# Calls for an idea --------------------------------------------------------------------------------------------------


def calls_for(idea: Idea, at: datetime, *, limit: int = CALLS) -> list[CallFit]:
    """Rank the calls still ahead that fit an idea, best first. The caller has found the idea through `visible_to`.

    The idea's own call isn't among them. Queries: 4, and 5 more when a call has changed since the last time.
    """
    index, days_needed = call_index(at), plan_days()
    row = {name: getattr(idea, name) for name in WISHED}
    wish, words = wish_of(row), words_of_idea(row)
    weights = index.weights(words)
    compared = []
    for place in _likeliest(index, wish, weights, at):
        shared = {word: weights[word] for word in index.about[place] if word in weights}
        closing = index.next_closing(place, at)
        found = fit(wish, index.offer(place), shared, closing=closing, at=at, days_needed=days_needed)
        if found.is_enough and index.ids[place] != idea.call_id:
            compared.append((place, found))
    best = {index.ids[place]: found for place, found in _best(compared, limit)}
    calls = Call.objects.defer("told").prefetch_related("deadlines").in_bulk(list(best))
    return [CallFit(calls[pk], found, _both(found, words, calls[pk])) for pk, found in best.items() if pk in calls]


def _likeliest(index: CallIndex, wish: Wish, weights: Mapping[str, float], at: datetime) -> list[int]:
    """Pick the places worth comparing in full, the first to close first: by value chains, KETs and words alone.

    Of words that very many calls use the rarest are looked up.
    """
    scores: dict[int, float] = defaultdict(float)
    for code, points in points_of_chains(wish.chains).items():
        for place in index.chains.get(code, ()):
            scores[place] += points
    left = FINDS
    for word in sorted(weights, key=lambda word: (-weights[word], word)):
        places = index.words[word]
        left -= len(places)
        if left < 0:
            break
        for place in places:
            scores[place] += weights[word]
    ahead = (
        (-score - len(wish.kets & index.tags[place][1]), place)
        for place, score in scores.items()
        if index.is_ahead(place, at)
    )
    return sorted(place for _, place in nsmallest(COMPARED, ahead))


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
    weights = call_index(at).weights(words)
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
    ideas = visible_to(member).filter(free, state__in=IDEA_AIMING)
    if offer.chains:
        other = Idea.other_chains.through.objects.filter(idea_id=OuterRef("pk"), valuechain__code__in=offer.chains)
        ideas = ideas.filter(Q(value_chain__code__in=offer.chains) | Exists(other))
    rows = ideas.order_by("-activity_at", "-id").values(*dict.fromkeys((*CARD_FIELDS, *WISHED)))
    return list(rows[:IDEAS_COMPARED])
