"""Wake-ups between processes: which topic has moved, never what has changed."""

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "realtime"
SEND_SECONDS = 2.0

Listener = Callable[[Mapping[str, Any]], None]
_listeners: dict[Listener, asyncio.AbstractEventLoop] = {}
_sender: "Sender | None" = None
_sender_lock = threading.Lock()


def listen(listener: Listener) -> None:
    """Call the listener, in the running loop, at each hint given in this process."""
    _listeners[listener] = asyncio.get_running_loop()


def unlisten(listener: Listener) -> None:
    """Stop calling the listener."""
    _listeners.pop(listener, None)


def announce(heads: Mapping[str, int]) -> None:
    """Wake every process that follows these topics; from any thread, never waits, never raises."""
    tell("heads", heads)


def tell(kind: str, content: Mapping[str, Any]) -> None:
    """Pass a short message to the hub of every process; it may get lost, and must not matter."""
    message = {"type": f"realtime.{kind}", kind: dict(content)}
    for listener, loop in list(_listeners.items()):
        with suppress(RuntimeError):  # that loop has just closed
            loop.call_soon_threadsafe(listener, message)
    if shared_layer() is not None:
        _running_sender().put(message)


def shared_layer() -> Any:
    """Return the channel layer when it reaches other processes, else None."""
    layer = get_channel_layer()
    return None if isinstance(layer, InMemoryChannelLayer) else layer


def _running_sender() -> "Sender":
    global _sender
    with _sender_lock:
        if _sender is None or _sender.pid != os.getpid():
            _sender = Sender()
            _sender.start()
        return _sender


class Sender(threading.Thread):
    """The one thread of a process that talks to the layer; its connection outlives the calls.

    `async_to_sync(group_send)` would open a connection at each call, and a
    layer that is down would hold up the request that has already committed.
    """

    def __init__(self) -> None:
        super().__init__(name="realtime-hints", daemon=True)
        self.pid = os.getpid()
        self._heads: dict[str, int] = {}
        self._others: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        atexit.register(self._idle.wait, 1.0)

    def put(self, message: dict[str, Any]) -> None:
        """Queue a message; heads of one topic collapse into the last, the rest is bounded."""
        with self._lock:
            if "heads" in message:
                self._heads.update(message["heads"])
            elif len(self._others) < 1000:
                self._others.append(message)
        self._idle.clear()
        self._wake.set()

    def run(self) -> None:
        """Send what is queued until the process ends."""
        with asyncio.Runner() as runner:
            while True:
                self._wake.wait()
                self._wake.clear()
                runner.run(self._send_all())
                if not self._wake.is_set():
                    self._idle.set()

    async def _send_all(self) -> None:
        with self._lock:
            heads, self._heads = self._heads, {}
            others, self._others = self._others, []
        messages = [{"type": "realtime.heads", "heads": heads}] if heads else []
        for message in [*messages, *others]:
            try:
                await asyncio.wait_for(shared_layer().group_send(GROUP, message), SEND_SECONDS)
            except Exception as error:
                logger.warning("hint not sent, followers will poll: %r", error)
