"""An import that is killed in the midst of it leaves whole calls only, and the same file again brings the rest."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import SETTINGS
from tests.services import ROOT, Site

CALLS = 6_000
CONTENT = """
import json
from ideas.models import Call, Deadline, Import
without = Call.objects.filter(deadlines=None).count()
print(json.dumps({
    "calls": Call.objects.count(),
    "halves": without + Call.objects.exclude(deadlines__kind="opening").count(),
    "deadlines": Deadline.objects.count(),
    "log": [[row.created, row.unchanged, row.applied_at is not None] for row in Import.objects.order_by("pk")],
}))
"""


@pytest.fixture
def site(fresh: dict[str, str], tmp_path: Path) -> Site:
    return Site(tmp_path, settings=SETTINGS, **fresh)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of calls, each with an opening and a closing."""
    rows = [f"CALL-{n},Call {n},regional,01/02/2027,18/02/2027 18:00" for n in range(CALLS)]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(["identifier,title,level,opens,closes", *rows]))
    return path


def content(site: Site) -> dict[str, Any]:
    return dict(json.loads(site.manage("shell", "-v0", "-c", CONTENT)))


def test_import_that_is_killed_leaves_whole_calls_and_the_rest_comes_with_the_next(site: Site, file: Path) -> None:
    command = [sys.executable, "manage.py", "import_calls", str(file), "--format", "csv"]
    killed = subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL)
    while not content(site)["calls"] and killed.poll() is None:
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait(timeout=30)
    half = content(site)

    site.manage("import_calls", str(file), "--format", "csv")

    whole = content(site)
    assert 0 < half["calls"] < CALLS, "it was killed too early or too late to say anything"
    assert (half["halves"], half["deadlines"], half["log"]) == (0, 2 * half["calls"], [[0, 0, False]])
    assert (whole["calls"], whole["halves"], whole["deadlines"]) == (CALLS, 0, 2 * CALLS)
    assert whole["log"][1] == [CALLS - half["calls"], half["calls"], True]
