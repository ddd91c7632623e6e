"""Thousands of followers on raw sockets, cheap enough not to be what is measured.

Orders: `connect N PORT TOPICS` (0 topics: nothing is asked for, 1: all follow one, N: each its own), `members PORT
TOPIC COOKIE …`: each follows as somebody else, `wait`: answers the times at which the last and the first of them had
their change.
"""

import json
import select
import socket
import sys
import time

from benchmarks.rivals.stage import answer, use_core

LONG = 400  # a text this long is the change; shorter ones are confirmations and signs of life
ACK_EVERY = 16_384
HANDSHAKE = (
    "GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def frame(message: dict[str, object]) -> bytes:
    """Make a masked frame, as clients must; the mask is zero."""
    text = json.dumps(message).encode()
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text


class Audience:
    """All the sockets, and what each has received."""

    def __init__(self) -> None:
        self.poll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.rest: dict[int, bytes] = {}
        self.received: dict[int, int] = {}
        self.acknowledged: dict[int, int] = {}
        self.cookies: list[str] = []
        self.topic = "public.fanout"

    def connect(self, count: int, port: int, topics: int) -> None:
        """Open the sockets in small groups, and wait until each is served."""
        for start in range(0, count, 50):
            group = [self._open(n, port) for n in range(start, min(start + 50, count))]
            for sock in group:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += sock.recv(4096)
                assert b" 101 " in head, head
            for n, sock in enumerate(group, start):
                if topics:
                    name = self.topic if topics == 1 else f"public.{n}"
                    sock.send(frame({"type": "subscribe", "topic": name}))
            for sock in group:
                if topics:
                    self._receive(sock.fileno(), sock.recv(4096))
                sock.setblocking(False)
                self.poll.register(sock.fileno(), select.EPOLLIN)

    def _open(self, n: int, port: int) -> socket.socket:
        sock = socket.socket()
        sock.bind((f"127.0.0.{1 + n % 4}", 0))
        sock.connect(("127.0.0.1", port))
        cookie = f"Cookie: {self.cookies[n]}\r\n" if self.cookies else ""
        sock.send((HANDSHAKE.replace("PORT", str(port)) + cookie + "\r\n").encode())
        number = sock.fileno()
        self.sockets[number] = sock
        self.rest[number] = b""
        self.received[number] = self.acknowledged[number] = 0
        return sock

    def wait(self) -> str:
        """Read until everybody has a change; return when the last one had it, and when the first one had."""
        missing, first = set(self.sockets), 0
        while missing:
            for number, _ in self.poll.poll():
                if self._receive(number, self.sockets[number].recv(65536)):
                    first = first or time.monotonic_ns()
                    missing.discard(number)
        done = time.monotonic_ns()
        self._acknowledge()
        return f"{done} {first}"

    def _receive(self, number: int, data: bytes) -> bool:
        assert data, "the server has closed a socket"
        data, got = self.rest[number] + data, False
        while len(data) >= 4:
            length, head = data[1], 2
            if length == 126:
                length, head = int.from_bytes(data[2:4], "big"), 4
            if len(data) < head + length:
                break
            got = got or length > LONG
            self.received[number] += length if data[0] == 0x81 else 0
            data = data[head + length :]
        self.rest[number] = data
        return got

    def _acknowledge(self) -> None:
        for number, received in self.received.items():
            if received - self.acknowledged[number] >= ACK_EVERY:
                self.acknowledged[number] = received
                self.sockets[number].send(frame({"type": "ack", "received": received}))


def main() -> None:
    """Obey the parent."""
    use_core(1)
    audience = Audience()
    for line in sys.stdin:
        match line.split():
            case ["connect", count, port, topics]:
                audience.connect(int(count), int(port), int(topics))
                answer("ready")
            case ["members", port, topic, *cookies]:
                audience.cookies, audience.topic = cookies, topic
                audience.connect(len(cookies), int(port), 1)
                answer("ready")
            case ["wait"]:
                answer(audience.wait())


if __name__ == "__main__":
    main()
