"""How well an idea and a call fit, and why: plain values in, a score with its reasons out. Nothing here reads rows.

What counts, in points: the idea's own value chain in common 3, each other one 1.5; each KET 1, up to 2, beside
something else; words, each by its rarity (`weight_of`), up to 8; TRL or budget inside the call's range 1 each; TRL
outside it 2 less; a budget outside it only little less, since it can grow with partners, but 6 less where it is of
another order; too few days left 1 less, hardly any 3 less. A call fits when value chains, KETs and words make 3 points,
and only for a value chain in common or for two words that together weigh as much: a technology or a budget alone fits
anything. What is against it may leave 2 of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import log
from typing import Any

ENOUGH = 3.0
LEAST = 2.0
MAX_KETS = 2.0
MAX_WORDS = 8.0
SHOWN_WORDS = 5
# A handful of calls can't tell how rare a word is, so the smallest catalogue counts as one of so many.
FEWEST_CALLS = 200
# A budget so many times outside a call's range, and what that costs: nearly inside it speaks neither for nor against.
OUTSIDE = ((Decimal("1.25"), 0.0), (Decimal(3), -0.5), (Decimal(10), -1.0))
OF_ANOTHER_ORDER = -6.0
HARDLY_ANY_DAYS = 14

Range = tuple[Any, Any]


@dataclass(frozen=True)
class Wish:
    """What an idea is, to a call: codes of value chains (its own first) and KETs, TRL (now, at the end), euros."""

    chains: tuple[str, ...] = ()
    kets: frozenset[str] = frozenset()
    trl: Range = (None, None)
    budget: int | None = None


@dataclass(frozen=True)
class Offer:
    """What a call asks for: codes, and ranges from and to (None: open)."""

    chains: frozenset[str] = frozenset()
    kets: frozenset[str] = frozenset()
    trl: Range = (None, None)
    budget: Range = (None, None)


@dataclass(frozen=True)
class Reason:
    """Why a call fits, or what stands against it.

    Codes and values: value_chain and ket (codes), words (keys, the weightiest first), trl (the idea's two, the call's
    two), budget (the idea's, the call's two), time (days that an idea's plan takes).
    """

    code: str
    values: tuple[Any, ...]
    points: float = field(default=0, compare=False)


@dataclass(frozen=True)
class Fit:
    """The score, what speaks for it, and what against it (which a reader wants to know before the work)."""

    score: float
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]

    @property
    def is_enough(self) -> bool:
        points = {reason.code: reason.points for reason in self.reasons}
        words = next((reason.values for reason in self.reasons if reason.code == "words"), ())
        about = "value_chain" in points or (len(words) > 1 and points["words"] >= ENOUGH)
        subject = sum(points.get(code, 0) for code in ("value_chain", "ket", "words"))
        return about and subject >= ENOUGH and self.score >= LEAST


def weight_of(uses: int, calls: int) -> float:
    """What a word in common is worth, in points, that `uses` of so many `calls` use: the rarer, the more."""
    return max(0.0, log(max(calls, FEWEST_CALLS) / max(uses, 1)) / 2)


def fit(
    wish: Wish,
    offer: Offer,
    words: Mapping[str, float],
    *,
    closing: datetime | None,
    at: datetime,
    days_needed: int,
) -> Fit:
    """Compare an idea with a call that closes next at `closing`.

    `words` are those in common with their weights; `days_needed` is what an idea's plan takes.
    """
    found = [
        _chains(wish, offer),
        _kets(wish, offer),
        _words(words),
        _trl(wish.trl, offer.trl),
        _budget(wish.budget, offer.budget),
        _time(closing, at, days_needed),
    ]
    said = [reason for reason in found if reason]
    return Fit(
        sum(reason.points for reason in said),
        tuple(reason for reason in said if reason.points >= 0),
        tuple(reason for reason in said if reason.points < 0),
    )


def points_of_chains(chains: tuple[str, ...]) -> dict[str, float]:
    """What each of an idea's value chains is worth: its own one more than the others."""
    return {code: 1.5 if position else 3.0 for position, code in enumerate(chains)}


def _chains(wish: Wish, offer: Offer) -> Reason | None:
    shared = {code: points for code, points in points_of_chains(wish.chains).items() if code in offer.chains}
    return Reason("value_chain", tuple(shared), sum(shared.values())) if shared else None


def _kets(wish: Wish, offer: Offer) -> Reason | None:
    shared = tuple(sorted(wish.kets & offer.kets))
    return Reason("ket", shared, min(MAX_KETS, len(shared))) if shared else None


def _words(words: Mapping[str, float]) -> Reason | None:
    best = sorted(words, key=lambda word: (-words[word], word))
    return Reason("words", tuple(best[:SHOWN_WORDS]), min(MAX_WORDS, sum(words.values()))) if best else None


def _trl(wish: Range, offer: Range) -> Reason | None:
    """Where the idea shall arrive is what a call asks for; an idea that doesn't say it can't be judged."""
    target = wish[1]
    if target is None or offer == (None, None):
        return None
    inside = (offer[0] or 1) <= target <= (offer[1] or 9)
    return Reason("trl", (*wish, *offer), 1.0 if inside else -2.0)


def _budget(wish: int | None, offer: Range) -> Reason | None:
    low, high = offer
    if not wish or (low is None and high is None):
        return None

    def inside(slack: Decimal) -> bool:
        return (low is None or wish * slack >= low) and (high is None or wish <= high * slack)

    if inside(Decimal(1)):
        return Reason("budget", (wish, low, high), 1.0)
    points = next((points for slack, points in OUTSIDE if inside(slack)), OF_ANOTHER_ORDER)
    return Reason("budget", (wish, low, high), points) if points else None


def _time(closing: datetime | None, at: datetime, days_needed: int) -> Reason | None:
    if closing is None:
        return None
    days = (closing - at).days
    if days >= days_needed:
        return Reason("time", (days_needed,), 0.0)
    return Reason("time", (days_needed,), -3.0 if days < min(HARDLY_ANY_DAYS, days_needed) else -1.0)
