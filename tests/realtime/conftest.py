"""Sites of real processes; PostgreSQL and Redis are private to the run."""

import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Postgres, Redis, Site, closing, migrated_postgres

SETTINGS = "tests.realtime.site"
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with migrated_postgres(tmp_path_factory.mktemp("migrated"), settings=SETTINGS) as service:
        yield service


@pytest.fixture
def redis() -> Iterator[Redis]:
    with closing(Redis()) as service:
        yield service


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy; migrating is slower than all else."""
    folder = tmp_path_factory.mktemp("empty")
    Site(folder, settings=SETTINGS).migrate()
    return folder / "site.sqlite3"


@pytest.fixture
def site(tmp_path: Path, empty_database: Path) -> Iterator[Site]:
    """One process on SQLite, as a small cluster runs it."""
    shutil.copy(empty_database, tmp_path)
    with closing(Site(tmp_path, settings=SETTINGS)) as site:
        site.start()
        yield site


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Site]:
    """The same for tests that leave nothing behind but topics of their own."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(empty_database, folder)
    with closing(Site(folder, settings=SETTINGS)) as site:
        site.start()
        yield site


@pytest.fixture
def port(shared_site: Site) -> int:
    return next(iter(shared_site.processes))


@pytest.fixture
def topic() -> str:
    """A topic of this test alone."""
    return f"public.{next(numbers)}"


@pytest.fixture
def other_topic() -> str:
    return f"public.{next(numbers)}"


@pytest.fixture
def wide_site(tmp_path: Path, postgres: Postgres, redis: Redis, request: pytest.FixtureRequest) -> Iterator[Site]:
    """Two processes on PostgreSQL and Redis; more by `site.start()`."""
    address = postgres.database(re.sub(r"\W", "_", request.node.name)[:60].lower(), like="migrated")
    with closing(Site(tmp_path, settings=SETTINGS, DATABASE_URL=address, REDIS_URL=redis.url)) as site:
        site.start()
        site.start()
        yield site
