"""The EU portal's bulk file, 130 MB and 11,000 calls: read, imported, and imported again, beside only parsing it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks._bulk import write_bulk_file
from benchmarks._site import ROOT

OBJECTS, MEGABYTES = 11_000, 130
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CASES = (
    "imports-read",
    "imports-read-memory",
    "imports-first",
    "imports-first-memory",
    "imports-again",
    "imports-again-memory",
)
PARSING = "only parsing it"
# What stands between the two readings of the clock is all that differs.
_PARSE = """
import ijson, sys, time
with open(sys.argv[1], "rb") as stream:
    begun = time.perf_counter()
    count = sum(1 for _ in ijson.items(stream, "fundingData.GrantTenderObj.item"))
    print(count, time.perf_counter() - begun)
"""
_READ = """
import django, sys, time
django.setup()
from ideas.exchange.calls import Options
from ideas.exchange.formats import FORMATS
with open(sys.argv[1], "rb") as stream:
    begun = time.perf_counter()
    count = sum(1 for _ in FORMATS["eu-portal"](stream, Options()))
    print(count, time.perf_counter() - begun)
"""


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases. Readings take turns; an import is one process, start and end included."""
    with tempfile.TemporaryDirectory(prefix="jvl-bench-") as folder:
        file = Path(folder) / "grantsTenders.json"
        write_bulk_file(file, OBJECTS, MEGABYTES)
        parsed, read, held = _take_turns(file, folder)
        yield _seconds("imports-read", read, parsed)
        yield _memory("imports-read-memory", held)
        for command in ("migrate", "load_reference"):
            _run(["manage.py", command, "-v0"], folder)
        for name in ("imports-first", "imports-again"):
            begun = perf_counter()
            _said, held = _run(["manage.py", "import_calls", str(file), "--format", "eu-portal"], folder)
            yield _seconds(name, perf_counter() - begun, parsed)
            yield _memory(f"{name}-memory", held)


def _take_turns(file: Path, folder: str) -> tuple[float, float, float]:
    """Medians of (seconds of only parsing, seconds of reading), and the most memory that reading took, in MB."""
    parsed, read, held = [], [], []
    for _round in range(ROUNDS):
        parsed.append(float(_run(["-c", _PARSE, str(file)], folder)[0].split()[1]))
        said, megabytes = _run(["-c", _READ, str(file)], folder)
        read.append(float(said.split()[1]))
        held.append(megabytes)
    return median(parsed), median(read), max(held)


def _run(arguments: list[str], folder: str) -> tuple[str, float]:
    """Run Python. Returns what it said, and the most memory that it took, in MB. Raises RuntimeError if it fails."""
    environment = {
        **os.environ,
        "JVL_DATA_DIR": folder,
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "jvl.settings",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    environment = {name: value for name, value in environment.items() if value}
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=out)
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{arguments[:2]} ended with {process.returncode}; its last words are above.")
        out.seek(0)
        return out.read(), used.ru_maxrss / 1_024


def _seconds(name: str, figure: float, parsed: float) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(figure, 2),
        "unit": "s",
        "ratio": round(figure / parsed, 2),
        "against": PARSING,
    }


def _memory(name: str, figure: float) -> dict[str, Any]:
    return {"name": name, "figure": round(figure), "unit": "MB", "ratio": None, "against": ""}
