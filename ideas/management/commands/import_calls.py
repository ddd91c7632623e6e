"""`manage.py import_calls FILE|- --format NAME`: calls and deadlines from a file or standard input."""

import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from ideas.actions.imports import import_calls
from ideas.exchange.calls import Options, UnreadableFile
from ideas.exchange.csv_presets import FIELDS
from ideas.exchange.formats import FORMATS
from ideas.models import Import


class Command(BaseCommand):
    help = "Import calls. Rows that can't be read are listed with their line and reason; the rest is imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="path of the file, or - for standard input")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help=f"which column of a CSV tells a field; may be given several times. Fields: {', '.join(FIELDS)}",
        )

    @no_translations
    def handle(self, *args: Any, file: str, format: str, map: list[str], **options: Any) -> None:
        reader = FORMATS[format]
        try:
            with closing(_open(file)) as stream:
                rows = reader(stream, Options(columns=_columns(map), remark=self.stderr.write))
                done = import_calls(by=None, rows=rows, source=format, name=Path(file).name, at=timezone.now())
        except (OSError, UnreadableFile) as error:
            raise CommandError(f"{file}: {error}") from error
        self._report(done)

    def _report(self, done: Import) -> None:
        for row in done.refused:
            self.stdout.write(f"line {row['line']}: {row['reason']}")
        counts = f"{done.created} new, {done.changed} changed, {done.unchanged} unchanged, {len(done.refused)} refused"
        self.stdout.write(counts)
        if done.refused and not (done.created or done.changed or done.unchanged):
            raise CommandError("Nothing could be read.")


def _open(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == "-" else Path(file).open("rb")


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = dict(pair.partition("=")[::2] for pair in pairs)
    if unknown := [name for name, column in columns.items() if name not in FIELDS or not column]:
        raise CommandError(f"--map takes FIELD=COLUMN; not understood: {', '.join(unknown)}")
    return columns
