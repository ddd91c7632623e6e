"""Those who write and those who watch, and the oracle that compares what was acknowledged with what was seen."""

import asyncio
import json
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import websockets


def fetch(port: int, path: str, token: str, body: dict[str, Any] | None = None) -> Any:
    """Ask the API; raises what urllib raises."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def page(port: int, idea: int, token: str) -> list[int]:
    """Return the comments as a page loaded now would show them."""
    ids, path = [], f"/api/v1/ideas/{idea}/comments/"
    while path:
        answer = fetch(port, path, token)
        ids += [row["id"] for row in answer["results"]]
        path = (answer["next"] or "").partition(f":{port}")[2]
    return ids


class Watcher:
    """A page that stays open: it resumes after every loss, and loads itself anew when told to."""

    def __init__(self, ports: Sequence[int], idea: int, token: str) -> None:
        self.ids: list[int] = []
        self.delays: list[float] = []
        self.resets = 0
        self.cuts: Counter[int] = Counter()
        self.reading = asyncio.Event()
        self.reading.set()
        self._ports, self._idea, self._token = ports, idea, token
        self._topic = f"idea.{idea}"
        self.after, self._epoch = -1, ""
        self._loaded: set[int] = set()

    async def watch(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._connect(random.choice(self._ports))
            except websockets.ConnectionClosed as closed:
                self.cuts[closed.rcvd.code if closed.rcvd else 1006] += 1
            except (OSError, TimeoutError, websockets.InvalidHandshake, websockets.InvalidMessage):
                pass
            await asyncio.sleep(random.uniform(0.1, 0.6))

    async def _connect(self, port: int) -> None:
        headers = {"Authorization": f"Token {self._token}"}
        address = f"ws://127.0.0.1:{port}/ws/"
        async with websockets.connect(address, additional_headers=headers, close_timeout=1, max_queue=4) as socket:
            subscribe = {"type": "subscribe", "topic": self._topic}
            if self.after >= 0:
                subscribe |= {"after": self.after, "epoch": self._epoch}
            await socket.send(json.dumps(subscribe))
            received = acknowledged = 0
            while True:
                await self.reading.wait()
                text = await socket.recv()
                received += len(text)
                if received - acknowledged >= 16_384:
                    acknowledged = received
                    await socket.send(json.dumps({"type": "ack", "received": received}))
                await self._hear(port, json.loads(text))

    async def _hear(self, port: int, message: dict[str, Any]) -> None:
        if message["type"] == "subscribed" and self.after < 0:
            self.after, self._epoch = message["head"], message["epoch"]
        elif message["type"] == "reset":
            self.resets += 1
            # What a page does: the position first, then the rows; those that come again as changes it has already.
            self.after, self._epoch = message["head"], message["epoch"]
            self.ids = await asyncio.to_thread(page, port, self._idea, self._token)
            self._loaded = set(self.ids)
            raise TimeoutError
        elif message["type"] == "change" and message["seq"] > self.after:
            assert message["seq"] == self.after + 1, "a change is missing"
            self.after = message["seq"]
            if message["kind"] == "comment.posted" and message["payload"]["id"] not in self._loaded:
                self.ids.append(message["payload"]["id"])
                self.delays.append(time.time() - datetime.fromisoformat(message["at"]).timestamp())


class Writer:
    """Somebody who posts, and posts the same again until it is acknowledged."""

    def __init__(self, ports: Sequence[int], idea: int, token: str) -> None:
        self.acknowledged: list[int] = []
        self.seconds: list[float] = []
        self.refusals: Counter[int] = Counter()
        self._ports, self._idea, self._token = ports, idea, token

    async def post(self, count: int, *, every: float, chars: int = 20) -> None:
        """Post some comments at a steady pace."""
        for number in range(count):
            began = time.monotonic()
            await self._post_once({"body": f"{number} " + "x" * chars, "client_id": str(uuid4())})
            self.seconds.append(time.monotonic() - began)
            await asyncio.sleep(max(0, every - self.seconds[-1]))

    async def _post_once(self, body: dict[str, str]) -> None:
        path = f"/api/v1/ideas/{self._idea}/comments/"
        while True:
            try:
                answer = await asyncio.to_thread(fetch, random.choice(self._ports), path, self._token, body)
            except urllib.error.HTTPError as refused:
                self.refusals[refused.code] += 1
                refused.close()
                if refused.code not in (429, 503):
                    raise
            except (OSError, ValueError):
                pass  # killed while it answered: whether it was committed is not known
            else:
                self.acknowledged.append(answer["id"])
                return
            await asyncio.sleep(0.2)


class Crowd:
    """Watchers over some processes, and the writers beside them."""

    def __init__(self, ports: Sequence[int], idea: int, tokens: Sequence[str], *, watchers: int) -> None:
        self.watchers = [Watcher(ports, idea, tokens[n % len(tokens)]) for n in range(watchers)]
        self.writers = [Writer(ports, idea, token) for token in tokens]
        self._ports, self._idea, self._token = ports, idea, tokens[0]
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        self._tasks = [asyncio.create_task(watcher.watch()) for watcher in self.watchers]
        async with asyncio.timeout(30):
            while any(watcher.after < 0 for watcher in self.watchers):  # noqa: ASYNC110 - others do the work
                await asyncio.sleep(0.1)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def acknowledged(self) -> set[int]:
        """Return every comment that somebody was told is safe."""
        return {comment for writer in self.writers for comment in writer.acknowledged}

    async def post(self, count: int, *, every: float, chars: int = 20) -> None:
        """Let all writers post side by side."""
        await asyncio.gather(*(writer.post(count, every=every, chars=chars) for writer in self.writers))

    async def agree(self, *, seconds: float) -> None:
        """Nothing missed, nothing doubled, one order, for everybody; within the time given."""
        fresh = await asyncio.to_thread(page, random.choice(self._ports), self._idea, self._token)
        assert len(fresh) == len(set(fresh))
        assert self.acknowledged <= set(fresh), "an acknowledged comment is gone"
        deadline = time.monotonic() + seconds
        while any(watcher.ids != fresh for watcher in self.watchers) and time.monotonic() < deadline:
            for task in self._tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.1)
        for watcher in self.watchers:
            assert watcher.ids == fresh
