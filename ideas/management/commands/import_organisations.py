"""`manage.py import_organisations FILE|- --format NAME`: organisations by their PICs, and projects of theirs."""

import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from ideas.actions.organisation_imports import Imported, import_organisations
from ideas.exchange.calls import Options, UnreadableFile
from ideas.exchange.organisations import FORMATS


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Import organisations. Rows that can't be read are listed with their line and reason. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="path of the file, or - for standard input")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="FIELD=COLUMN",
            help="which column tells a field, where the header differs (pic, name, …); may be given several times",
        )
        parser.add_argument("--programme", default="", help="the programme of the file's projects: 'Horizon Europe'")
        parser.add_argument("--nuts", default="", metavar="CODE", help="only those of a country or region: ITH5")

    @no_translations
    def handle(
        self, *args: Any, file: str, format: str, map: list[str], programme: str, nuts: str, **options: Any
    ) -> None:
        heard = Options(columns=_columns(map), remark=self.stderr.write)
        try:
            with closing(_open(file)) as stream:
                rows = FORMATS[format](stream, heard)
                done = import_organisations(rows=rows, source=format, programme=programme, nuts=nuts, at=timezone.now())
        except (OSError, UnreadableFile) as error:
            raise CommandError(f"{file}: {error}") from error
        self._report(done)

    def _report(self, done: Imported) -> None:
        for line, reason in done.refused:
            self.stdout.write(f"line {line}: {reason}")
        self.stdout.write(
            f"{done.created} new, {done.changed} changed, {done.unchanged} unchanged, {len(done.refused)} refused,"
            f" {done.projects} projects added"
        )
        if done.refused and not (done.created or done.changed or done.unchanged):
            raise CommandError("Nothing could be read.")


def _open(file: str) -> BinaryIO:
    return sys.stdin.buffer if file == "-" else Path(file).open("rb")


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = dict(pair.partition("=")[::2] for pair in pairs)
    if unknown := [name for name, column in columns.items() if not name or not column]:
        raise CommandError(f"--map takes FIELD=COLUMN; not understood: {', '.join(unknown)}")
    return columns
