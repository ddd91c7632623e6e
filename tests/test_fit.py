from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideas.fit import Fit, Offer, Wish, fit, weight_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEVELS = st.none() | st.integers(1, 9)
SUMS = st.none() | st.integers(1, 20_000_000).map(Decimal)


def compare(wish: Wish, offer: Offer, words: dict[str, float] | None = None, days: int | None = 100) -> Fit:
    closing = None if days is None else NOW + timedelta(days=days)
    return fit(wish, offer, words or {}, closing=closing, at=NOW, days_needed=45)


def codes(found: Fit) -> tuple[list[str], list[str]]:
    return [reason.code for reason in found.reasons], [reason.code for reason in found.cautions]


def test_ones_own_value_chain_is_worth_more_than_the_others():
    wish = Wish(chains=("A", "B"))
    scores = [compare(wish, Offer(chains=frozenset(chains))).score for chains in ("A", "B", "AB", "C")]

    assert scores == [3.0, 1.5, 4.5, 0.0]


def test_a_technology_and_a_budget_alone_are_no_reason():
    found = compare(
        Wish(kets=frozenset({"AI", "AMT"}), budget=5, trl=(1, 5)),
        Offer(kets=frozenset({"AI", "AMT"}), budget=(1, 9), trl=(1, 9)),
    )

    assert (found.score, found.is_enough) == (4.0, False)


def test_one_word_alone_is_no_reason_and_two_rare_ones_are():
    assert not compare(Wish(), Offer(), {"valve": 8.0}).is_enough
    assert compare(Wish(), Offer(), {"valve": 2.5, "pump": 2.5}).is_enough
    assert not compare(Wish(), Offer(), {"data": 0.5, "digital": 0.5}).is_enough


@pytest.mark.parametrize(
    ("trl", "asked", "said"),
    [
        ((4, 6), (5, 7), "for"),
        ((4, 4), (5, 7), "against"),
        ((6, 8), (5, 7), "against"),
        ((4, None), (5, 7), ""),
        ((4, 6), (None, None), ""),
        ((4, 6), (5, None), "for"),
        ((None, 6), (None, 5), "against"),
    ],
)
def test_trl_is_judged_by_where_the_idea_shall_arrive(trl: Any, asked: Any, said: str):
    found = codes(compare(Wish(trl=trl), Offer(trl=asked)))

    assert found == {"for": (["trl", "time"], []), "against": (["time"], ["trl"]), "": (["time"], [])}[said]


@pytest.mark.parametrize(
    ("own", "points"),
    [
        (1_000_000, 1.0),
        (2_000_000, 1.0),
        (900_000, 0.0),
        (2_400_000, 0.0),
        (700_000, -0.5),
        (300_000, -1.0),
        (90_000, -6.0),
    ],
)
def test_budget_counts_by_how_far_it_is_outside(own: int, points: float):
    assert compare(Wish(budget=own), Offer(budget=(Decimal(1_000_000), Decimal(2_000_000)))).score == points


@pytest.mark.parametrize(("days", "points"), [(46, 0.0), (45, 0.0), (44, -1.0), (14, -1.0), (13, -3.0), (None, 0.0)])
def test_too_little_time_is_held_against_a_call(days: int | None, points: float):
    assert compare(Wish(), Offer(), days=days).score == points


def test_rarer_words_weigh_more_and_a_handful_of_calls_proves_nothing():
    assert weight_of(1, 20_000) > weight_of(100, 20_000) > weight_of(5_000, 20_000) > 0
    assert weight_of(1, 3) == weight_of(1, 200)
    assert weight_of(500, 100) == 0


@given(LEVELS, LEVELS, SUMS, st.tuples(LEVELS, LEVELS), st.tuples(SUMS, SUMS), st.integers(0, 200))
def test_no_reason_is_ever_false(now: Any, target: Any, budget: Any, trl: Any, sums: Any, days: int):
    own = int(budget) if budget else None
    found = compare(Wish(trl=(now, target), budget=own), Offer(trl=trl, budget=sums), days=days)

    said = {reason.code: reason.values for reason in found.reasons}
    if "trl" in said:
        assert (trl[0] or 1) <= target <= (trl[1] or 9)
        assert said["trl"] == (now, target, *trl)
    if "budget" in said:
        assert own is not None
        assert (sums[0] or 0) <= own <= (sums[1] or own)
    assert ("time" in said) == (days >= 45)
    assert not set(said) & {caution.code for caution in found.cautions}
