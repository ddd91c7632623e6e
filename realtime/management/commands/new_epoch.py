"""What an operator runs after restoring a backup."""

from typing import Any

from django.core.management.base import BaseCommand

from realtime import log


class Command(BaseCommand):
    """Make every open page load its state anew, since the log has gone back in time."""

    help = "Void every position handed out so far; run it after restoring a backup."

    def handle(self, *_: Any, **__: Any) -> None:
        self.stdout.write(f"epoch {log.new_epoch()}")
