"""The production server: pages, API and sockets in one process; run several behind a proxy."""

from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from daphne.management.commands.runserver import get_default_application
from django.core.management.base import BaseCommand, CommandError, CommandParser

from realtime.server import LiveServer


class Command(BaseCommand):
    """Serve until SIGTERM; then finish the requests in flight and stop."""

    help = "Serve pages, API and sockets in one process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--unix-socket", help="Listen on this path instead of a port.")
        parser.add_argument("--ping-interval", type=int, default=15, help="Seconds of silence before a ping.")
        parser.add_argument("--ping-timeout", type=int, default=15, help="Seconds to wait for the answer.")

    def handle(self, *_: Any, **options: Any) -> None:
        path = options["unix_socket"]
        address = {"unix_socket": path} if path else {"host": options["host"], "port": options["port"]}
        self.stdout.write(f"Serving at {path or '{host}:{port}'.format(**options)}")
        server = LiveServer(
            application=get_default_application(),
            endpoints=build_endpoint_description_strings(**address),
            ping_interval=options["ping_interval"],
            ping_timeout=options["ping_timeout"],
        )
        server.run()
        if server.refusal:
            raise CommandError(f"Can't listen there: {server.refusal}")
