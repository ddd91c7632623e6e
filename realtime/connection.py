"""One socket: what it follows, who is behind it, and the one task that serves it."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

from realtime import frames, rights
from realtime import session as protocol
from realtime.frames import Frame
from realtime.rooms import Follower
from realtime.session import Refused, Session, Subscribe

if TYPE_CHECKING:
    from realtime.hub import Hub

logger = logging.getLogger(__name__)

STALL_SECONDS = getattr(settings, "REALTIME_STALL_SECONDS", 20.0)
PING_SECONDS = 20.0


class Wire(Protocol):
    """The way out to one client."""

    def write(self, frame: Frame) -> bool:
        """Write without waiting; False, with nothing written, while the reader is slow."""

    def push(self, frame: Frame) -> None:
        """Write a short answer even to a slow reader."""

    def close(self, code: int) -> None:
        """End the socket, without waiting for a reader that has stalled."""


class Connection:
    """One client between its wire and the hub; nothing in it waits inside a broadcast."""

    def __init__(self, hub: "Hub", wire: Wire, shown: rights.Credentials) -> None:
        now = monotonic()
        self.hub = hub
        self.shown = shown
        self.member_id: str | None = None
        self.card: Mapping[str, Any] = {}
        self.followers: dict[str, Follower] = {}
        self.suspect = False
        self.closed = False
        self.checked_at = now
        self._wire = wire
        self._session = Session(now)
        self._wanted: dict[str, Subscribe] = {}
        self._task: asyncio.Task[None] | None = None
        self._blocked_at: float | None = None
        self._pinged_at = now

    def hear(self, text: str | None) -> None:
        """Act on one message of the client; None stands for a binary one."""
        if self.closed:
            return
        try:
            command = self._session.hear(text, monotonic())
        except Refused as refused:
            self.refuse(refused.code, refused.close)
            return
        match command:
            case Subscribe(topic):
                self._want(topic, command)
            case protocol.Unsubscribe(topic):
                self._wanted.pop(topic, None)
                self.drop(topic)
            case protocol.Ack():
                self.wake()
            case protocol.Present(topic, state):
                self._attend(topic, state)
            case protocol.Ping():
                self.say(frames.ping(self._heads()))

    def offer(self, frame: Frame) -> bool:
        """Write a change unless the reader is behind; False leaves the change to the log."""
        size = len(frame.text)
        if self._session.take(size):
            if self._wire.write(frame):
                return True
            self._session.sent -= size
        if self._blocked_at is None:
            self._blocked_at = monotonic()
        return False

    def say(self, frame: Frame) -> None:
        """Write an answer or a notice; these are short, and bounded by what the client asks."""
        self._session.sent += len(frame.text)
        self._wire.push(frame)

    def refuse(self, code: str, close: int) -> None:
        """Tell the client why, and end the socket."""
        self.say(frames.error(code))
        self.close(close)

    def close(self, code: int) -> None:
        """End the socket; nothing more is sent on it."""
        self.closed = True
        self.leave()
        self._wire.close(code)

    def stop(self) -> None:
        """Forget what was still being done for it: nobody is there to be told."""
        self.closed = True
        self.leave()
        if self._task:
            self._task.cancel()

    def leave(self) -> None:
        """Follow nothing any more."""
        self._wanted.clear()
        for topic in tuple(self.followers):
            self.drop(topic)

    def drop(self, topic: str) -> None:
        """Stop following one topic."""
        if follower := self.followers.pop(topic, None):
            follower.leave()
            self.hub.presence.leave(topic, self)
            self.hub.tidy([topic])

    def reset(self, topic: str) -> None:
        """Stop following, and tell the page to load its state anew."""
        head = self.followers[topic].room.target
        self.drop(topic)
        self.say(frames.reset(topic, self.hub.epoch, head))

    def concerns(self, topic: str) -> bool:
        """Say whether the topic is followed here, or about to be."""
        return topic in self.followers or topic in self._wanted

    def suspend(self) -> None:
        """Send no change until rights have been checked again."""
        self.suspect = True
        for follower in self.followers.values():
            follower.fall_behind()
        self.wake()

    def judge(self, verdict: rights.Verdict, asked: Collection[str]) -> None:
        """Apply what the database says now about this viewer and the topics asked for."""
        self.checked_at = monotonic()
        if self.member_id not in (None, verdict.member_id):
            self.refuse("signed_out", protocol.SIGNED_OUT)
            return
        self.member_id, self.card = verdict.member_id, verdict.card
        for topic in asked:
            if topic in self.followers and topic not in verdict.topics:
                self.drop(topic)
                self.say(frames.revoked(topic))

    def tick(self, now: float) -> None:
        """Cut a reader that has stalled; show others that the socket lives."""
        if self.closed:
            return
        if self._blocked_at is not None and now - self._blocked_at > STALL_SECONDS:
            self.say(frames.stale())
            self.close(protocol.STALE)
        elif now - self._pinged_at > PING_SECONDS:
            self._pinged_at = now
            self.say(frames.ping(self._heads()))

    def wake(self) -> None:
        """Make sure that somebody serves what is wanted, suspect or behind."""
        if not self.closed and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._serve())

    def _want(self, topic: str, command: Subscribe) -> None:
        self.drop(topic)
        if len(self.followers) + len(self._wanted) >= protocol.MAX_TOPICS:
            self.say(frames.error("too_many_topics", topic))
            return
        self._wanted[topic] = command
        self.wake()

    def _attend(self, topic: str, state: str) -> None:
        # Visitors have no name to show, and whoever may not follow may not know who does.
        if not self.member_id or topic not in self.followers or self.suspect:
            return
        if state == "away":
            self.hub.presence.leave(topic, self)
            return
        everybody = self.hub.presence.attend(topic, self, self.card, typing=state == "typing", now=monotonic())
        if everybody is not None:
            self.say(Frame(everybody))

    def _heads(self) -> dict[str, int]:
        return {topic: follower.sent for topic, follower in self.followers.items() if follower.live}

    async def _serve(self) -> None:
        try:
            while not self.closed:
                if self.suspect or self._wanted:
                    await self._admit()
                elif not await self._catch_up() and not (self.suspect or self._wanted):
                    return
        except Exception as error:
            # Fail closed: without an answer from the database nobody is told anything.
            logger.warning("socket not served, the client will come back: %r", error)
            self.refuse("unavailable", protocol.UNAVAILABLE)

    async def _admit(self) -> None:
        """Check every topic in one go, then join those newly wanted."""
        await self.hub.ready.wait()
        self.suspect, wanted = False, dict(self._wanted)
        asked = {*wanted, *self.followers}
        verdict = await rights.in_pool(rights.RIGHTS, rights.verify, self.shown, asked)
        allowed = {topic: command for topic, command in wanted.items() if topic in verdict.topics}
        if not self.suspect:
            await self.hub.open(allowed)
        # A right may have been lost while the database was asked: then ask again.
        if not self.suspect and not self.closed:
            self.judge(verdict, asked)
            self._join_all(wanted, allowed)
        self.hub.tidy(allowed)

    def _join_all(self, wanted: dict[str, Subscribe], allowed: Collection[str]) -> None:
        for topic, command in wanted.items():
            if self._wanted.get(topic) is command:
                del self._wanted[topic]
                self._join(command, may=topic in allowed)

    def _join(self, command: Subscribe, *, may: bool) -> None:
        if not may:
            self.say(frames.error("not_found", command.topic))
            return
        room, epoch = self.hub.rooms[command.topic], self.hub.epoch
        if command.after is None:
            after = room.head
        elif command.epoch == epoch and command.after <= room.target:
            after = command.after
        else:
            self.say(frames.reset(command.topic, epoch, room.target))
            return
        self.followers[command.topic] = Follower(self, room, after)
        self.say(frames.subscribed(command.topic, epoch, room.target))

    async def _catch_up(self) -> bool:
        """Bring one topic up to date; False when none is behind or the reader is slow."""
        since, self._blocked_at = self._blocked_at, None
        follower = next((one for one in self.followers.values() if not one.live), None)
        if follower is None:
            return False
        before = follower.sent
        await self.hub.catch_up(follower)
        if self._blocked_at is not None and since is not None and follower.sent == before:
            self._blocked_at = since  # no progress: the time to be cut goes on
        return self._blocked_at is None
