"""`manage.py judge_line_ups`: hold the line-ups of all ideas against what their calls ask, for cards and filters."""

from typing import Any

from django.core.management.base import BaseCommand

from ideas.actions.rule_sets import judge_everything


class Command(BaseCommand):
    help = "Write what line-ups lack for their calls anew; harmless at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{judge_everything()} ideas changed")
