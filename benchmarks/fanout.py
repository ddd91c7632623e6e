"""One change to many followers on one process: ours beside the tutorial's way, the library's, and the bare sockets'.

The time runs from the commit (ours) or the call (theirs) to the moment when the last follower has the whole message.
Server and audience have a core each; medians of rounds; what is compared is measured in the same run.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Self
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1_000, 5_000, 10_000)
ROUNDS = {100: 25, 1_000: 15, 5_000: 9, 10_000: 7}
TUTORIAL_ROUNDS = {100: 9, 1_000: 5, 5_000: 1}  # it takes seconds at each
AGAINST = {
    "broadcast": "websockets.broadcast",
    "bare": "a bare loop of sends",
    "tutorial": "the Channels tutorial",
    "plain": "our hub on Daphne's own path",
}
CASES = tuple(f"fanout-{size}{kind}" for size in SIZES for kind in ("", *(f"-{name}" for name in AGAINST)))
CASES += ("fanout-memory", "fanout-topics")
CASES += tuple(
    f"fanout-post-{engine}{of}" for engine in ("sqlite", "postgres") for of in ("", "-answer", "-first", "-last")
)
MEMBERS = 1_000
PRODUCT = {
    "DJANGO_SETTINGS_MODULE": "jvl.settings",
    "DEBUG": "0",
    "SECRET_KEY": "a key for a measurement, forty characters or more",
    "ALLOWED_HOSTS": "127.0.0.1",
    "THROTTLE_USER": "1000000/min",
}


class Process:
    """A program of `benchmarks.rivals`, and its two pipes."""

    def __init__(self, name: str, *arguments: object) -> None:
        command = [sys.executable, "-m", f"benchmarks.rivals.{name}", *map(str, arguments)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def tell(self, line: str) -> None:
        assert self._process.stdin
        print(line, file=self._process.stdin, flush=True)

    def answer(self) -> str:
        assert self._process.stdout
        if not (line := self._process.stdout.readline()):
            raise RuntimeError(f"{self._process.args} ended")
        return line.strip()

    def resident_kb(self) -> int:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


class Contest:
    """Several servers, each with an audience of its own, that take turns."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._stack = ExitStack()
        self._pairs: dict[str, tuple[Process, Process, str]] = {}
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.kilobytes: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, name: str, program: str, *arguments: object, topics: int = 0) -> None:
        """Start a server, and seat its audience."""
        port = _free_port()
        server = self._stack.enter_context(Process(program, port, *arguments))
        audience = self._stack.enter_context(Process("audience"))
        server.answer()
        before = server.resident_kb()
        audience.tell(f"connect {self._size} {port} {topics}")
        audience.answer()
        self.kilobytes[name] = (server.resident_kb() - before) / self._size
        self._pairs[name] = server, audience, "go" if topics <= 1 else f"go {topics}"

    def play(self, name: str) -> None:
        """Send one change and note how long it took to the last follower, in ms."""
        server, audience, order = self._pairs[name]
        time.sleep(0.05)
        audience.tell("wait")
        server.tell(order)
        began = int(server.answer())
        self.times[name].append((int(audience.answer().split()[0]) - began) / 1e6)

    def result(self, name: str) -> float:
        """Return the median, without the first round."""
        return median(self.times[name][1:])


def run() -> Iterator[dict[str, Any]]:
    """Yield the cases, size by size, and a comment in the whole product at the end."""
    fanout_ms = 0.0
    for size in SIZES:
        with TemporaryDirectory(prefix="jvl-bench-") as folder, Contest(size) as contest:
            yield from _one_topic(contest, size, folder)
            if size == 5_000:
                yield from _many_topics(contest, size, folder)
            if size == MEMBERS:
                fanout_ms = contest.result("ours")
    yield from _posts(fanout_ms)


def _one_topic(contest: Contest, size: int, folder: str) -> Iterator[dict[str, Any]]:
    contest.add("ours", "ours", folder, "fast", topics=1)
    contest.add("plain", "ours", f"{folder}/plain", "plain", topics=1)
    contest.add("broadcast", "library")
    contest.add("bare", "bare")
    if size in TUTORIAL_ROUNDS:
        contest.add("tutorial", "tutorial")
    for number in range(ROUNDS[size] + 1):
        for name in ("ours", "broadcast", "bare", "plain"):
            contest.play(name)
        if number <= TUTORIAL_ROUNDS.get(size, -1):
            contest.play("tutorial")
    ours = contest.result("ours")
    yield _case(f"fanout-{size}", ours, None, "")
    for name, against in AGAINST.items():
        if name in contest.times:
            yield _case(f"fanout-{size}-{name}", ours, contest.result(name), against)


def _many_topics(contest: Contest, size: int, folder: str) -> Iterator[dict[str, Any]]:
    yield _case("fanout-memory", contest.kilobytes["ours"], None, "", unit="kB")
    contest.add("topics", "ours", f"{folder}/topics", "fast", topics=size)
    for _ in range(ROUNDS[size] + 1):
        contest.play("topics")
        contest.play("ours")
    yield _case("fanout-topics", contest.result("topics"), contest.result("ours"), "as many followers of one topic")


def _posts(fanout_ms: float) -> Iterator[dict[str, Any]]:
    """Measure from the POST of a comment to the last of a thousand different members, on both engines."""
    with TemporaryDirectory(prefix="jvl-bench-") as folder:
        yield from _post_to_last("sqlite", folder, {}, fanout_ms)
    if not shutil.which("redis-server") or not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        print("PostgreSQL or Redis isn't installed: the comment on them isn't measured", file=sys.stderr)
        return
    from tests.services import Postgres, Redis, closing

    with TemporaryDirectory(prefix="jvl-bench-") as folder, closing(Postgres()) as postgres, closing(Redis()) as redis:
        services = {"DATABASE_URL": postgres.database("jvl"), "REDIS_URL": redis.url}
        yield from _post_to_last("postgres", folder, services, fanout_ms)


def _post_to_last(engine: str, folder: str, services: dict[str, str], fanout_ms: float) -> Iterator[dict[str, Any]]:
    """Post beside a thousand members who watch. Times run from the moment before the POST.

    `-answer`: the author has the answer; `-first`, `-last`: the first and the last member have the comment.
    """
    environment = {**os.environ, **PRODUCT, **services, "JVL_DATA_DIR": folder, "STATIC_ROOT": f"{folder}/static"}
    with ExitStack() as stack:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        command = [sys.executable, "-m", "benchmarks.rivals.discussion", str(MEMBERS)]
        made = json.loads(subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout)
        port = _free_port()
        command = [sys.executable, "manage.py", "serve", "--port", str(port), "--ping-interval", "600"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        stack.callback(server.wait)
        stack.callback(server.kill)
        audience = stack.enter_context(Process("audience"))
        _wait_for(port)
        alone = median([_post(port, made) for _ in range(ROUNDS[MEMBERS] + 1)][1:])
        audience.tell(" ".join(["members", str(port), f"idea.{made['idea']}", *made["cookies"]]))
        audience.answer()
        rounds = [_watched(port, made, audience) for _ in range(ROUNDS[MEMBERS] + 1)][1:]
    answer, first, last = (median(times) for times in zip(*rounds, strict=True))
    yield _case(f"fanout-post-{engine}", alone, None, "")
    yield _case(f"fanout-post-{engine}-answer", answer, last, "the whole")
    yield _case(f"fanout-post-{engine}-first", first, last, "the whole")
    yield _case(f"fanout-post-{engine}-last", last, alone + fanout_ms, "one POST alone and one fan-out alone")


def _watched(port: int, made: dict[str, Any], audience: Process) -> tuple[float, float, float]:
    time.sleep(0.2)
    audience.tell("wait")
    began = time.monotonic_ns()
    answered = _post(port, made)
    last, first = (int(moment) for moment in audience.answer().split())
    return answered, (first - began) / 1e6, (last - began) / 1e6


def _post(port: int, made: dict[str, Any]) -> float:
    """Post a comment of 500 characters; ms."""
    body = json.dumps({"body": "x" * 500, "client_id": str(uuid4())}).encode()
    headers = {"Authorization": f"Token {made['token']}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/api/v1/ideas/{made['idea']}/comments/"
    began = time.monotonic()
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
        answer.read()
    return (time.monotonic() - began) * 1_000


def _wait_for(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise TimeoutError("the server doesn't listen")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _case(name: str, figure: float, beside: float | None, against: str, *, unit: str = "ms") -> dict[str, Any]:
    ratio = round(figure / beside, 4) if beside else None
    return {"name": name, "figure": round(figure, 2), "unit": unit, "ratio": ratio, "against": against}
