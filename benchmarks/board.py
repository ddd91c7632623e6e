"""The board, page one, as a member: with 1,000 and with 100,000 ideas, and against the rows it is made of."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site

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
        yield _case("board-generate-100k", many.seconds_to_generate, None, "", unit="s", scale=1)
        times = _measure({"few": few, "many": many})
    page, api = times["many", "page"], times["many", "api"]
    floor = times["many", "floor"]
    yield _case("board-page-1k", times["few", "page"], None, "")
    yield _case("board-page-100k", page, times["few", "page"], "the page with 1,000 ideas")
    yield _case("board-page-100k-floor", page, floor, "the same rows by SQL as JSON")
    yield _case("board-visitor-100k", times["many", "visitor"], times["few", "visitor"], "with 1,000 ideas")
    yield _case("board-api-1k", times["few", "api"], None, "")
    yield _case("board-api-100k", api, times["few", "api"], "the list with 1,000 ideas")
    yield _case("board-api-100k-floor", api, floor, "the same rows by SQL as JSON")


def _measure(sites: dict[str, Site]) -> dict[tuple[str, str], float]:
    seconds: dict[tuple[str, str], list[float]] = {}
    for round_number in range(ROUNDS + 3):
        for what in ("page", "api", "visitor", "floor"):
            for name, site in sites.items():
                once = site.time(what)
                # The first rounds load templates and fill caches on both.
                if round_number >= 3:
                    seconds.setdefault((name, what), []).append(once)
    return {key: median(values) for key, values in seconds.items()}


def _case(
    name: str, figure: float, beside: float | None, against: str, *, unit: str = "ms", scale: int = 1_000
) -> dict[str, Any]:
    ratio = round(figure / beside, 3) if beside else None
    return {"name": name, "figure": round(figure * scale, 3), "unit": unit, "ratio": ratio, "against": against}
