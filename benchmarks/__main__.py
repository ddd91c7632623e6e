"""`make bench`: runs every module here that has `run()`, prints one line a case, and writes the same to $BENCH_JSON.

A module yields cases as dicts: {"name", "figure", "unit", "ratio", "against"}; `ratio` is the figure divided by the
one named in `against`, and None where there is nothing to compare. BENCH=name runs one module, or, where a module
lists its `CASES`, prints just that one.
"""

import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import benchmarks

Case = dict[str, Any]


def main() -> int:
    """Run what was asked for; 2 if there is no such benchmark."""
    wanted = os.environ.get("BENCH", "")
    cases = []
    for case in _cases(wanted):
        print(_line(case), flush=True)
        cases.append(case)
    if not cases:
        print(f"There is no benchmark {wanted!r}. There are: {', '.join(name for name, _ in _modules())}")
        return 2
    if target := os.environ.get("BENCH_JSON"):
        Path(target).write_text(json.dumps(cases, indent=1) + "\n")
    return 0


def _cases(wanted: str) -> Iterator[Case]:
    for name, module in _modules():
        if wanted in ("", name):
            yield from module.run()
        elif wanted in getattr(module, "CASES", ()):
            yield from (case for case in module.run() if case["name"] == wanted)


def _modules() -> Iterator[tuple[str, Any]]:
    for found in pkgutil.iter_modules(benchmarks.__path__):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"benchmarks.{found.name}")
            if hasattr(module, "run"):
                yield found.name, module


def _line(case: Case) -> str:
    figure = f"{case['figure']:,.4g}" if isinstance(case["figure"], float) else f"{case['figure']:,}"
    beside = "" if case.get("ratio") is None else f"   {case['ratio']:>7.2f} × {case['against']}"
    return f"{case['name']:<34} {figure:>10} {case['unit']:<10}{beside}"


if __name__ == "__main__":
    sys.exit(main())
