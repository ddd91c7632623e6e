"""The development server, on the same server class as production."""

from daphne.management.commands.runserver import Command as DaphneCommand

from realtime.server import LiveServer


class Command(DaphneCommand):
    """Daphne's `runserver`, with sockets on the short way."""

    server_cls = LiveServer
