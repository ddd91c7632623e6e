"""The cache while Redis comes and goes."""

from collections.abc import Iterator

import pytest

from jvl.cache import SteadyCache
from tests.services import Redis


@pytest.fixture
def redis() -> Iterator[Redis]:
    redis = Redis()
    SteadyCache._away_until = 0.0
    yield redis
    redis.stop()
    SteadyCache._away_until = 0.0


def test_two_processes_share_what_redis_holds(redis: Redis) -> None:
    one, other = SteadyCache(redis.url, {}), SteadyCache(redis.url, {})

    one.set("key", [1, 2])
    one.set("count", 1)

    assert other.get("key") == [1, 2]
    assert other.incr("count") == 2


def test_without_redis_the_process_counts_alone(redis: Redis) -> None:
    cache = SteadyCache(redis.url, {})
    cache.set("limit", 5)
    redis.stop()

    assert cache.get("limit") is None
    cache.set("limit", 1)
    assert cache.incr("limit") == 2

    redis.start()
    SteadyCache._away_until = 0.0
    assert cache.get("limit") is None  # it came back empty
