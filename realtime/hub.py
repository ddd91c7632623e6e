"""The one reader of the log in a process: a change is read once, encoded once, offered to all."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from secrets import token_hex
from time import monotonic
from typing import Any

from django.conf import settings

from realtime import frames, hints, log, rights
from realtime.connection import Connection
from realtime.frames import Frame
from realtime.log import CONTROL, PAGE, Position, Row
from realtime.presence import Presence
from realtime.rooms import Follower, Room
from realtime.session import Subscribe

logger = logging.getLogger(__name__)

POLL_SECONDS = getattr(settings, "REALTIME_POLL_SECONDS", 1.5)
RECHECK_SECONDS = getattr(settings, "REALTIME_RECHECK_SECONDS", 5.0)
RECHECK_SHARE = 0.1  # of one core, at most, for checking again what nobody announced
TOPICS_AT_ONCE = 200
BREATH = 500  # followers between two looks at the event loop

_hubs: dict[asyncio.AbstractEventLoop, "Hub"] = {}


def current() -> "Hub":
    """Return the hub of the running loop; it lives as long as somebody is connected."""
    loop = asyncio.get_running_loop()
    return _hubs.get(loop) or _hubs.setdefault(loop, Hub())


class Hub:
    """Keeps every follower of this process up to date with the log.

    Hints make it fast; polling makes it certain. No follower is ever awaited
    inside a broadcast: who can't take a change leaves the live ones, and
    reads its own way back from the log.
    """

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.epoch = ""
        self.ready = asyncio.Event()
        self.presence = Presence(token_hex(8))
        self._connections: set[Connection] = set()
        self._control = 0
        self._dirty: set[str] = set()
        self._moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    # Coming and going

    def enter(self, connection: Connection) -> None:
        """Serve a connection; the first one starts the hub."""
        self._connections.add(connection)
        if not self._tasks:
            steps = [self._read, self._poll, self._tick, self._sweep]
            if hints.shared_layer() is not None:
                steps.append(self._listen)
            hints.listen(self.notice)
            self._tasks = [asyncio.create_task(_forever(step)) for step in steps]

    async def exit(self, connection: Connection) -> None:
        """Forget a connection; the last one stops the hub."""
        connection.stop()
        self._connections.discard(connection)
        if not self._connections:
            tasks, self._tasks = self._tasks, []
            hints.unlisten(self.notice)
            _hubs.pop(asyncio.get_running_loop(), None)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def open(self, wanted: Mapping[str, Subscribe]) -> None:
        """Have a room for each topic, that knows of the position asked for if that exists."""
        if all(self._knows(topic, command) for topic, command in wanted.items()):
            return
        positions = await rights.in_pool(rights.READS, log.positions, wanted.keys() | {CONTROL})
        self._learn(positions)
        for topic in wanted:
            self.rooms.setdefault(topic, Room(topic, positions[topic].head))

    def _knows(self, topic: str, command: Subscribe) -> bool:
        room = self.rooms.get(topic)
        return room is not None and (
            command.after is None or (command.epoch == self.epoch and command.after <= room.target)
        )

    def tidy(self, topics: Iterable[str]) -> None:
        """Close the rooms that nobody is in."""
        for topic in topics:
            if topic in self.rooms and not self.rooms[topic].followers:
                del self.rooms[topic]

    # What has moved

    def notice(self, message: Mapping[str, Any]) -> None:
        """Take a hint; topics that nobody follows here cost nothing."""
        if "presence" in message:
            self.presence.hear(message["presence"], monotonic())
        for topic, head in message.get("heads", {}).items():
            room = self.rooms.get(topic)
            if room is not None:
                room.target = max(room.target, head)
            if head > (room.head if room else self._control if topic == CONTROL else head):
                self._dirty.add(topic)
                self._moved.set()

    async def _listen(self) -> None:
        """Receive the hints of other processes until the layer fails; then begin again."""
        layer = hints.shared_layer()
        channel = await layer.new_channel()
        await layer.group_add(hints.GROUP, channel)
        while True:
            self.notice(await layer.receive(channel))

    async def _poll(self) -> None:
        """Ask the log itself where every followed topic stands: the guarantee behind the hints."""
        before = {topic: room.head for topic, room in self.rooms.items()}
        positions = await rights.in_pool(rights.READS, log.positions, before.keys() | {CONTROL})
        self._learn(positions)
        for topic, head in before.items():
            if positions[topic].head < head and topic in self.rooms:
                self._reset(self.rooms[topic])  # restored from a backup, and nobody said so
        self.ready.set()
        await asyncio.sleep(POLL_SECONDS)

    def _learn(self, positions: Mapping[str, Position]) -> None:
        control = positions[CONTROL]
        if not self.ready.is_set():
            self.epoch, self._control = control.epoch, control.head
        elif control.epoch != self.epoch or control.head < self._control:
            self.epoch, self._control = control.epoch, control.head
            for room in tuple(self.rooms.values()):
                self._reset(room)
        elif control.head > self._control + PAGE:
            self._control = control.head
            for connection in self._connections:
                connection.suspend()
        self.notice({"heads": {topic: position.head for topic, position in positions.items()}})

    def _reset(self, room: Room) -> None:
        for follower in tuple(room.followers):
            follower.connection.reset(room.topic)

    # Reading and telling

    async def load(self, afters: Mapping[str, int]) -> dict[str, list[Frame]]:
        """Read the next changes of some topics, and let every right lost before them take effect first."""
        rows = await rights.in_pool(rights.READS, _load, afters, self._control)
        self._obey([row for row in rows.pop(CONTROL) if row.seq > self._control])
        return {topic: [frames.change(row) for row in found] for topic, found in rows.items()}

    def _obey(self, control: list[Row]) -> None:
        if not control:
            return
        # A full page may not be all, and the changes read with it must wait.
        missed = control[0].seq != self._control + 1 or len(control) == PAGE
        self._control = control[-1].seq
        members = {row.payload["id"] for row in control if row.kind == "member"}
        topics = {row.payload["id"] for row in control if row.kind == "topic"}
        for row in control:
            if row.kind == "erased" and row.payload["id"] in self.rooms:
                self.rooms[row.payload["id"]].forget()
        for connection in self._connections:
            member = connection.member_id
            if missed or member is None or member in members or any(map(connection.concerns, topics)):
                connection.suspend()

    async def _read(self) -> None:
        await self._moved.wait()
        self._moved.clear()
        dirty, self._dirty = self._dirty, set()
        # What is known to exist before the reading begins; a hint that comes meanwhile proves nothing of its result.
        behind = {
            t: self.rooms[t].target for t in dirty if t in self.rooms and self.rooms[t].head < self.rooms[t].target
        }
        try:
            found = await self.load({topic: self.rooms[topic].head for topic in behind})
        except Exception:
            self._dirty |= dirty
            self._moved.set()
            raise
        for topic, changes in found.items():
            for frame in changes:
                if topic in self.rooms:
                    await self._broadcast(self.rooms[topic], frame)
            if topic in self.rooms and self.rooms[topic].head < behind[topic]:
                self._go_on(self.rooms[topic], is_stuck=not changes)

    def _go_on(self, room: Room, *, is_stuck: bool) -> None:
        if is_stuck:
            self._reset(room)  # pruned before it was read: never a silent gap
        else:
            self._dirty.add(room.topic)
            self._moved.set()

    async def _broadcast(self, room: Room, frame: Frame) -> None:
        """Offer one change to everybody who is up to date; nobody is waited for."""
        if frame.seq <= room.head:
            return  # the room is a new one, and has begun further on
        if frame.seq > room.head + 1:
            self._reset(room)
            return
        room.keep(frame)
        for count, follower in enumerate(tuple(room.live), 1):
            if follower.live and follower.sent < frame.seq:
                if follower.connection.offer(frame):
                    follower.sent = frame.seq
                else:
                    follower.fall_behind()
            if not count % BREATH:
                await asyncio.sleep(0)

    async def catch_up(self, follower: Follower) -> None:
        """Send what a follower has missed, then let it go live; stop early when it can't take more."""
        connection, room = follower.connection, follower.room
        while follower.sent < room.head:
            changes = room.after(follower.sent)
            if not changes:
                changes = (await self.load({room.topic: follower.sent}))[room.topic]
                if connection.suspect or follower not in room.followers:
                    return
            if not changes or changes[0].seq != follower.sent + 1:
                connection.reset(room.topic)
                return
            for frame in changes:
                if not connection.offer(frame):
                    return
                follower.sent = frame.seq
        follower.go_live()

    # Looking after the connections

    async def _tick(self) -> None:
        now = monotonic()
        for count, connection in enumerate(tuple(self._connections), 1):
            connection.tick(now)
            if not count % BREATH:
                await asyncio.sleep(0)
        self._tell_presence(now)
        await asyncio.sleep(1)

    def _tell_presence(self, now: float) -> None:
        news = self.presence.tell(now)
        if news and hints.shared_layer() is not None:
            hints.tell("presence", news)
        for topic, message in self.presence.differences(now):
            frame = Frame(message)
            for connection in self.presence.attending(topic):
                connection.say(frame)

    async def _sweep(self) -> None:
        """Check again, oldest first and within a budget, the rights that nobody said were lost."""
        viewers: defaultdict[rights.Credentials, list[Connection]] = defaultdict(list)
        for connection in sorted(self._connections, key=lambda one: one.checked_at):
            if connection.followers and monotonic() - connection.checked_at > RECHECK_SECONDS:
                viewers[connection.shown].append(connection)
        for shown, connections in viewers.items():
            began = monotonic()
            topics = {topic for connection in connections for topic in connection.followers}
            verdict = await rights.in_pool(rights.RIGHTS, rights.verify, shown, topics)
            for connection in connections:
                if not connection.closed:
                    connection.judge(verdict, topics)
            await asyncio.sleep((monotonic() - began) / RECHECK_SHARE)
        await asyncio.sleep(1)


def _load(afters: Mapping[str, int], control: int) -> dict[str, list[Row]]:
    # Control is in the last statement: a right lost before a change was written is then known with it.
    wanted = [*afters.items(), (CONTROL, control)]
    rows: dict[str, list[Row]] = {}
    for start in range(0, len(wanted), TOPICS_AT_ONCE):
        rows |= log.read_next(dict(wanted[start : start + TOPICS_AT_ONCE]))
    return rows


async def _forever(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except Exception as error:
            logger.warning("%s failed, again in half a second: %r", step.__name__, error)
            await asyncio.sleep(0.5)
