"""The list of calls with its facets, the month and the timeline: among 20,000 calls against 200."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS, FEW, MANY = 1_000, 200, 20_000
VIEWS = ("list", "narrowed", "month", "timeline")
CASES = (*(f"calls-{view}-20k" for view in VIEWS), "calls-20k-anew", "calls-20k-turned")


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all views take turns."""
    with Site(IDEAS, FEW) as few, Site(IDEAS, MANY) as many:
        times = _measure({"few": few, "many": many})
        anew = median(many.time("calls-anew") for _ in range(7))
        turned = median(many.time("calls-turned") for _ in range(7))
    for view in VIEWS:
        yield _case(f"calls-{view}-20k", times["many", view], times["few", view], "with 200 calls")
    # Once after every change of any call, and whenever a status changes.
    yield _case("calls-20k-anew", anew, None, "")
    yield _case("calls-20k-turned", turned, None, "")


def _measure(sites: dict[str, Site]) -> dict[tuple[str, str], float]:
    seconds: dict[tuple[str, str], list[float]] = {}
    for round_number in range(ROUNDS + 3):
        for view in VIEWS:
            for name, site in sites.items():
                once = site.time(f"calls-{view}")
                # The first rounds load templates and fill caches on both.
                if round_number >= 3:
                    seconds.setdefault((name, view), []).append(once)
    return {key: median(values) for key, values in seconds.items()}


def _case(name: str, figure: float, beside: float | None, against: str) -> dict[str, Any]:
    ratio = round(figure / beside, 3) if beside else None
    return {"name": name, "figure": round(figure * 1_000, 3), "unit": "ms", "ratio": ratio, "against": against}
