"""A page of our board with 1,000 ideas beside pretalx with 1,000 submissions: its call page and its organiser's list.

Each in a process of its own on SQLite, asked by Django's own client in turn; processor time of a warm page, medians.
PRETALX_PYTHON names a Python that has it; BENCH=pretalx alone installs it from the package registry, for the run only.
"""

import os
import subprocess
import sys
import venv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._site import ROOT, Site

PRETALX = "pretalx==2025.2.2"
NUMBER = 1_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
WARMING = 3
# The organiser's list takes a second.
LIST_EVERY = 5


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases; none in a run of all benchmarks on a machine that hasn't pretalx."""
    given = os.environ.get("PRETALX_PYTHON", "")
    if not given and os.environ.get("BENCH") != "pretalx":
        return
    with TemporaryDirectory(prefix="jvl-pretalx-") as folder:
        python = given or _installed(Path(folder) / "venv")
        with Site(NUMBER) as ours, _Rival(python, folder) as theirs:
            times = _measured(ours, theirs)
    for what, its in (("call", "its call page"), ("list", "its organiser's list")):
        yield {"name": f"pretalx-{what}", "figure": 1 / times[what], "unit": "pages/s", "ratio": None, "against": ""}
        yield {
            "name": f"pretalx-{what}-board", "figure": 1 / times["board"], "unit": "pages/s",
            "ratio": times[what] / times["board"], "against": its,
        }  # fmt: skip


def _measured(ours: Site, theirs: "_Rival") -> dict[str, float]:
    """Let them take turns: {page: median seconds of processor time}."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(WARMING + ROUNDS):
        once = {"board": ours.time("page-processor"), "call": theirs.time("call")}
        if number % LIST_EVERY == 0:
            once["list"] = theirs.time("list")
        if number >= WARMING:
            for what, took in once.items():
                seconds[what].append(took)
    return {what: median(values) for what, values in seconds.items()}


def _installed(folder: Path) -> str:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", PRETALX], check=True, stdout=sys.stderr)
    return python


class _Rival:
    """`benchmarks.rivals.pretalx`, and its two pipes. Its warnings may stand between its answers."""

    def __init__(self, python: str, folder: str) -> None:
        command = [python, "-m", "benchmarks.rivals.pretalx", folder, str(NUMBER)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> "_Rival":
        while self._line() != "ready":
            pass
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def time(self, page: str) -> float:
        """Ask for a page once; seconds."""
        assert self._process.stdin
        print(page, file=self._process.stdin, flush=True)
        while True:
            try:
                return float(self._line())
            except ValueError:
                continue

    def _line(self) -> str:
        assert self._process.stdout
        if not (line := self._process.stdout.readline()):
            raise RuntimeError("pretalx ended.")
        return line.strip()
