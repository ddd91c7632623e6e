"""`websockets.broadcast`: the shortest way in the best-known WebSocket library of Python."""

import asyncio
import json
import sys
import time

import websockets

from benchmarks.rivals.stage import MESSAGE, answer, obey, use_core


async def main(port: str) -> None:
    """Serve on a port."""
    use_core(0)
    clients: set[websockets.ServerConnection] = set()
    loop = asyncio.get_running_loop()

    async def follow(socket: websockets.ServerConnection) -> None:
        clients.add(socket)
        try:
            async for _ in socket:
                pass
        finally:
            clients.discard(socket)

    def broadcast() -> None:
        answer(time.monotonic_ns())
        websockets.broadcast(clients, json.dumps(MESSAGE))

    obey(lambda _: loop.call_soon_threadsafe(broadcast))
    async with websockets.serve(
        follow, "127.0.0.1", int(port), compression=None, ping_interval=None, backlog=4096
    ) as server:
        answer("ready")
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
