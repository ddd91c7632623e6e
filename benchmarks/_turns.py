"""What measurements on two sites side by side have in common: they take turns, and end as cases."""

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from benchmarks._site import Site

# The first rounds load templates and fill caches.
WARMING = 3


def take_turns(sites: Mapping[str, Site], measurements: Iterable[str], rounds: int) -> dict[tuple[str, str], float]:
    """Measure everything on every site, once a round: {(site, measurement): median seconds}."""
    seconds: dict[tuple[str, str], list[float]] = {}
    whole = list(measurements)
    for round_number in range(WARMING + rounds):
        for what in whole:
            for name, site in sites.items():
                once = site.time(what)
                if round_number >= WARMING:
                    seconds.setdefault((name, what), []).append(once)
    return {key: median(values) for key, values in seconds.items()}


def case(name: str, seconds: float, beside: float | None = None, against: str = "") -> dict[str, Any]:
    """A case in milliseconds; `beside` are the seconds to compare with, `against` says whose."""
    ratio = round(seconds / beside, 3) if beside else None
    return {"name": name, "figure": round(seconds * 1_000, 3), "unit": "ms", "ratio": ratio, "against": against}
