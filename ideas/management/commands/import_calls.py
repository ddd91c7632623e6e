"""`manage.py import_calls FILE|- --format NAME`: calls and deadlines, or news, from a file or standard input."""

import os
import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast
from zoneinfo import available_timezones

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, OutputWrapper, no_translations
from django.db import connection, reset_queries
from django.utils import timezone

from ideas.actions.candidates import import_candidates
from ideas.actions.imports import import_calls, preview_import
from ideas.actions.uploads import discard_file, keep_file
from ideas.exchange.calls import Options, UnreadableFile
from ideas.exchange.csv_presets import FIELDS
from ideas.exchange.deadlines import ROME
from ideas.exchange.formats import CANDIDATE_FORMATS, FORMATS
from ideas.models import Import


class Command(BaseCommand):
    # Checks load every page there is: two seconds, and 25 MB that a large file needs.
    requires_system_checks = ()
    help = "Import calls, or news that may be calls. Rows that can't be read are listed with their line and reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="path of the file, or - for standard input")
        parser.add_argument("--format", required=True, choices=sorted({*FORMATS, *CANDIDATE_FORMATS}))
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"which column of a CSV tells a field; may be given several times. Fields: {', '.join(FIELDS)}",
        )
        parser.add_argument(
            "--preview",
            action="store_true",
            help="write nothing: staff see on the site what would change, and import it",
        )
        parser.add_argument("--zone", default=ROME, help="whose clock a calendar means that names none (%(default)s)")

    @no_translations
    def handle(
        self, *args: Any, file: str, format: str, map: list[str], zone: str, preview: bool = False, **options: Any
    ) -> None:
        progress = _Progress(self.stderr)
        heard = Options(columns=_columns(map), zone=_zone(zone), remark=progress.say, progress=progress.read)
        take = _taker(format, progress, preview)
        _keep_memory_small()
        try:
            with closing(_open(file)) as stream:
                progress.of = _size(stream)
                done = take(stream, heard, by=None, source=format, name=Path(file).name, at=timezone.now())
        except (OSError, UnreadableFile) as error:
            raise CommandError(f"{file}: {error}") from error
        finally:
            progress.end()
        self._report(done)

    def _report(self, done: Import) -> None:
        for row in done.refused:
            self.stdout.write(f"line {row['line']}: {row['reason']}")
        counts = f"{done.created} new, {done.changed} changed, {done.unchanged} unchanged, {len(done.refused)} refused"
        self.stdout.write(f"{counts}, {done.missing} vanished" if done.missing else counts)
        if not done.applied_at:
            self.stdout.write(
                f"Nothing is written yet. Staff see it, and import it: {settings.SITE_URL}/imports/{done.pk}/"
            )
        if done.refused and not (done.created or done.changed or done.unchanged):
            raise CommandError("Nothing could be read.")


def _taker(format: str, progress: "_Progress", preview: bool) -> Any:
    """What to do with the stream: calls are imported or shown first, news become candidates."""
    if preview and format in CANDIDATE_FORMATS:
        raise CommandError("News only becomes candidates: there is nothing to see before.")

    def take(stream: BinaryIO, heard: Options, **log: Any) -> Import:
        if format in CANDIDATE_FORMATS:
            return import_candidates(rows=CANDIDATE_FORMATS[format](stream, heard), **log)
        if preview:
            return _preview(stream, heard, progress, **log)
        return import_calls(rows=FORMATS[format](stream, heard), progress=progress.wrote, **log)

    return take


def _preview(stream: BinaryIO, heard: Options, progress: "_Progress", *, source: str, **log: Any) -> Import:
    """Keep the file where the site keeps those that staff give, and compare it."""
    how = {"columns": dict(heard.columns), "zone": heard.zone}
    found = keep_file(file=File(stream), format=source, options=how, **log)
    try:
        with closing(default_storage.open(found.kept_as)) as kept:
            rows = FORMATS[source](cast(BinaryIO, kept), heard)
            return preview_import(by=log["by"], rows=rows, preview=found, at=log["at"], progress=progress.wrote)
    except UnreadableFile:
        discard_file(by=log["by"], preview=found, at=log["at"])
        raise


class _Progress:
    """Tells somebody at a terminal how far it is, on one line; a log or a pipe gets none of it."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out, self._line, self.of = out, "", 0

    def read(self, count: int) -> None:
        self._show(f"{count // 1_000_000} MB read" + (f", {100 * count // self.of} %" if self.of else ""))

    def wrote(self, done: int, of: int) -> None:
        # With DEBUG Django keeps the text of every query: 80 MB for the portal's file.
        reset_queries()
        self._show(f"{done:,} of {of:,} rows compared and written")

    def say(self, remark: str) -> None:
        self.end()
        self._out.write(remark)

    def end(self) -> None:
        self._show("")

    def _show(self, line: str) -> None:
        if line != self._line and self._out.isatty():
            self._out.write(f"\r{line:<{len(self._line)}}\r{line}", style_func=str, ending="")
            self._out.flush()
            self._line = line


def _keep_memory_small() -> None:
    """A large file is written once, from beginning to end: SQLite needs none of the memory that serving pages takes."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute("PRAGMA cache_size=-2000")


def _open(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == "-" else Path(file).open("rb")


def _size(stream: BinaryIO) -> int:
    """Bytes of the file; 0 for what comes through a pipe, or is no file."""
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:
        return 0


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise CommandError(f"--zone takes a name such as {ROME}; not understood: {name}")
    return name


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = dict(pair.partition("=")[::2] for pair in pairs)
    if unknown := [name for name, column in columns.items() if name not in FIELDS or not column]:
        raise CommandError(f"--map takes FIELD=COLUMN; not understood: {', '.join(unknown)}")
    return columns
