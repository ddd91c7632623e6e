"""The calls that fit an idea, among 20,000: against one search for its words, in itself and as a page."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site

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
        times = _measure({"few": few, "many": many})
        anew = median(many.time("matching-anew") for _ in range(5))
    matching = times["many", "matching"]
    yield _case("matching-200", times["few", "matching"], times["few", "search"], "a search among 200")
    yield _case("matching-20k", matching, times["few", "matching"], "with 200 calls")
    yield _case("matching-20k-search", matching, times["many", "search"], "a search for its words")
    yield _case("matching-20k-anew", anew, None, "")
    yield _case(
        "matching-page-20k", times["many", "matching-page"], times["many", "search-page"], "the page of a search"
    )
    yield _case("matching-call-page-20k", times["many", "call-page"], times["few", "call-page"], "with 200 calls")


def _measure(sites: dict[str, Site]) -> dict[tuple[str, str], float]:
    seconds: dict[tuple[str, str], list[float]] = {}
    for round_number in range(ROUNDS + 3):
        for what in WHAT:
            for name, site in sites.items():
                once = site.time(what)
                # The first rounds load templates and fill caches on both.
                if round_number >= 3:
                    seconds.setdefault((name, what), []).append(once)
    return {key: median(values) for key, values in seconds.items()}


def _case(name: str, figure: float, beside: float | None, against: str) -> dict[str, Any]:
    ratio = round(figure / beside, 3) if beside else None
    return {"name": name, "figure": round(figure * 1_000, 3), "unit": "ms", "ratio": ratio, "against": against}
