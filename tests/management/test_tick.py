import email
import time
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from ideas.actions.following import follow
from ideas.actions.imports import import_calls
from ideas.choices import DeadlineKind, Level, NotificationKind
from ideas.exchange.calls import CallRow, DeadlineRow
from ideas.exchange.deadlines import Source, read_closing
from ideas.management.tick import Ticking
from ideas.models import Call, Deadline, Mail, Member, Notification
from realtime.models import Change
from tests.factories import make_call, make_idea
from tests.services import MailServer, closing


@pytest.fixture
def mail_server(settings: object) -> Iterator[MailServer]:
    with closing(MailServer()) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port  # type: ignore[attr-defined]
        yield server


def tick(at: str = "") -> str:
    out = StringIO()
    call_command("tick", *(["--at", at] if at else []), stdout=out)
    return out.getvalue().strip()


def closing_in_a_week(member: Member) -> Deadline:
    call = make_call(closes_in=timedelta(days=7), is_news=False)
    Deadline.objects.update(changed_at=timezone.now() - timedelta(days=100))
    follow(by=member, call=call, at=timezone.now() - timedelta(days=100))
    return call.deadlines.get()


@pytest.mark.django_db(transaction=True)
def test_a_round_says_what_it_did_and_does_it_once(company: Member, mail_server: MailServer):
    closing_in_a_week(company)

    rounds = [tick(), tick()]

    assert rounds == [
        "1 reminders, 0 news, 0 saved searches, 0 expiries, 0 requests ended, 0 requests about to end,"
        " 0 reviews about to be due, 1 mails written, 1 mails sent, 0 forgotten,"
        " 0 files without a row",
        "0 reminders, 0 news, 0 saved searches, 0 expiries, 0 requests ended, 0 requests about to end,"
        " 0 reviews about to be due, 0 mails written, 0 mails sent, 0 forgotten,"
        " 0 files without a row",
    ]
    (mail,) = mail_server.mails
    assert f"Message-ID: <{Mail.objects.get().key}@testserver>".encode() in mail


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_fails_the_round_and_keeps_the_mail(company: Member, settings: object):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    closing_in_a_week(company)

    with pytest.raises(CommandError, match="mails sent"):
        tick()

    assert (Notification.objects.count(), Mail.objects.get().error[:22]) == (1, "ConnectionRefusedError")


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_stops_no_other(company: Member, mail_server: MailServer):
    closing_in_a_week(company)
    # A member's language that no catalogue has, in a row that nobody can write a mail from.
    Member.objects.filter(pk=company.pk).update(time_zone="Mars/Olympus")

    assert tick().startswith("1 reminders, 0 news, 0 saved searches, 0 expiries, 0 requests ended")


@pytest.mark.parametrize("at", ["yesterday", "2027-01-01T12:00:00"])
def test_a_bad_instant_is_said(settings: object, at: str):
    settings.DEBUG = True  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="--at"):
        tick(at)


def test_only_the_demo_plays_with_the_clock(settings: object):
    settings.DEBUG = False  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="without DEBUG"):
        tick("2027-01-01T12:00:00+00:00")


@pytest.mark.django_db(transaction=True)
def test_the_demos_server_ticks_by_itself(company: Member, mail_server: MailServer):
    closing_in_a_week(company)
    ticking = Ticking(seconds=0.05)
    ticking.start()
    end = time.monotonic() + 20
    while not mail_server.mails and time.monotonic() < end:
        time.sleep(0.05)

    ticking.stop(wait_seconds=10)

    assert len(mail_server.mails) == 1


def bring(closes_on: date) -> None:
    """Import a call as the European portal tells it: at 17:00 in Brussels."""
    deadline = DeadlineRow(DeadlineKind.SINGLE, read_closing(closes_on.isoformat(), Source.EU_TOPIC))
    row = CallRow(line=2, identifier="HORIZON-1", title="Batteries", level=Level.EUROPEAN, deadlines=(deadline,))
    import_calls(by=None, rows=[row], source="eu-topics", name="topics.csv", at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_deadline_that_an_import_moves_is_in_the_page_the_bell_the_calendar_and_one_mail(
    researcher: Member, company: Member, outsider: Member, mail_server: MailServer, client: Client
):
    today = timezone.now().date()
    bring(today + timedelta(days=60))
    call = Call.objects.get()
    idea = make_idea(researcher, call=call)
    follow(by=company, call=call, at=timezone.now())
    tick()

    for _ in range(2):
        bring(today + timedelta(days=50))
        tick()

    deadline = call.deadlines.get()
    rows = Notification.objects.filter(kind=NotificationKind.DEADLINE_CHANGED).order_by("member__name")
    assert [(row.member.name, row.idea, row.instant("new_at")) for row in rows.select_related("member", "idea")] == [
        ("Ada Researcher", idea, deadline.at), ("Carlo Company", None, deadline.at),
    ]  # fmt: skip
    live = Change.objects.filter(kind="deadline.changed").values_list("topic__name", flat=True)
    assert sorted(live) == [f"call.{call.pk}", f"idea.{idea.pk}"]
    assert deadline.sequence == 1
    assert b"SEQUENCE:1\r\n" in client.get("/calls/horizon-1/calendar.ics").content
    bodies = sorted(email.message_from_bytes(mail)["To"] for mail in mail_server.mails)
    assert bodies == ["company@example.org", "researcher@example.org"]
