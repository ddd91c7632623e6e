"""The messages that the server sends, each encoded once however many sockets get it."""

import json
import struct
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from realtime.log import Row


class Frame:
    """One message as text and as the unmasked WebSocket text frame that carries it.

    The text is pure ASCII: its length is the same in bytes here and in
    UTF-16 units in a browser, so both ends can count the same window.
    """

    __slots__ = ("seq", "text", "wire")

    def __init__(self, message: dict[str, Any], seq: int = 0) -> None:
        self.text = json.dumps(message, separators=(",", ":"), cls=DjangoJSONEncoder)
        self.wire = _header(len(self.text)) + self.text.encode("ascii")
        self.seq = seq


def _header(length: int) -> bytes:
    if length < 126:
        return bytes((0x81, length))
    if length < 65536:
        return struct.pack("!BBH", 0x81, 126, length)
    return struct.pack("!BBQ", 0x81, 127, length)


def change(row: Row) -> Frame:
    """Carry one row of the log."""
    return Frame({"type": "change", **row._asdict()}, seq=row.seq)


def subscribed(topic: str, epoch: str, head: int) -> Frame:
    """Confirm a subscription; changes after the position asked for follow."""
    return Frame({"type": "subscribed", "topic": topic, "epoch": epoch, "head": head})


def reset(topic: str, epoch: str, head: int) -> Frame:
    """Say that the position asked for can't be continued: the page must load its state anew."""
    return Frame({"type": "reset", "topic": topic, "epoch": epoch, "head": head})


def revoked(topic: str) -> Frame:
    """Say that the viewer may no longer follow the topic."""
    return Frame({"type": "revoked", "topic": topic})


def error(code: str, topic: str | None = None) -> Frame:
    """Refuse what the client sent, by a stable code."""
    return Frame({"type": "error", "code": code} | ({"topic": topic} if topic else {}))


def stale() -> Frame:
    """Say why a slow reader is cut off: it may come back and continue from where it stands."""
    return Frame({"type": "stale"})


def ping(heads: dict[str, int]) -> Frame:
    """Show that the socket lives, and up to where each topic has been sent on it."""
    return Frame({"type": "ping", "heads": heads})
