"""The board, page one, as a member: with 1,000 and with 100,000 ideas, and against the rows it is made of."""

import os
from collections.abc import Iterator
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "60"))
FEW, MANY = 1_000, 100_000
CASES = (
    "board-generate-100k",
    "board-page-1k",
    "board-page-100k",
    "board-page-100k-floor",
    "board-visitor-100k",
    "board-api-1k",
    "board-api-100k",
    "board-api-100k-floor",
)


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all measurements take turns."""
    with Site(FEW) as few, Site(MANY) as many:
        seconds = round(many.seconds_to_generate, 3)
        yield {"name": "board-generate-100k", "figure": seconds, "unit": "s", "ratio": None, "against": ""}
        times = take_turns({"few": few, "many": many}, ("page", "api", "visitor", "floor"), ROUNDS)
    page, api = times["many", "page"], times["many", "api"]
    floor = times["many", "floor"]
    yield case("board-page-1k", times["few", "page"])
    yield case("board-page-100k", page, times["few", "page"], "the page with 1,000 ideas")
    yield case("board-page-100k-floor", page, floor, "the same rows by SQL as JSON")
    yield case("board-visitor-100k", times["many", "visitor"], times["few", "visitor"], "with 1,000 ideas")
    yield case("board-api-1k", times["few", "api"])
    yield case("board-api-100k", api, times["few", "api"], "the list with 1,000 ideas")
    yield case("board-api-100k-floor", api, floor, "the same rows by SQL as JSON")
