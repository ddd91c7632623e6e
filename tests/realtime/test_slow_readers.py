"""Readers that stop reading."""

import asyncio
import socket
from pathlib import Path

import pytest

from realtime.session import STALE
from tests.realtime.follower import Follower
from tests.realtime.test_socket import append
from tests.services import Site

pytestmark = pytest.mark.asyncio


def resident_kb(site: Site, port: int) -> int:
    status = Path(f"/proc/{site.processes[port].pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


async def stalled(port: int) -> Follower:
    """Return a follower whose kernel takes little and whose program reads nothing more."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", port))
    raw.setblocking(False)
    return Follower(port, sock=raw, max_queue=1)


async def test_reader_who_acknowledges_nothing_is_cut_off_and_can_resume(port: int, topic: str) -> None:
    async with Follower(port, acknowledges=False) as silent, Follower(port) as other:
        await silent.follow(topic)
        await other.follow(topic)
        await append(port, topic, n=100, size=2_000)
        await other.until(topic, 100)

        assert await silent.closed(seconds=30) == STALE
        last = silent.seen[topic][-1]
        assert 20 < last < 40, "the window is 64 kB"
        assert silent.notices[-1] == {"type": "stale"}

    async with Follower(port) as back:
        await back.follow(topic, after=last, epoch=silent.epoch)
        await back.until(topic, 100)


async def test_stalled_readers_cost_the_others_nothing(shared_site: Site, port: int, topic: str) -> None:
    async with Follower(port) as reader:
        await reader.follow(topic)
        followers = [await stalled(port) for _ in range(20)]
        for follower in followers:
            await follower.__aenter__()
            await follower.follow(topic)
            follower.socket.transport.pause_reading()
        before = resident_kb(shared_site, port)

        for _ in range(10):
            await append(port, topic, n=10, size=20_000)
        await reader.until(topic, 100)

        assert resident_kb(shared_site, port) - before < 16_000, "100 changes of 20 kB for 20 readers are 40 MB"
        for follower in followers:
            follower.socket.transport.abort()
        await asyncio.sleep(0)
        for follower in followers:
            await follower.__aexit__()
