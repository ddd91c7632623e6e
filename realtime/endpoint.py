"""The ASGI application behind `/ws/`: who may connect, then one connection to the hub."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from realtime import hub as hubs
from realtime import rights
from realtime.connection import Connection
from realtime.frames import Frame

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

EXTENSION = "realtime.wire"


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one socket, on any ASGI server; faster where the server offers its wire."""
    headers = dict(scope["headers"])
    shown = rights.credentials(headers)
    await receive()
    if not await _may_connect(scope, headers, shown):
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    fast = scope.get("extensions", {}).get(EXTENSION)
    wire = fast or PlainWire(send)
    hub = hubs.current()
    connection = Connection(hub, wire, shown)
    if fast:
        fast.open(connection.wake)
    hub.enter(connection)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            connection.hear(message.get("text"))
    finally:
        await hub.exit(connection)


async def _may_connect(scope: Scope, headers: Mapping[bytes, bytes], shown: rights.Credentials) -> bool:
    # A page can't set this header, so a token's bearer is no browser that was lured here.
    if shown.token:
        return await rights.in_pool(rights.RIGHTS, rights.token_is_valid, shown.token)
    return rights.origin_is_allowed(scope, headers)


class PlainWire:
    """Sends in order through ASGI, in a task of its own; the session's window bounds the queue."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: deque[Frame] = deque()
        self._task: asyncio.Task[None] | None = None

    def write(self, frame: Frame) -> bool:
        """Queue a frame; how much may be queued is the window's business."""
        self.push(frame)
        return True

    def push(self, frame: Frame) -> None:
        """Queue a frame."""
        self._queue.append(frame)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())

    def close(self, code: int) -> None:
        """Send what is queued if that goes at once, and end the socket."""
        self._task = asyncio.create_task(self._end(code, self._task))

    async def _drain(self) -> None:
        while self._queue:
            await self._send({"type": "websocket.send", "text": self._queue.popleft().text})

    async def _end(self, code: int, draining: asyncio.Task[None] | None) -> None:
        if draining is not None:
            await asyncio.wait([draining], timeout=1)
            draining.cancel()
        await asyncio.wait_for(self._send({"type": "websocket.close", "code": code}), 5)
