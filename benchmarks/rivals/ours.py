"""Our server: the change is written to the log, and the time runs from its commit."""

import sys
import time
from pathlib import Path

from django.conf import settings

from benchmarks.rivals.stage import PAYLOAD, answer, obey, use_core


def followable(member: object, topics: list[str]) -> set[str]:
    """Let everybody follow everything."""
    return set(topics)


def configure(folder: str) -> None:
    """Set up the smallest site with live delivery."""
    settings.configure(
        SECRET_KEY="only for a measurement",
        DEBUG=False,
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=["realtime", "django.contrib.auth", "django.contrib.contenttypes"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(folder) / "fanout.sqlite3"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        },
        CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
        REALTIME_AUTHORISE="benchmarks.rivals.ours.followable",
        USE_TZ=True,
    )


def main(port: str, folder: str, wire: str) -> None:
    """Serve on a port, with our wire or (`plain`) with Daphne's own."""
    use_core(0)
    Path(folder).mkdir(exist_ok=True)
    configure(folder)
    import django

    django.setup()
    from daphne.server import Server
    from django.core.management import call_command
    from django.db import transaction

    from realtime import log
    from realtime.routing import websocket_application
    from realtime.server import LiveServer

    call_command("migrate", verbosity=0)

    def order(line: str) -> None:
        topics = ["public.fanout"] if line == "go" else [f"public.{n}" for n in range(int(line.split()[1]))]
        with transaction.atomic():
            transaction.on_commit(lambda: answer(time.monotonic_ns()))
            log.append_many([(topic, "comment.posted", PAYLOAD) for topic in topics])

    obey(order)
    server = LiveServer if wire == "fast" else Server
    server(
        websocket_application,
        endpoints=[f"tcp:{port}:interface=127.0.0.1:backlog=4096"],
        ready_callable=lambda: answer("ready"),
        ping_interval=600,
        ping_timeout=600,
    ).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
