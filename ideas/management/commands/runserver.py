"""`manage.py runserver [PORT]`: the demo and the development server; it prepares its own database first."""

import errno
import ipaddress
import socket
from typing import Any

from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from ideas.management.prepare import prepare
from ideas.management.static import StaticFiles
from ideas.management.tick import Ticking
from ideas.models import Member
from realtime.management.commands.runserver import Command as LiveCommand


class Command(LiveCommand):
    help = "Serve pages, API and sockets for development and demonstration, on this machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # One process by default: what starts it can also stop it, by whatever signal.
        parser.set_defaults(use_reloader=False)
        parser.add_argument(
            "--reload", action="store_true", dest="use_reloader", help="Start again whenever a source file changes."
        )

    def inner_run(self, *args: Any, **options: Any) -> None:
        self._refuse_strangers()
        self._refuse_taken_port()
        prepare(self._say)
        self.check(display_num_errors=False)
        people = self._people() if settings.DEBUG else []
        # What follows runs on other connections; a forgotten one would hold the database's files.
        connections.close_all()
        server = self.server_cls(
            application=self._application(),
            endpoints=build_endpoint_description_strings(host=self.addr, port=int(self.port)),
            signal_handlers=not options["use_reloader"],
            action_logger=self.log_action if options["verbosity"] > 1 else None,
            websocket_handshake_timeout=self.websocket_handshake_timeout,
            ready_callable=lambda: self._announce(people),
        )
        ticking = Ticking()
        ticking.start()
        server.run()
        ticking.stop()
        if server.refusal:
            raise CommandError(f"Port {self.port} can't be used: {server.refusal}")
        self._say("\nStopped.")

    def _refuse_strangers(self) -> None:
        is_loopback = self.addr == "localhost" or ipaddress.ip_address(self.addr).is_loopback
        if settings.DEBUG and not is_loopback:
            raise CommandError(
                f"The demo lets anybody sign in as anybody, so it listens on this machine only, not on {self.addr}. "
                "For a site that others can reach see docs/operations.md."
            )

    def _refuse_taken_port(self) -> None:
        family = socket.AF_INET6 if self.use_ipv6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.addr, int(self.port)))
            except OSError as error:
                why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"can't be used: {error}"
                raise CommandError(f"Port {self.port} {why}. Choose another: make run PORT=8001") from error

    def _application(self) -> Any:
        application = get_default_application()
        return StaticFiles(application) if settings.DEBUG else application

    def _people(self) -> list[str]:
        members = Member.objects.filter(is_demo=True, email__endswith="@example.org").order_by("id")
        return [f"    {member.email:<28} {member.name}" for member in members[:6]]

    def _announce(self, people: list[str]) -> None:
        host = f"[{self.addr}]" if self._raw_ipv6 else self.addr
        lines = ["", f"  Joint Virtual Lab: http://{host}:{self.port}/", ""]
        if people:
            lines += ["  Sign in as one of the demo's members with one click:", *people, ""]
        self._say("\n".join([*lines, "  Stop with Ctrl-C."]))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
