"""A network between a browser and the server that can be cut and mended from a test."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from tests.browser.server import Server
from tests.services import Flapping


class Cable:
    """`Flapping` in a thread of its own: Playwright's synchronous side holds the loop of the test's."""

    def __init__(self, flapping: Flapping, loop: asyncio.AbstractEventLoop, server: Server) -> None:
        self._flapping, self._loop = flapping, loop
        self.server = copy(server)
        self.server.url = f"http://127.0.0.1:{flapping.port}"

    def cut(self) -> None:
        """Drop what is connected, and whoever tries."""
        self._loop.call_soon_threadsafe(self._flapping.cut)

    def mend(self) -> None:
        """Let connections through again."""
        self._loop.call_soon_threadsafe(self._flapping.mend)


@contextmanager
def cable_to(server: Server) -> Iterator[Cable]:
    """Lay a cable to a server; `cable.server` is the server at its other end."""
    loop, flapping = asyncio.new_event_loop(), Flapping(server.port)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(flapping.__aenter__(), loop).result(timeout=5)
    try:
        yield Cable(flapping, loop, server)
    finally:
        asyncio.run_coroutine_threadsafe(flapping.__aexit__(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        loop.close()
