"""The whole product in real processes, small and wide."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import Postgres, Redis, Site, closing, migrated_postgres

SETTINGS = "tests.faults.settings"
LIMITS = {"THROTTLE_USER": "1000000/min"}


def cast(site: Site) -> dict[str, Any]:
    """Make an idea of its own for a test, and return whom to be."""
    made: dict[str, Any] = json.loads(site.manage("shell", "-v0", "-c", "import tests.faults.cast").splitlines()[-1])
    return made


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    Site(folder, settings=SETTINGS).migrate()
    return folder / "jvl.sqlite3"


@pytest.fixture
def small(tmp_path: Path, empty_database: Path) -> Iterator[Site]:
    """One process on SQLite."""
    shutil.copy(empty_database, tmp_path)
    with closing(Site(tmp_path, settings=SETTINGS, **LIMITS)) as site:
        yield site


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with migrated_postgres(tmp_path_factory.mktemp("migrated"), settings=SETTINGS) as service:
        yield service


@pytest.fixture(scope="session")
def database(postgres: Postgres) -> str:
    return postgres.database("jvl", like="migrated")


@pytest.fixture
def redis() -> Iterator[Redis]:
    with closing(Redis()) as service:
        yield service


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """A migrated database of either engine, for a site in the test's folder: what its environment needs for it."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_database"), tmp_path)
        return {}
    postgres: Postgres = request.getfixturevalue("postgres")
    return {"DATABASE_URL": postgres.database("fresh", like="migrated")}


@pytest.fixture
def wide(tmp_path: Path, database: str, redis: Redis) -> Iterator[Site]:
    """Two processes on PostgreSQL and Redis."""
    environment = {**LIMITS, "DATABASE_URL": database, "REDIS_URL": redis.url, "JVL_PROCESSES": "2"}
    with closing(Site(tmp_path, settings=SETTINGS, **environment)) as site:
        yield site
