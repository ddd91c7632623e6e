"""What one socket may say and how much it may be sent: the protocol's rules, without any I/O."""

import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

TOPIC = re.compile(r"[A-Za-z0-9][!-}]{0,99}")  # ASCII without blanks, and never the log's own "~"
MAX_TOPIC_CHARS = 100
MAX_MESSAGE_CHARS = 64 * 1024
MAX_TOPICS = 100
WINDOW_CHARS = 64 * 1024
BURST = 250
REFILL_PER_SECOND = 25
MAX_NUMBER = 2**53 - 1

# Close codes; the client's answer to each is in docs/realtime.md.
STALE, MALFORMED, SIGNED_OUT, FLOOD, UNAVAILABLE = 4008, 4400, 4401, 4429, 4503


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Follow a topic after a position; without one, from now on."""

    topic: str
    after: int | None
    epoch: str | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Stop following a topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Ack:
    """Say how many characters have been received since the socket opened."""

    received: int


@dataclass(frozen=True, slots=True)
class Present:
    """Say that the viewer is here, writing, or away; of a topic that is followed."""

    topic: str
    state: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for a sign of life."""


Command = Subscribe | Unsubscribe | Ack | Present | Ping


class Refused(Exception):
    """A message that the protocol doesn't allow: the code to answer, and the one to close with."""

    def __init__(self, code: str, close: int = MALFORMED) -> None:
        super().__init__(code)
        self.code = code
        self.close = close


class Session:
    """Reads a client's messages, bounds their rate, and counts what it hasn't acknowledged."""

    __slots__ = ("_allowance", "_heard_at", "acked", "sent")

    def __init__(self, now: float) -> None:
        self.sent = 0
        self.acked = 0
        self._allowance = float(BURST)
        self._heard_at = now

    def take(self, size: int) -> bool:
        """Reserve room in the window for a frame; False when the reader has to catch up first.

        An empty window takes any frame, else one larger than it could never be sent.
        """
        if self.sent - self.acked + size > WINDOW_CHARS and self.sent > self.acked:
            return False
        self.sent += size
        return True

    def hear(self, text: str | None, now: float) -> Command:
        """Return what the client asks for. Raises Refused; None stands for a binary frame."""
        self._count(now)
        if text is None or len(text) > MAX_MESSAGE_CHARS:
            raise Refused("malformed")
        command = _parse(text)
        if isinstance(command, Ack):
            self._acknowledge(command.received)
        return command

    def _count(self, now: float) -> None:
        earned = (now - self._heard_at) * REFILL_PER_SECOND
        self._allowance = min(BURST, self._allowance + earned) - 1
        self._heard_at = now
        if self._allowance < 0:
            raise Refused("flood", FLOOD)

    def _acknowledge(self, received: int) -> None:
        if not self.acked <= received <= self.sent:
            raise Refused("malformed")
        self.acked = received


def _parse(text: str) -> Command:
    try:
        message = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    match message:
        case {"type": "subscribe", "topic": str(topic), **rest} if len(topic) <= MAX_TOPIC_CHARS:
            return Subscribe(topic, _number(rest.get("after")), _short(rest.get("epoch")))
        case {"type": "unsubscribe", "topic": str(topic)} if len(topic) <= MAX_TOPIC_CHARS:
            return Unsubscribe(topic)
        case {"type": "ack", "received": received} if _number(received) is not None:
            return Ack(received)
        case {"type": "present", "topic": str(topic), "state": "here" | "typing" | "away" as state}:
            return Present(topic, state)
        case {"type": "ping"}:
            return Ping()
    raise Refused("malformed")


def _number(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is int and 0 <= value <= MAX_NUMBER:
        return value
    raise Refused("malformed")


def _short(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and len(value) <= 16):
        return value
    raise Refused("malformed")


def _refuse(_: str) -> NoReturn:
    raise ValueError
