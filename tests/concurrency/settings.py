"""The tests' settings with SQLite in a file, as the product has it: in memory, writers don't wait for each other."""

import os
from tempfile import gettempdir

from tests.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": f"{gettempdir()}/jvl-writers-{os.getpid()}.sqlite3"}  # noqa: F405
