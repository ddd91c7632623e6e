from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail as post
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend

from ideas.actions.following import choose_reminders, follow, remind_of_deadlines, tell_of_deadline
from ideas.actions.mails import claim_mail, forget_old, make_mails, send_mail
from ideas.actions.notifications import mark_notifications_read, notify
from ideas.choices import NotificationKind
from ideas.models import Call, Deadline, DeadlineChange, Idea, Mail, Member, Notification
from tests.factories import make_call, make_idea

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
# 17:00 in Brussels.
CLOSING = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
NOW = CLOSING - timedelta(days=7)


@pytest.fixture
def call(db: None) -> Call:
    call = make_call("HORIZON-1", closes_in=None, title="Batteries for boats")
    Deadline.objects.create(call=call, at=CLOSING, zone="Europe/Brussels", changed_at=LONG_AGO)
    return call


@pytest.fixture
def reminded(company: Member, call: Call) -> Member:
    """A member who was just reminded, and reads English."""
    company.language = "en"
    company.save()
    follow(by=company, call=call, at=LONG_AGO)
    remind_of_deadlines(at=NOW)
    return company


def tell(member: Member, idea: Idea | None, key: str = "key", at: datetime = NOW) -> Notification:
    return notify(
        members=[member], kind=NotificationKind.COMMENT_POSTED, idea=idea, url="/x/", key=key, at=at,
        data={"title": idea.title if idea else "A title", "actor": "Ada"},
    )[0]  # fmt: skip


def send_all(at: datetime = NOW, by: BaseEmailBackend | None = None) -> list[bool]:
    sent = []
    while claimed := claim_mail(at=at):
        sent.append(send_mail(mail=claimed, by=by or EmailBackend(), at=at))
    return sent


class Refusing(EmailBackend):
    """A server that takes no mail for one address, or is in trouble."""

    def __init__(self, trouble: Exception, address: str = "") -> None:
        super().__init__()
        self.trouble, self.address = trouble, address

    def send_messages(self, messages: Any) -> int:
        if not self.address or self.address in messages[0].to:
            raise self.trouble
        return super().send_messages(messages)


def test_what_is_due_is_one_mail_that_goes_once(reminded: Member):
    assert [make_mails(at=NOW), make_mails(at=NOW)] == [1, 0]
    assert [send_all(), send_all()] == [[True], []]

    (message,) = post.outbox
    assert (message.to, message.extra_headers["Message-ID"]) == (
        ["company@example.org"],
        f"<{Mail.objects.get().key}@testserver>",
    )


def test_a_mail_says_when_and_where(reminded: Member, call: Call):
    make_idea(reminded, call=call, title="Sailing on lithium", at=LONG_AGO)

    make_mails(at=NOW)

    mail = Mail.objects.get()
    assert mail.subject == "HORIZON-1: Deadline on Tuesday 15 September 2026, 17:00"
    assert mail.body.splitlines()[:8] == [
        "Hello Carlo Company,",
        "",
        "Batteries for boats",
        "- HORIZON-1: Deadline on Tuesday 15 September 2026, 17:00.",
        "- 7 days are left.",
        f"- Your idea {Idea.objects.get().reference} aims at it: Sailing on lithium",
        "http://testserver/calls/horizon-1/",
        "",
    ]
    assert "http://testserver/following/" in mail.body


def test_a_mail_is_in_the_members_language_and_on_their_clock(reminded: Member):
    reminded.language, reminded.time_zone = "it", "Europe/Helsinki"
    reminded.save()

    make_mails(at=NOW)

    assert "martedì 15 settembre 2026, 18:00 (17:00 Europe/Brussels)" in Mail.objects.get().body


def test_several_are_one_mail_grouped_by_idea_the_most_pressing_first(reminded: Member, researcher: Member):
    reminded.mail = {"ideas": "at_once"}
    first, second = (make_idea(researcher, title=title, at=LONG_AGO) for title in ("First", "Second"))
    for number, idea in enumerate((first, second, first)):
        tell(reminded, idea, key=f"comment.{number}")

    assert make_mails(at=NOW) == 1

    mail = Mail.objects.get()
    assert mail.subject == "HORIZON-1: Deadline on Tuesday 15 September 2026, 17:00 (and 3 more)"
    headings = [line for line in mail.body.splitlines() if line in ("Batteries for boats", "First", "Second")]
    assert headings == ["Batteries for boats", "First", "Second"]


def test_mails_wait_for_the_morning_that_was_chosen(company: Member):
    company.mail = {"ideas": "daily"}
    tell(company, None)

    assert Notification.objects.get().mail_at == datetime(2026, 9, 9, 5, 0, tzinfo=UTC)  # 7:00 in Rome
    made = [make_mails(at=datetime(2026, 9, 9, 4, 59, tzinfo=UTC)), make_mails(at=datetime(2026, 9, 9, 5, tzinfo=UTC))]
    assert made == [0, 1]


def test_an_idea_that_is_seen_no_more_is_in_no_mail(company: Member, idea: Idea):
    company.mail = {"ideas": "at_once"}
    tell(company, idea)
    Idea.objects.update(audience="")

    assert make_mails(at=NOW) == 0
    assert Notification.objects.get().mail_at is None


def test_an_idea_that_is_hidden_after_the_mail_was_written_is_taken_out(company: Member, researcher: Member):
    company.mail = {"ideas": "at_once"}
    kept, hidden = (make_idea(researcher, title=title, at=LONG_AGO) for title in ("Kept", "CANARY"))
    tell(company, kept, key="1")
    tell(company, hidden, key="2")
    make_mails(at=NOW)
    Idea.objects.filter(pk=hidden.pk).update(audience="")

    send_all()

    assert [("CANARY" in message.body, "Kept" in message.body) for message in post.outbox] == [(False, True)]


def test_a_deadline_that_moves_before_the_mail_goes_is_not_reminded_of(reminded: Member):
    make_mails(at=NOW)
    Deadline.objects.update(at=CLOSING + timedelta(days=1))

    assert send_all() == []
    assert (post.outbox, Mail.objects.count(), make_mails(at=NOW)) == ([], 0, 0)


def test_a_change_that_another_one_overtook_is_left_out(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    deadline = call.deadlines.get()
    for days in (1, 2):
        new_at = CLOSING + timedelta(days=days)
        change = DeadlineChange.objects.create(
            call=call, kind=deadline.kind, old_at=deadline.at, new_at=new_at, deadline_number=deadline.pk,
            zone=deadline.zone, source="test", changed_at=NOW,
        )  # fmt: skip
        tell_of_deadline(change, [], NOW)
        Deadline.objects.update(at=new_at)

    make_mails(at=NOW)

    (row,) = Mail.objects.get().notifications.all()
    assert row.instant("new_at") == CLOSING + timedelta(days=2)


def test_what_was_read_in_the_bell_is_not_mailed(reminded: Member):
    mark_notifications_read(by=reminded, at=NOW, up_to=Notification.objects.get().pk)

    assert make_mails(at=NOW) == 0


def test_nothing_older_than_a_week_is_mailed(reminded: Member):
    assert make_mails(at=NOW + timedelta(days=7, seconds=1)) == 0


def test_a_reminder_that_a_clock_ahead_takes_for_late_goes_when_the_clock_is_right(reminded: Member):
    made = [make_mails(at=CLOSING + timedelta(hours=1)), make_mails(at=NOW)]

    assert made == [0, 1]


def test_who_left_gets_no_mail(reminded: Member):
    make_mails(at=NOW)
    Member.objects.update(is_active=False)

    assert (send_all(), post.outbox) == ([], [])


def test_a_reminder_does_not_wait_for_a_morning_after_the_deadline(company: Member, call: Call):
    follow(by=company, call=call, at=LONG_AGO)
    choose_reminders(by=company, lead_days=[1], mail={"deadlines": "weekly"})

    remind_of_deadlines(at=CLOSING - timedelta(hours=24))

    assert Notification.objects.get().mail_at == CLOSING - timedelta(hours=24)


def test_only_one_sender_gets_a_mail(reminded: Member):
    make_mails(at=NOW)

    assert [claim_mail(at=NOW) is not None for _ in range(3)] == [True, False, False]


def test_a_mail_whose_sender_died_is_sent_again_as_the_same_one(reminded: Member):
    make_mails(at=NOW)
    first = claim_mail(at=NOW)
    again = [claim_mail(at=NOW + timedelta(minutes=4)), claim_mail(at=NOW + timedelta(minutes=5))]

    assert first is not None
    assert [mail and mail.key for mail in again] == [None, first.key]


def test_a_claim_by_a_clock_that_was_wrong_holds_nothing_up(reminded: Member):
    make_mails(at=NOW)
    claim_mail(at=NOW + timedelta(hours=25))

    assert claim_mail(at=NOW) is not None


def test_an_address_that_is_refused_stops_no_other(reminded: Member, lead: Member):
    lead.mail = {"ideas": "at_once"}
    tell(lead, None)
    make_mails(at=NOW)
    trouble = SMTPRecipientsRefused({"company@example.org": (550, b"unknown")})

    assert sorted(send_all(by=Refusing(trouble, "company@example.org"))) == [False, True]

    failed = Mail.objects.get(member=reminded)
    assert (failed.attempts, failed.sent_at, failed.claimed_until) == (1, None, NOW + timedelta(minutes=1))
    assert failed.error.startswith("SMTPRecipientsRefused")


def test_a_server_in_trouble_is_said_and_the_mail_waits(reminded: Member):
    make_mails(at=NOW)

    with pytest.raises(ConnectionRefusedError):
        send_all(by=Refusing(ConnectionRefusedError("no")))

    assert send_all(at=NOW + timedelta(minutes=1)) == [True]


def test_pauses_grow_and_end(reminded: Member):
    make_mails(at=NOW)
    at, pauses = NOW, []
    while claimed := claim_mail(at=at):
        send_mail(mail=claimed, by=Refusing(SMTPRecipientsRefused({})), at=at)
        claimed.refresh_from_db()
        assert claimed.claimed_until
        pauses.append((claimed.claimed_until - at).total_seconds() / 60)
        at = claimed.claimed_until

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_a_title_breaks_no_header(company: Member, researcher: Member):
    company.mail = {"ideas": "at_once"}
    idea = make_idea(researcher, title="A", at=LONG_AGO)
    Idea.objects.update(title="Bcc:\r\nBcc: x@example.org" + "é" * 170)
    idea.refresh_from_db()
    tell(company, idea)

    make_mails(at=NOW)

    assert send_all() == [True]
    assert ("\n" in post.outbox[0].subject, len(post.outbox[0].subject) <= 200) == (False, True)


def test_a_mail_that_cant_be_written_stops_no_other(reminded: Member, lead: Member):
    lead.mail = {"ideas": "at_once"}
    tell(lead, None)
    Member.objects.filter(pk=reminded.pk).update(time_zone="Mars/Olympus")

    assert make_mails(at=NOW) == 1
    assert Mail.objects.get().member == lead


def test_a_mail_that_cant_be_written_anew_stops_no_other(reminded: Member, lead: Member, researcher: Member):
    hidden = make_idea(researcher, at=LONG_AGO)
    reminded.mail = lead.mail = {"ideas": "at_once"}
    for member, idea in ((reminded, hidden), (lead, None)):
        tell(member, idea)
    make_mails(at=NOW)
    Idea.objects.update(audience="")
    Member.objects.filter(pk=reminded.pk).update(time_zone="Mars/Olympus")

    assert send_all() == [True]
    assert Mail.objects.get(member=reminded).error.startswith("ZoneInfoNotFoundError")


def test_old_mails_and_notifications_are_forgotten(reminded: Member):
    make_mails(at=NOW)
    send_all()

    gone = [forget_old(at=NOW + timedelta(days=days)) for days in (89, 91, 366)]

    assert gone == [0, 1, 1]
    assert make_mails(at=NOW) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_a_mail_costs_a_fixed_number_of_queries(
    company: Member, researcher: Member, count: int, django_assert_num_queries: Any
):
    company.mail = {"ideas": "at_once"}
    for number in range(count):
        tell(company, make_idea(researcher, at=LONG_AGO), key=str(number))

    with django_assert_num_queries(10):
        make_mails(at=NOW)
