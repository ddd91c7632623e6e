"""`manage.py index_search`: write the search entries of everything anew."""

from typing import Any

from django.core.management.base import BaseCommand

from ideas.actions.search import index_everything


class Command(BaseCommand):
    help = "Write what the search looks in anew; harmless at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_everything()} entries")
