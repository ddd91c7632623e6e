"""Django's own `migrate`, and then our triggers: a migration that makes a table anew on SQLite takes them away."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from ideas.management.board_triggers import write_board_triggers
from ideas.management.triggers import write_triggers


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        write_triggers(connections[options["database"]])
        write_board_triggers(connections[options["database"]])
