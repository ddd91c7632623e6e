"""The organisations' directory, page one with its facets, with 200 and with 20,000 organisations."""

import os
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks._site import Site
from benchmarks._turns import case, take_turns

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "40"))
IDEAS, FEW, MANY = 200, 200, 20_000
CASES = (
    "directory-200",
    "directory-20k",
    "directory-narrowed-20k",
    "directory-words-20k",
    "directory-api-20k",
    "directory-20k-anew",
)
WHAT = ("directory", "directory-narrowed", "directory-words", "directory-api")
BESIDE = "with 200 organisations"


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Medians of rounds in which both sites and all measurements take turns."""
    with Site(IDEAS) as few, Site(IDEAS) as many:
        for site, count in ((few, FEW), (many, MANY)):
            site.time(f"organisations-{count}")
            site.time("vocabulary")
        times = take_turns({"few": few, "many": many}, WHAT, ROUNDS)
        anew = median(many.time("directory-anew") for _ in range(3))
    yield case("directory-200", times["few", "directory"])
    yield case("directory-20k", times["many", "directory"], times["few", "directory"], BESIDE)
    for name in ("narrowed", "words", "api"):
        what = f"directory-{name}"
        yield case(f"{what}-20k", times["many", what], times["few", what], BESIDE)
    yield case("directory-20k-anew", anew, times["many", "directory"], "the same page again")
