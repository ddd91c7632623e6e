"""The limit: one made frame, one `send` a socket, nothing else."""

import base64
import hashlib
import json
import socket
import sys
import time

from benchmarks.rivals.stage import MESSAGE, answer, obey, use_core

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def main(port: str) -> None:
    """Accept on a port, shake hands, and send when told."""
    use_core(0)
    clients: list[socket.socket] = []
    text = json.dumps(MESSAGE).encode()
    frame = bytes((0x81, 126)) + len(text).to_bytes(2, "big") + text

    def broadcast(_: str) -> None:
        answer(time.monotonic_ns())
        for client in clients:
            client.send(frame)

    listener = socket.create_server(("127.0.0.1", int(port)), backlog=4096)
    obey(broadcast)
    answer("ready")
    while True:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        request = client.recv(4096)
        key = request.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        client.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        client.setblocking(False)
        clients.append(client)


if __name__ == "__main__":
    main(*sys.argv[1:])
