"""The board filtered and searched: with 1,000 and with many ideas, on SQLite and on PostgreSQL, beside the raw rows."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "20"))
FEW = 1_000
MANY = tuple(int(size) for size in os.environ.get("BENCH_IDEAS", "100000").split(","))
WHAT = (
    "page", "api", "deep", "filtered", "narrow", "common", "common-first", "common-changed", "rare", "prefix", "found",
    "idea-50", "idea-2000",
)  # fmt: skip
LABELS = {
    "page": "page-one",
    "deep": "deep-page",
    "filtered": "facets-filtered",
    "narrow": "facets-narrow",
    "common": "common-word",
    "rare": "rare-word",
    "prefix": "prefix",
    "found": "search-page",
}


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases of each engine that is there. PostgreSQL is started for it, and ended."""
    yield from _on("sqlite", "")
    if os.environ.get("BENCH_POSTGRES", "1") == "1":
        from tests.services import Postgres, closing

        with closing(Postgres()) as postgres:
            yield from _on("postgres", postgres)


def _on(engine: str, service: Any) -> Iterator[dict[str, Any]]:
    for many in MANY:
        few_url, many_url = (service.database(f"bench{size}") if service else "" for size in (FEW, many))
        with Site(FEW, url=few_url, words=True) as few, Site(many, url=many_url, words=True) as site:
            times = _measure({"few": few, "many": site})
            counted = {
                what: (few.time(what), site.time(what))
                for what in ("filtered-first", "megabytes", *(f"queries of {page}" for page in LABELS))
            }
        name = f"{many // 1_000}k" if many < 1_000_000 else f"{many // 1_000_000}m"
        for what, label in LABELS.items():
            yield _case(f"search-{label}-{name}-{engine}", times["many", what], times["few", what], "with 1,000 ideas")
        floor = times["many", "floor"]
        yield _case(
            f"search-page-one-{name}-{engine}-floor", times["many", "page"], floor, "the same rows by SQL as JSON"
        )
        for what, label, against in (
            ("common-first", "common-word-first", "the same word again"),
            ("common-changed", "common-word-changed", "the same word, nothing changed"),
        ):
            yield _case(f"search-{label}-{name}-{engine}", times["many", what], times["many", "common"], against)
        yield _case(f"search-api-{name}-{engine}-floor", times["many", "api"], floor, "the same rows by SQL as JSON")
        yield from _counted(f"{name}-{engine}", counted)
        yield _case(
            f"idea-2000-comments-{name}-{engine}",
            times["many", "idea-2000"],
            times["many", "idea-50"],
            "with 50 comments",
        )


def _counted(name: str, counted: dict[str, tuple[float, float]]) -> Iterator[dict[str, Any]]:
    """Yield what is seen once: reading all ideas into memory, what they weigh there, and how many queries pages ask."""
    for what, (few, many) in counted.items():
        if what == "filtered-first":
            yield _case(f"search-board-first-{name}", many, few, "with 1,000 ideas")
        elif what == "megabytes":
            yield {"name": f"search-board-memory-{name}", "figure": many, "unit": "MB", "ratio": None, "against": ""}
        else:
            label = LABELS[what.removeprefix("queries of ")]
            yield {
                "name": f"search-queries-{label}-{name}", "figure": many, "unit": "queries",
                "ratio": many / few, "against": f"with 1,000 ideas ({few:.0f})",
            }  # fmt: skip


def _measure(sites: dict[str, Site]) -> dict[tuple[str, str], float]:
    seconds: dict[tuple[str, str], list[float]] = {}
    for round_number in range(ROUNDS + 2):
        for what in (*WHAT, "floor"):
            for name, site in sites.items():
                once = site.time(what)
                # The first rounds read all ideas into memory, load templates and fill caches on both.
                if round_number >= 2:
                    seconds.setdefault((name, what), []).append(once)
    return {key: median(values) for key, values in seconds.items()}


def _case(name: str, figure: float, beside: float, against: str) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure * 1_000, 3),
        "unit": "ms",
        "ratio": round(figure / beside, 3),
        "against": against,
    }
