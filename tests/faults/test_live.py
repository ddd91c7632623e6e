"""Live comments while things break: nothing missed, nothing doubled, one order, or an explicit reset."""

import asyncio
import os
import shutil
import signal
import statistics
from pathlib import Path

import pytest

from realtime.session import STALE
from tests.faults.conftest import cast
from tests.faults.crowd import Crowd
from tests.services import Postgres, Redis, Site

pytestmark = pytest.mark.asyncio
# The short form by default; JVL_WATCHERS=500 JVL_KILLS=60 is the long one, ten minutes of a whole machine.
WATCHERS = int(os.environ.get("JVL_WATCHERS", "40"))
KILLS = int(os.environ.get("JVL_KILLS", "2"))
SECONDS_BETWEEN_KILLS = 2.5 if KILLS <= 2 else 10


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def test_killed_server(small: Site) -> None:
    made = cast(small)
    port = small.start()
    async with Crowd([port], made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        # Six writers: twenty posts a second between them.
        count = int(KILLS * SECONDS_BETWEEN_KILLS / 0.3)
        writing = asyncio.create_task(crowd.post(count, every=0.3))
        for _ in range(KILLS):
            await asyncio.sleep(SECONDS_BETWEEN_KILLS)
            small.stop(port, signal.SIGKILL)
            await asyncio.to_thread(small.start, port)
        await writing

        await crowd.agree(seconds=15)
        assert len(crowd.acknowledged) == count * len(crowd.writers)
        assert all(watcher.cuts for watcher in crowd.watchers)


async def test_killed_redis(wide: Site, redis: Redis) -> None:
    made = cast(wide)
    ports = [wide.start(), wide.start()]
    async with Crowd(ports, made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        writing = asyncio.create_task(crowd.post(12, every=1))
        await asyncio.sleep(2)
        redis.stop()
        await asyncio.sleep(6)
        await asyncio.to_thread(redis.start)
        await writing

        await crowd.agree(seconds=10)
        assert not any(writer.refusals for writer in crowd.writers)
        # Those since it was killed: the first two, a second apart, wake the processes up.
        assert p95([one for writer in crowd.writers for one in writer.seconds[2:]]) < 1
        assert max(one for watcher in crowd.watchers for one in watcher.delays) < 6


async def test_restarted_postgres(wide: Site, postgres: Postgres) -> None:
    made = cast(wide)
    ports = [wide.start(), wide.start()]
    async with Crowd(ports, made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        writing = asyncio.create_task(crowd.post(8, every=1))
        await asyncio.sleep(2)
        postgres.stop()
        await asyncio.sleep(2)
        await asyncio.to_thread(postgres.start)
        await writing

        await crowd.agree(seconds=20)
        assert {code for writer in crowd.writers for code in writer.refusals} <= {503}


@pytest.mark.parametrize(("share", "seconds"), [("0.3", 5), ("1", 30)])
async def test_lost_hints(wide: Site, share: str, seconds: float) -> None:
    wide.environment["LOSE"] = share
    made = cast(wide)
    ports = [wide.start(), wide.start()]
    async with Crowd(ports, made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        await crowd.post(5, every=0.5)

        await crowd.agree(seconds=seconds)


async def test_restored_backup(small: Site, tmp_path: Path) -> None:
    made = cast(small)
    port = small.start()
    async with Crowd([port], made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        await crowd.post(2, every=0.1)
        await crowd.agree(seconds=15)
        small.stop(port)
        shutil.copy(tmp_path / "jvl.sqlite3", tmp_path / "backup")
        await asyncio.to_thread(small.start, port)
        await crowd.post(2, every=0.1)
        await crowd.agree(seconds=15)

        small.stop(port, signal.SIGKILL)
        for name in ("jvl.sqlite3-wal", "jvl.sqlite3-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup", tmp_path / "jvl.sqlite3")
        await asyncio.to_thread(small.manage, "new_epoch")
        await asyncio.to_thread(small.start, port)
        for writer in crowd.writers:
            writer.acknowledged.clear()  # what the backup didn't have is gone, and the pages must not show it
        await crowd.post(3, every=0.1)

        await crowd.agree(seconds=20)
        assert all(watcher.resets >= 1 for watcher in crowd.watchers)


async def test_stalled_readers(small: Site) -> None:
    made = cast(small)
    port = small.start()
    async with Crowd([port], made["idea"], made["tokens"], watchers=WATCHERS) as crowd:
        await crowd.post(4, every=0.5, chars=1_500)
        before = p95([one for watcher in crowd.watchers for one in watcher.delays])
        few = max(10, WATCHERS // 10)
        stalled, others = crowd.watchers[:few], crowd.watchers[few:]
        for watcher in stalled:
            watcher.reading.clear()
        for watcher in others:
            watcher.delays.clear()
        await crowd.post(10, every=0.5, chars=1_500)
        after = p95([one for watcher in others for one in watcher.delays])

        await asyncio.sleep(11)
        for watcher in stalled:
            watcher.reading.set()
        await crowd.agree(seconds=20)
        assert after < max(1.5 * before, 0.3)
        assert sum(watcher.cuts[STALE] + watcher.cuts[1006] for watcher in stalled) >= len(stalled)
