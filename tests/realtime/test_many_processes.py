"""Several processes on PostgreSQL and Redis."""

import asyncio
import random
import signal
from contextlib import AsyncExitStack
from statistics import median

import pytest

from tests.realtime.follower import Follower
from tests.realtime.test_socket import append
from tests.services import Redis, Site

pytestmark = pytest.mark.asyncio


async def test_change_written_in_one_process_reaches_followers_of_another_at_once(wide_site: Site) -> None:
    here, there = wide_site.processes
    async with Follower(there) as follower:
        await follower.follow("public.a")
        for seq in range(1, 6):
            await append(here, "public.a")
            async with asyncio.timeout(1):
                await follower.until("public.a", seq)


async def test_redis_may_die_and_come_back(wide_site: Site, redis: Redis) -> None:
    here, there = wide_site.processes
    async with Follower(there) as follower:
        await follower.follow("public.a")
        await asyncio.to_thread(redis.stop)

        for seq in (1, 2):
            await append(here, "public.a")
            await follower.until("public.a", seq, seconds=6)

        await asyncio.to_thread(redis.start)
        await asyncio.sleep(5)
        loop, delays = asyncio.get_running_loop(), []
        for seq in range(3, 12):
            began = loop.time()
            await append(here, "public.a")
            await follower.until("public.a", seq)
            delays.append(loop.time() - began)
        assert median(delays) < 0.5, "hints work again, nobody waits for the poll"


async def test_fifty_writers_make_one_order_for_everybody(wide_site: Site) -> None:
    ports = [*wide_site.processes, wide_site.start(), wide_site.start()]
    rng = random.Random(7)

    async def write(n: int) -> list[int]:
        seqs: list[int] = []
        for m in range(40):
            if n < 2 * m and rng.random() < 0.1:
                assert await append(rng.choice(ports), "public.a", fail=1) == []
            seqs += await append(rng.choice(ports), "public.a", name=f"{n}.{m}")
        assert seqs == sorted(seqs)
        return seqs

    async with AsyncExitStack() as stack:
        followers = [await stack.enter_async_context(Follower(port)) for port in ports for _ in range(3)]
        for follower in followers:
            await follower.follow("public.a")
        _, *written = await asyncio.gather(
            asyncio.gather(*(follower.until("public.a", 2000, seconds=240) for follower in followers)),
            *(write(n) for n in range(50)),
        )

    assert sorted(seq for seqs in written for seq in seqs) == list(range(1, 2001))
    for follower in followers:
        assert follower.seen["public.a"] == list(range(2001))


async def test_killed_process_loses_nothing(wide_site: Site) -> None:
    here, there = wide_site.processes
    async with Follower(there) as follower:
        await follower.follow("public.a")
        await append(here, "public.a", n=3)
        await follower.until("public.a", 3)
        await asyncio.to_thread(wide_site.stop, there, signal.SIGKILL)
    await append(here, "public.a", n=4)
    await asyncio.to_thread(wide_site.start, there)

    async with Follower(there) as back:
        await back.follow("public.a", after=3, epoch=follower.epoch)
        await back.until("public.a", 7)
