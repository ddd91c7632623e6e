"""What a server needs before it serves: tables, reference data, the calls and, in the demo, its people and ideas."""

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ideas.models import Member, ValueChain

DATA = Path(__file__).resolve().parent.parent / "data"
CALLS = DATA / "eu_topics_2026_2027.csv"
ORGANISATIONS = DATA / "organisations_emilia_romagna.csv"
Say = Callable[[str], object]


def prepare(say: Say) -> None:
    """Bring an empty or an older data directory to where the server can use it; say each step and its seconds.

    Where nothing is to do this costs one look at the migrations and two at the data. Staff's changes stay: every
    step only adds what is missing. The demo's people come with DEBUG only, and only into a site that has none.
    """
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    marker = settings.DATA_DIR / "prepared"
    digest = _digest()
    steps = list(_steps(is_current=marker.is_file() and marker.read_text() == digest))
    for number, (name, command) in enumerate(steps, start=1):
        started = monotonic()
        say(f"  {number}/{len(steps)} {name} …")
        said = _run(command)
        say(f"      {said} ({monotonic() - started:.1f} s)")
    if steps:
        marker.write_text(digest)


Command = tuple[str, ...]


def _steps(*, is_current: bool) -> Iterator[tuple[str, Command]]:
    is_migrated = not _pending_migrations()
    if not is_migrated:
        yield "Database", ("migrate",)
    if not (is_current and is_migrated and ValueChain.objects.exists()):
        yield "Value chains, technologies, organisations", ("load_reference",)
        yield (
            "Organisations of the region by their PICs",
            ("import_organisations", str(ORGANISATIONS), "--format", "pic-list"),
        )
        yield "Calls of the European Union, 2026 and 2027", ("import_calls", str(CALLS), "--format", "eu-topics")
    # Without the marker the demo may have been cut short: loading it again goes on where it stopped.
    if settings.DEBUG and not (is_current and is_migrated and Member.objects.filter(is_demo=True).exists()):
        yield "Demo: people, ideas, comments, requests", ("load_demo",)


def _pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _run(command: Command) -> str:
    out = io.StringIO()
    name, *arguments = command
    call_command(name, *arguments, stdout=out, verbosity=0 if name == "migrate" else 1)
    return (out.getvalue().strip().splitlines() or ["done"])[-1]


def _digest() -> str:
    """Name the data as the project carries it now, and the database it went into."""
    whole = hashlib.sha256(repr(sorted(settings.DATABASES["default"].items(), key=str)).encode())
    for path in sorted((*DATA.rglob("*.json"), *DATA.rglob("*.csv"))):
        whole.update(path.read_bytes())
    return whole.hexdigest()
