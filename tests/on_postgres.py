"""Runs pytest with what follows on a PostgreSQL and a Redis of its own: `python -m tests.on_postgres tests/queries`."""

import os
import subprocess
import sys

import pytest

from tests.services import Postgres, Redis, closing


def main(arguments: list[str]) -> int:
    """Start both, run the tests, end both; without them, say that nothing was tested."""
    try:
        with closing(Postgres()) as postgres, closing(Redis()) as redis:
            services = {"DATABASE_URL": postgres.database("jvl"), "REDIS_URL": redis.url}
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.call(command, env={**os.environ, **services})
    except pytest.skip.Exception as left_out:
        print(left_out)
        return int(os.environ.get("JVL_REQUIRE_ALL") == "1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
