"""What time brings: reminders, news of calls, mails. From cron, from a timer, or inside the demo's server."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.core.mail import get_connection
from django.db import connections
from django.utils import timezone

from ideas.actions.attachments import sweep_files
from ideas.actions.following import remind_of_deadlines, tell_of_new_calls
from ideas.actions.ideas import remind_of_expiry
from ideas.actions.join_expiry import expire_requests, remind_of_requests
from ideas.actions.mails import claim_mail, forget_old, make_mails, send_mail
from ideas.actions.reviewers import remind_of_reviews
from ideas.actions.searches import tell_of_searches

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
# Mails of one round; the next one goes on.
MAX_SENT = 1_000


def tick(clock: Clock = timezone.now) -> tuple[dict[str, int], list[str]]:
    """Take each step once: safe to run at any time, by any number of schedulers at once, and to kill anywhere.

    A step that fails is logged and stops no other. Returns (how much each step did, the steps that failed).
    """
    steps: dict[str, Callable[[], int]] = {
        "reminders": lambda: remind_of_deadlines(at=clock()),
        "news": lambda: tell_of_new_calls(at=clock()),
        "saved searches": lambda: tell_of_searches(at=clock()),
        "expiries": lambda: remind_of_expiry(at=clock()),
        "requests ended": lambda: expire_requests(at=clock()),
        "requests about to end": lambda: remind_of_requests(at=clock()),
        "reviews about to be due": lambda: remind_of_reviews(at=clock()),
        "mails written": lambda: make_mails(at=clock()),
        "mails sent": lambda: _send_all(clock),
        "forgotten": lambda: forget_old(at=clock()),
        "files without a row": lambda: sweep_files(at=clock()),
    }
    done, failed = {}, []
    for name, step in steps.items():
        try:
            done[name] = step()
        except Exception as error:
            failed.append(f"{name}: {error}")
            logger.exception("A step of the tick failed: %s", name)
    return done, failed


def _send_all(clock: Clock) -> int:
    """Send what waits, over one connection. Raises OSError where the mail server can't be used."""
    sent, connection = 0, None
    try:
        while sent < MAX_SENT and (mail := claim_mail(at=clock())):
            connection = connection or get_connection()
            sent += send_mail(mail=mail, by=connection, at=clock())
    finally:
        if connection:
            connection.close()
    return sent


class Ticking:
    """A thread of the demo's server that ticks, so that `make run` needs no cron."""

    def __init__(self, seconds: float = 30) -> None:
        self.seconds = seconds
        self._ended = threading.Event()
        # A daemon: a server that stops doesn't wait for it, since a tick may die anywhere.
        self._thread = threading.Thread(target=self._run, name="tick", daemon=True)

    def start(self) -> None:
        """Begin, half a minute after the server: its first pages come first."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 2) -> None:
        """Take no further round, and give the present one a moment to end."""
        self._ended.set()
        self._thread.join(wait_seconds)

    def _run(self) -> None:
        while not self._ended.wait(self.seconds):
            try:
                tick()
            finally:
                connections.close_all()
