"""Organisations for a place among 20,000, and ideas for an organisation: against one search for the same words."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS, FEW, MANY = 1_000, 200, 20_000
CASES = (
    "suggestions-200",
    "suggestions-20k",
    "suggestions-20k-search",
    "suggestions-20k-3-places",
    "suggestions-20k-anew",
    "suggestions-page-20k",
    "suggested-ideas-20k",
    "gaps-20k",
)
WHAT = (
    "organisation-search",
    "suggestions",
    "suggestions-3",
    "suggested-ideas",
    "gaps",
    "organisation-search-page",
    "suggestions-page",
)


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all measurements take turns."""
    with Site(IDEAS) as few, Site(IDEAS) as many:
        few.time(f"organisations-{FEW}")
        many.time(f"organisations-{MANY}")
        times = take_turns({"few": few, "many": many}, WHAT, ROUNDS)
        anew = median(many.time("suggestions-anew") for _ in range(3))
    one, search = times["many", "suggestions"], times["many", "organisation-search"]
    yield case("suggestions-200", times["few", "suggestions"], times["few", "organisation-search"], "a search of 200")
    yield case("suggestions-20k", one, times["few", "suggestions"], "with 200 organisations")
    yield case("suggestions-20k-search", one, search, "a search for its words")
    yield case("suggestions-20k-3-places", times["many", "suggestions-3"], one, "one place")
    yield case("suggestions-20k-anew", anew)
    page = times["many", "organisation-search-page"]
    yield case("suggestions-page-20k", times["many", "suggestions-page"], page, "the page of a search")
    yield case("suggested-ideas-20k", times["many", "suggested-ideas"], search, "a search for the words of a place")
    yield case("gaps-20k", times["many", "gaps"], times["few", "gaps"], "with 200 organisations")
