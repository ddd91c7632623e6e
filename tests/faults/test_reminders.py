"""Reminders and mails while schedulers die and clocks jump: each once, and none missing."""

import email
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import SETTINGS
from tests.faults.reminders_data import NOW, PEOPLE
from tests.services import ROOT, MailServer, Site, closing

# What is due at NOW, and what comes within 25 hours. Longer lead times were slept through, or are far ahead.
DUE_NOW = {("thirty-days", 30), ("seven-days", 7), ("two-days", 2), ("one-day", 1)}
DUE_NOW |= {("seven-days-tomorrow", 14), *((f"more-{number}", 14) for number in range(16))}
DUE_TOMORROW = {("seven-days-tomorrow", 7), ("two-days", 1)}
REMINDERS = """
import json
from ideas.models import Mail, Notification
from realtime.models import Change
rows = Notification.objects.filter(kind="deadline.reminder").select_related("member", "mail")
print(json.dumps({
    "told": [[row.member.name, row.data["call"], row.data["lead"]] for row in rows],
    "unmailed": rows.filter(mail=None).count(),
    "sent": [mail.key for mail in Mail.objects.exclude(sent_at=None)],
    "unsent": Mail.objects.filter(sent_at=None).count(),
    "heard": list(Change.objects.filter(kind="notification.added").values_list("payload__id", flat=True)),
    "rows": [row.pk for row in rows],
}))
"""


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with closing(MailServer(seconds_a_mail=0.02)) as server:
        yield server


@pytest.fixture
def site(fresh: dict[str, str], tmp_path: Path, mail_server: MailServer) -> Site:
    """A site with people who follow calls."""
    site = Site(tmp_path, settings=SETTINGS, EMAIL_URL=mail_server.url, **fresh)
    site.manage("shell", "-v0", "-c", "import tests.faults.reminders_cast")
    return site


def test_each_once_whatever_dies_and_however_the_clock_jumps(site: Site, mail_server: MailServer) -> None:
    written, all_due = counter(site), PEOPLE * len(DUE_NOW)
    three(site, timedelta(0), until=lambda: all_due // 8 <= written() < all_due)
    tick(site, timedelta(0))
    assert told(state(site)) == everybody(DUE_NOW)

    # The clock goes ahead, and one dies while it sends mails.
    before = len(mail_server.mails)
    three(site, timedelta(hours=25), until=lambda: len(mail_server.mails) >= before + 5)
    # It goes back, and on again; what the dead one had claimed is free after some minutes.
    for minutes in (0, 10, 25 * 60 + 10, 26 * 60):
        tick(site, timedelta(minutes=minutes))

    found, (ids, lines) = state(site), mailed(mail_server)
    expected = everybody(DUE_NOW | DUE_TOMORROW)
    assert told(found) == expected
    assert Counter(found["heard"]) == Counter(found["rows"])
    assert (found["unmailed"], found["unsent"]) == (0, 0)
    assert ids == {f"<{key}@testserver>" for key in found["sent"]}
    assert lines == Counter((f"{name.replace('Member ', 'm')}@example.org", call) for name, call, _ in expected)
    # Of the mails on their way when a sender died one may have come twice, under one Message-ID.
    assert len(mail_server.mails) - len(ids) <= 1


def scheduler(site: Site, jump: timedelta) -> "subprocess.Popen[bytes]":
    """Start one `manage.py tick`, as cron would, by a clock of its own."""
    command = [sys.executable, "-m", "django", "tick", "--at", (NOW + jump).isoformat()]
    with (site.folder / "ticks.log").open("ab") as log:
        return subprocess.Popen(command, env=site.environment, cwd=ROOT, stdout=log, stderr=log)


def tick(site: Site, jump: timedelta) -> None:
    assert scheduler(site, jump).wait(timeout=60) == 0, (site.folder / "ticks.log").read_text()


def three(site: Site, jump: timedelta, until: Callable[[], bool]) -> None:
    """Run three schedulers at once, and kill one of them at a moment."""
    running = [scheduler(site, jump) for _ in range(3)]
    deadline = time.monotonic() + 60
    while not until():
        assert time.monotonic() < deadline, "nothing happened"
        assert any(one.poll() is None for one in running), "it was over too soon"
    running[0].send_signal(signal.SIGKILL)
    assert [one.wait(timeout=60) for one in running] == [-signal.SIGKILL, 0, 0], (site.folder / "ticks.log").read_text()


def counter(site: Site) -> Callable[[], int]:
    """How many reminders are written, asked without loading Django."""
    sql = "SELECT count(*) FROM ideas_notification"
    address = site.environment.get("DATABASE_URL")
    if not address:
        with sqlite3.connect(site.folder / "jvl.sqlite3") as connection:
            return lambda: int(connection.execute(sql).fetchone()[0])
    import psycopg

    def count() -> int:
        with psycopg.connect(address) as other:
            return int(other.execute(sql).fetchone()[0])  # type: ignore[index]

    return count


def state(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.manage("shell", "-v0", "-c", REMINDERS).splitlines()[-1])
    return found


def told(found: dict[str, Any]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(one) for one in found["told"])


def everybody(what: set[tuple[str, int]]) -> Counter[tuple[str, ...]]:
    return Counter((f"Member {number}", call, lead) for number in range(PEOPLE) for call, lead in what)  # type: ignore[misc]


def mailed(server: MailServer) -> tuple[set[str], Counter[tuple[str, str]]]:
    """What a reader has: the Message-IDs, and how many of the mails, each counted once, tell them of which call."""
    mails = {message["Message-ID"]: message for message in map(email.message_from_bytes, server.mails)}
    lines: Counter[tuple[str, str]] = Counter()
    for message in mails.values():
        body = message.get_payload(decode=True).decode()
        lines.update((message["To"], line[2:].partition(":")[0]) for line in body.splitlines() if "2027, " in line)
    return set(mails), lines
