"""Daphne, with a shorter way from the hub to the socket and a stop that drops nothing.

The hub makes a frame once; the wire here hands the same bytes to each
transport, and takes the transport's own back-pressure as the sign of a slow
reader. Everything else is Daphne's.
"""

import asyncio
from collections.abc import Callable
from socket import socket
from time import monotonic
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer
from twisted.internet.tcp import Connection

from realtime.endpoint import EXTENSION
from realtime.frames import Frame
from realtime.session import MAX_MESSAGE_CHARS

DRAIN_SECONDS = 10
RESTART = 4012


class FastWire:
    """Writes finished frames to one connection's transport; a streaming producer to be told who is slow."""

    __slots__ = ("_on_drain", "_paused", "_protocol", "_socket", "_transport")

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._transport: Any = None
        self._socket: socket | None = None
        self._paused = False
        self._on_drain: Callable[[], None] = lambda: None

    def open(self, on_drain: Callable[[], None]) -> None:
        """Take over the transport's notices once the socket is accepted."""
        self._transport = transport = self._protocol.transport
        self._on_drain = on_drain
        # "Nothing pending" is only known of a plain descriptor, by names that Twisted may change.
        if isinstance(transport, Connection) and not transport.TLS and hasattr(transport, "_tempDataBuffer"):
            self._socket = transport.socket
        # twisted.web's channel is still registered after the upgrade; two producers end in a 1011.
        transport.unregisterProducer()
        transport.registerProducer(self, True)

    def write(self, frame: Frame) -> bool:
        """Write a frame; False while more than 64 kB wait in the transport."""
        if self._paused or self._protocol.state != self._protocol.STATE_OPEN:
            return False
        self._send(frame.wire)
        return True

    def push(self, frame: Frame) -> None:
        """Write a frame behind whatever waits."""
        if self._protocol.state == self._protocol.STATE_OPEN:
            self._send(frame.wire)

    def close(self, code: int) -> None:
        """Send a close frame; a reader that doesn't answer within a second is dropped."""
        self._protocol.sendClose(code)

    def _send(self, data: bytes) -> None:
        transport = self._transport
        # A write that can go out at once saves the reactor's epoll pair, and Twisted's own way to the same call.
        if self._socket and not transport.dataBuffer and not transport._tempDataBuffer:
            try:
                sent = self._socket.send(data)
            except OSError:
                sent = 0  # full, or gone: the transport finds out which
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)

    def pauseProducing(self) -> None:
        """Hear from the transport that the reader is slow."""
        self._paused = True

    def resumeProducing(self) -> None:
        """Hear from the transport that everything has gone out."""
        self._paused = False
        self._on_drain()

    def stopProducing(self) -> None:
        """Hear from the transport that the connection is gone."""
        self._paused = True


class LiveServer(Server):
    """Daphne's server; `server_cls` of `runserver`, and behind `manage.py serve`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["websocket_max_message_size"] = MAX_MESSAGE_CHARS
        options["websocket_max_frame_size"] = MAX_MESSAGE_CHARS
        self.refusal = ""
        super().__init__(*args, **{"ping_interval": 15, "ping_timeout": 15, **options})

    def listen_error(self, failure: Any) -> None:
        """Stop, and keep why: Daphne would end as if all had gone well."""
        self.refusal = failure.getErrorMessage()
        super().listen_error(failure)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Offer the wire to the application of each socket."""
        if scope["type"] == "websocket":
            scope.setdefault("extensions", {})[EXTENSION] = FastWire(protocol)
            scope["scheme"] = "wss" if hasattr(protocol.transport, "getPeerCertificate") else "ws"
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Before the stop: refuse what is new, send sockets elsewhere, let requests in flight finish."""
        for listener in self.listeners:
            listener.addCallback(lambda port: port and port.stopListening())
        for protocol in list(self.connections):
            if isinstance(protocol, WebSocketProtocol) and protocol.state == protocol.STATE_OPEN:
                protocol.sendClose(RESTART)
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._drain()))

    async def _drain(self) -> None:
        deadline = monotonic() + DRAIN_SECONDS
        while self._running(but=WebSocketProtocol) and monotonic() < deadline:  # noqa: ASYNC110 - Daphne has no event
            await asyncio.sleep(0.05)
        for application in self._running():
            application.cancel()

    def _running(self, *, but: type | tuple[()] = ()) -> list[asyncio.Future[None]]:
        named = {
            p: each["application_instance"] for p, each in self.connections.items() if "application_instance" in each
        }
        return [running for p, running in named.items() if not isinstance(p, but) and not running.done()]
