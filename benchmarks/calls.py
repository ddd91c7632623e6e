"""The list of calls with its facets, the month and the timeline: among 20,000 calls against 200."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS, FEW, MANY = 1_000, 200, 20_000
VIEWS = ("list", "narrowed", "month", "timeline")
CASES = (*(f"calls-{view}-20k" for view in VIEWS), "calls-20k-anew", "calls-20k-turned")


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all views take turns."""
    with Site(IDEAS, FEW) as few, Site(IDEAS, MANY) as many:
        times = take_turns({"few": few, "many": many}, (f"calls-{view}" for view in VIEWS), ROUNDS)
        anew = median(many.time("calls-anew") for _ in range(7))
        turned = median(many.time("calls-turned") for _ in range(7))
    for view in VIEWS:
        yield case(f"calls-{view}-20k", times["many", f"calls-{view}"], times["few", f"calls-{view}"], "with 200 calls")
    # Once after every change of any call, and whenever a status changes.
    yield case("calls-20k-anew", anew)
    yield case("calls-20k-turned", turned)
