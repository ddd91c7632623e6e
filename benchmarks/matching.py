"""The calls that fit an idea, among 20,000: against one search for its words, in itself and as a page."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS, FEW, MANY = 1_000, 200, 20_000
CASES = (
    "matching-200",
    "matching-20k",
    "matching-20k-search",
    "matching-20k-anew",
    "matching-page-20k",
    "matching-call-page-20k",
)
WHAT = ("search", "matching", "search-page", "matching-page", "call-page")


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all measurements take turns."""
    with Site(IDEAS, FEW) as few, Site(IDEAS, MANY) as many:
        times = take_turns({"few": few, "many": many}, WHAT, ROUNDS)
        anew = median(many.time("matching-anew") for _ in range(5))
    matching = times["many", "matching"]
    yield case("matching-200", times["few", "matching"], times["few", "search"], "a search among 200")
    yield case("matching-20k", matching, times["few", "matching"], "with 200 calls")
    yield case("matching-20k-search", matching, times["many", "search"], "a search for its words")
    yield case("matching-20k-anew", anew)
    yield case(
        "matching-page-20k", times["many", "matching-page"], times["many", "search-page"], "the page of a search"
    )
    yield case("matching-call-page-20k", times["many", "call-page"], times["few", "call-page"], "with 200 calls")
