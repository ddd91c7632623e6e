"""A site of its own for a measurement: a process with a data directory, told over pipes what to time.

Two of them side by side let a run compare two sizes of data in turn, so that whatever else the machine does falls on
both alike. Started as `python -m benchmarks._site IDEAS CALLS`; reads the name of a
measurement a line, answers seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class Site:
    """The parent's side of such a process."""

    def __init__(self, ideas: int, calls: int = 0, *, url: str = "", words: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="jvl-bench-")
        environment = {
            **os.environ,
            "JVL_DATA_DIR": self._folder.name,
            "DEBUG": "0",
            "SECRET_KEY": "a key for a measurement, forty characters or more",
            "ALLOWED_HOSTS": "testserver",
            "DATABASE_URL": url,
            "REDIS_URL": "",
            "THROTTLE_USER": "1000000/s",
            "STATIC_ROOT": f"{self._folder.name}/static",
        }
        environment = {name: value for name, value in environment.items() if value}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks._site", str(ideas), str(calls), str(int(words))],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.seconds_to_generate: float = self._answer()["generated"]

    def time(self, what: str) -> float:
        """Measure one thing once; seconds, or what else it is measured in."""
        assert self._process.stdin
        print(what, file=self._process.stdin, flush=True)
        seconds: float = self._answer()["seconds"]
        return seconds

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The measured process ended; its last words are above.")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


def serve(count: int, calls: int, words: int = 0) -> None:
    """The child's side: prepare, generate, and time what is asked for until the parent closes the pipe."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jvl.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks._calls import generate_calls
    from benchmarks._generate import generate
    from ideas.management.prepare import prepare

    call_command("collectstatic", interactive=False, verbosity=0)
    prepare(lambda text: None)
    started = perf_counter()
    if calls:
        generate_calls(calls)
    reader = generate(count)
    _say({"generated": perf_counter() - started})
    if words:
        from benchmarks._words import generate_words

        generate_words(reader)
    _tidy()
    measurements = _measurements(reader, calls=bool(calls), words=bool(words))
    for line in sys.stdin:
        _say({"seconds": measurements[line.strip()]()})


def _tidy() -> None:
    """Do what PostgreSQL does by itself after some minutes: count what is where."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _say(answer: dict[str, float]) -> None:
    print(json.dumps(answer), flush=True)


def _measurements(reader: Any, *, calls: bool, words: bool = False) -> dict[str, Callable[[], float]]:
    from django.test import Client

    client = Client(headers={"x-forwarded-proto": "https"})
    client.force_login(reader, backend="ideas.pages.signed_in.MemberBackend")
    visitor = Client(headers={"x-forwarded-proto": "https"})

    def get(client: Client, path: str, clock: Callable[[], float] = perf_counter) -> Callable[[], float]:
        def once() -> float:
            started = clock()
            response = client.get(path, secure=True)
            seconds = clock() - started
            assert response.status_code == 200, (path, response.status_code, response.content[:300])
            return seconds

        return once

    from benchmarks._calls import measurements

    of_calls = measurements(reader, lambda path: get(client, path)) if calls else {}
    if words:
        from benchmarks import _words

        of_calls |= _words.measurements(lambda path: get(client, path))
    from benchmarks import _desk, _directory, _organisations, _radar

    return {
        **of_calls,
        **_radar.measurements(reader, lambda path: get(client, path)),
        **_organisations.measurements(reader, lambda path: get(client, path)),
        **_desk.measurements(reader, lambda path: get(client, path)),
        **_directory.measurements(lambda path: get(client, path)),
        "page": get(client, "/"),
        "page-processor": get(client, "/", process_time),
        "api": get(client, "/api/v1/ideas/"),
        "visitor": get(visitor, "/"),
        "floor": lambda: _floor(reader),
    }


def _floor(reader: Any) -> float:
    """The same 25 rows by SQL written by hand, as JSON: nothing that serves them can be quicker."""
    from django.db import connection

    from ideas.queries.ideas import CARD_FIELDS, audiences_of

    audiences = audiences_of(reader)
    mark = "?" if connection.vendor == "sqlite" else "%s"
    places = ", ".join([mark] * len(audiences))
    sql = (
        f"SELECT {', '.join(CARD_FIELDS)} FROM ideas_idea WHERE audience IN ({places})"
        " ORDER BY activity_at DESC, id DESC LIMIT 25"
    )
    connection.ensure_connection()
    started = perf_counter()
    rows = connection.connection.execute(sql, audiences).fetchall()
    text = json.dumps([dict(zip(CARD_FIELDS, row, strict=True)) for row in rows], default=str)
    seconds = perf_counter() - started
    assert len(rows) == 25, len(rows)
    assert text
    return seconds


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:]))
