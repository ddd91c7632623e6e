"""The chat server of the Channels tutorial: a consumer a socket, `group_send`, JSON in each consumer."""

import asyncio
import sys
import time
from typing import Any

from django.conf import settings

from benchmarks.rivals.stage import MESSAGE, answer, obey, use_core


def main(port: str) -> None:
    """Serve on a port by plain Daphne with the in-memory layer."""
    use_core(0)
    settings.configure(
        INSTALLED_APPS=["channels"],
        CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    )
    import django

    django.setup()
    from channels.generic.websocket import AsyncJsonWebsocketConsumer
    from channels.layers import get_channel_layer
    from daphne.server import Server

    class ChatConsumer(AsyncJsonWebsocketConsumer):
        async def connect(self) -> None:
            await self.channel_layer.group_add("chat", self.channel_name)
            await self.accept()

        async def disconnect(self, code: int) -> None:
            await self.channel_layer.group_discard("chat", self.channel_name)

        async def receive_json(self, content: Any, **_: Any) -> None:
            pass

        async def chat_message(self, event: dict[str, Any]) -> None:
            await self.send_json(event["message"])

    async def send() -> None:
        answer(time.monotonic_ns())
        await get_channel_layer().group_send("chat", {"type": "chat.message", "message": MESSAGE})

    server = Server(
        ChatConsumer.as_asgi(),
        endpoints=[f"tcp:{port}:interface=127.0.0.1:backlog=4096"],
        ready_callable=lambda: (loops.append(asyncio.get_event_loop()), answer("ready")),
        ping_interval=600,
        ping_timeout=600,
    )
    loops: list[asyncio.AbstractEventLoop] = []
    obey(lambda _: asyncio.run_coroutine_threadsafe(send(), loops[0]))
    server.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
