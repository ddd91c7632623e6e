"""Make an API token for a member: prints the token, and nothing else, on stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ideas.actions.members import issue_token
from ideas.queries.members import member_with


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Issue an API token for a member. It is shown once: only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the member's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        member = member_with(options["email"])
        if member is None or not member.is_active:
            raise CommandError(f"No active member has the address {options['email']}.")
        self.stdout.write(issue_token(member=member))
