"""A client of the protocol that keeps what it saw, so that an oracle can compare."""

import asyncio
import contextlib
import json
from typing import Any, Self

import websockets

from tests.services import get_json


class Follower:
    """One socket on one site; `seen[topic]` is every number delivered, repeats dropped by the protocol's rule."""

    def __init__(self, port: int, *, cookie: str = "", acknowledges: bool = True, **options: Any) -> None:
        self.port = port
        self.epoch = ""
        self.seen: dict[str, list[int]] = {}
        self.notices: list[dict[str, Any]] = []
        self.repeats = 0
        self._headers = {"Cookie": cookie} if cookie else {}
        self._options = options
        self._acknowledges = acknowledges
        self._received = self._acknowledged = 0

    async def __aenter__(self) -> Self:
        self.socket = await websockets.connect(
            f"ws://127.0.0.1:{self.port}/ws/",
            **{
                "origin": f"http://127.0.0.1:{self.port}",
                "additional_headers": self._headers,
                "close_timeout": 1,
                "ping_interval": None,
                **self._options,
            },
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def ask(self, **message: Any) -> dict[str, Any]:
        """Send, and return the next message."""
        await self.send(**message)
        return await self.next()

    async def next(self, *, seconds: float = 10) -> dict[str, Any]:
        """Return the next message, noted."""
        text = await asyncio.wait_for(self.socket.recv(), seconds)
        self._received += len(text)
        if self._acknowledges and self._received - self._acknowledged >= 16384:
            self._acknowledged = self._received
            with contextlib.suppress(websockets.ConnectionClosed):
                await self.send(type="ack", received=self._received)
        message: dict[str, Any] = json.loads(text)
        self._note(message)
        return message

    async def follow(self, topic: str, after: int | None = None, epoch: str | None = None) -> dict[str, Any]:
        """Subscribe, from where the log stands unless told otherwise."""
        if after is None:
            here = await asyncio.to_thread(get_json, self.port, f"/position?topic={topic}")
            after, epoch = here["head"], here["epoch"]
        self.seen.setdefault(topic, []).append(after)
        return await self.ask(type="subscribe", topic=topic, after=after, epoch=epoch or self.epoch)

    async def until(self, topic: str, seq: int, *, seconds: float = 20) -> None:
        """Read until the topic has come to a number."""
        async with asyncio.timeout(seconds):
            while self.seen[topic][-1] < seq:
                await self.next(seconds=seconds)

    async def nothing_comes(self, *, seconds: float = 0.5) -> None:
        """Fail when a change arrives; signs of life may."""
        with contextlib.suppress(TimeoutError):
            while (message := await self.next(seconds=seconds))["type"] != "change":
                continue
            raise AssertionError(message)

    async def closed(self, *, seconds: float = 5) -> int:
        """Read to the end and return the code of the close."""
        async with asyncio.timeout(seconds):
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await self.next(seconds=seconds)
        assert self.socket.close_code is not None
        return self.socket.close_code

    def _note(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribed":
            self.epoch = message["epoch"]
        if message["type"] != "change":
            self.notices.append(message)
            return
        seen = self.seen[message["topic"]]
        if message["seq"] <= seen[-1]:
            self.repeats += 1
            return
        assert message["seq"] == seen[-1] + 1, f"missed {seen[-1] + 1}..{message['seq'] - 1}"
        seen.append(message["seq"])
