"""`manage.py tick`: reminders, news of calls, mails. Run it every minute, from cron or a systemd timer."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from ideas.management.tick import Clock, tick


class Command(BaseCommand):
    help = "Send the reminders and mails that are due. Safe to run at any time, twice at once, and to kill."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--at", metavar="INSTANT", help="in the demo: as if it were then, such as 2026-09-13T17:00:00+02:00"
        )

    @no_translations
    def handle(self, *args: Any, at: str | None, **options: Any) -> None:
        done, failed = tick(_clock(at) if at else timezone.now)
        self.stdout.write(", ".join(f"{count} {name}" for name, count in done.items()))
        if failed:
            raise CommandError("; ".join(failed))


def _clock(text: str) -> Clock:
    if not settings.DEBUG:
        raise CommandError("--at is for trying things out; without DEBUG the clock is the clock.")
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--at {text}: {error}") from error
    if start.tzinfo is None:
        raise CommandError("--at needs an offset, such as +00:00.")
    began = monotonic()
    return lambda: start + timedelta(seconds=monotonic() - began)
