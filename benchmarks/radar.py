"""The radar on a board of 10,000 ideas: what it costs the page, its filter, and a change of rules."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS = 10_000
CASES = ("radar-page-10k", "radar-queries-10k", "radar-filtered-10k", "radar-judge-10k", "radar-rules-an-idea")


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases: two sites, on one of which every idea says what its line-up lacks."""
    with Site(IDEAS) as plain, Site(IDEAS) as site:
        judged = site.time("radar-judge")
        times = take_turns({"plain": plain, "site": site}, ("page",), ROUNDS)
        filtered = take_turns({"site": site}, ("page", "radar-filtered"), ROUNDS)
        asked, asked_before = site.time("radar-queries"), plain.time("radar-queries")
        rules = median(site.time("radar-rules") for _ in range(5))
    yield case("radar-page-10k", times["site", "page"], times["plain", "page"], "no card with a radar")
    ratio = round(asked / asked_before, 3)
    yield {
        "name": "radar-queries-10k", "figure": int(asked), "unit": "queries", "ratio": ratio,
        "against": "no card with a radar",
    }  # fmt: skip
    yield case("radar-filtered-10k", filtered["site", "radar-filtered"], filtered["site", "page"], "the whole board")
    yield {"name": "radar-judge-10k", "figure": round(judged, 3), "unit": "s", "ratio": None, "against": ""}
    yield case("radar-rules-an-idea", rules)
