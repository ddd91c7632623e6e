"""Retention of the log."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from realtime import log


class Command(BaseCommand):
    """Delete old changes; a follower who was away for longer is told to reload."""

    help = "Delete changes older than some days (run it daily)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=14)

    def handle(self, *_: Any, **options: Any) -> None:
        self.stdout.write(f"{log.prune(keep=timedelta(days=options['days']))} changes deleted")
