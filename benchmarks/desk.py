"""A lead's desk over 1,000 and over 10,000 ideas, an eighth or a fourth of them in the lead's value chain."""

import os
from collections.abc import Iterator
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
FEW, MANY = 1_000, 10_000
CASES = ("desk-1k", "desk-10k", "desk-10k-board", "desk-api-10k")


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all measurements take turns."""
    with Site(FEW) as few, Site(MANY) as many:
        for site in (few, many):
            site.time("lay-desk")
        times = take_turns({"few": few, "many": many}, ("desk", "desk-api", "page"), ROUNDS)
    desk = times["many", "desk"]
    yield case("desk-1k", times["few", "desk"])
    yield case("desk-10k", desk, times["few", "desk"], "with 1,000 ideas")
    yield case("desk-10k-board", desk, times["many", "page"], "page one of the board")
    yield case("desk-api-10k", times["many", "desk-api"], times["few", "desk-api"], "with 1,000 ideas")
