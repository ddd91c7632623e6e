"""Followers of a topic in this process, and the latest changes kept for those who come back."""

from collections import deque
from typing import TYPE_CHECKING

from realtime.frames import Frame

if TYPE_CHECKING:
    from realtime.connection import Connection

KEPT_FRAMES = 128
KEPT_CHARS = 256 * 1024


class Follower:
    """One socket on one topic; `sent` is the last change written to it.

    A live follower gets each change as it is read. One that isn't live is
    behind: the log is its queue, and it reads its own way up to the head.
    """

    __slots__ = ("connection", "live", "room", "sent")

    def __init__(self, connection: "Connection", room: "Room", sent: int) -> None:
        self.connection = connection
        self.room = room
        self.sent = sent
        self.live = False
        room.followers.add(self)

    def go_live(self) -> None:
        """Take part in every broadcast from now on."""
        self.live = True
        self.room.live[self] = None

    def fall_behind(self) -> None:
        """Get nothing more by broadcast."""
        self.live = False
        self.room.live.pop(self, None)

    def leave(self) -> None:
        """Stop following."""
        self.fall_behind()
        self.room.followers.discard(self)


class Room:
    """One topic as this process knows it: changes up to `head` are out, `target` is known to exist."""

    def __init__(self, topic: str, head: int) -> None:
        self.topic = topic
        self.head = self.target = head
        self.followers: set[Follower] = set()
        # In the order in which they came, as their objects and sockets lie in memory: that is a tenth of a broadcast.
        self.live: dict[Follower, None] = {}
        self._kept: deque[Frame] = deque()
        self._kept_chars = 0

    def keep(self, frame: Frame) -> None:
        """Make a change the newest one, and remember it within bounds."""
        self.head = frame.seq
        self.target = max(self.target, frame.seq)
        self._kept.append(frame)
        self._kept_chars += len(frame.text)
        while len(self._kept) > KEPT_FRAMES or self._kept_chars > KEPT_CHARS:
            self._kept_chars -= len(self._kept.popleft().text)

    def forget(self) -> None:
        """Remember nothing: who comes back reads the log."""
        self._kept.clear()
        self._kept_chars = 0

    def after(self, seq: int) -> list[Frame]:
        """Return the remembered changes after a position; empty when they don't reach back so far."""
        if not self._kept or self._kept[0].seq > seq + 1:
            return []
        return [frame for frame in self._kept if frame.seq > seq]
