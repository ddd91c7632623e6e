"""Sites of real processes; PostgreSQL and Redis are private to the run."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Postgres, Redis, Site, closing

SETTINGS = "tests.realtime.site"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with closing(Postgres()) as service:
        yield service


@pytest.fixture
def redis() -> Iterator[Redis]:
    with closing(Redis()) as service:
        yield service


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One process on SQLite, as a small cluster runs it."""
    with closing(Site(tmp_path, settings=SETTINGS)) as site:
        site.manage("migrate", "-v0")
        site.start()
        yield site


@pytest.fixture
def port(site: Site) -> int:
    return next(iter(site.processes))


@pytest.fixture
def wide_site(tmp_path: Path, postgres: Postgres, redis: Redis, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Two processes on PostgreSQL and Redis; more by `site.start()`."""
    address = postgres.database(re.sub(r"\W", "_", request.node.name)[:60].lower())
    with closing(Site(tmp_path, settings=SETTINGS, DATABASE_URL=address, REDIS_URL=redis.url)) as site:
        site.manage("migrate", "-v0")
        site.start()
        site.start()
        yield site
