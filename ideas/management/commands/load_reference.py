"""`manage.py load_reference`: value chains, terms, steps of plans, words and organisations that the project carries."""

from typing import Any

from django.core.management.base import BaseCommand

from ideas.actions.reference import load_reference


class Command(BaseCommand):
    help = "Load value chains, terms, steps of plans, words, organisations of 2020. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_reference()
        self.stdout.write("Added " + ", ".join(f"{count} {noun.replace('_', ' ')}" for noun, count in added.items()))
