"""`manage.py load_demo`: a cluster at work, invented, for trying the product out."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ideas.actions.demo import load_demo


class Command(BaseCommand):
    help = "Load the demo (with DEBUG only). Needs load_reference; better after import_calls. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo brings members that anybody may sign in as: it needs DEBUG=1.")
        loaded = load_demo(at=timezone.now())
        self.stdout.write("Demo loaded." if loaded else "The demo is there already.")
