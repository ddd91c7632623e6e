from datetime import UTC, datetime, timedelta

import pytest

from ideas.choices import MailCategory, NotificationKind
from ideas.models import Member
from ideas.rules.mails import frequency_of, mail_due_at

# A Wednesday.
NOON = datetime(2026, 9, 9, 12, 0, tzinfo=UTC)


def member(zone: str = "Europe/Rome", **mail: str) -> Member:
    return Member(time_zone=zone, mail=mail)


@pytest.mark.parametrize(
    ("frequency", "zone", "due"),
    [
        ("at_once", "Europe/Rome", NOON),
        ("never", "Europe/Rome", None),
        ("daily", "Europe/Rome", datetime(2026, 9, 10, 5, 0, tzinfo=UTC)),
        ("daily", "America/New_York", datetime(2026, 9, 10, 11, 0, tzinfo=UTC)),
        ("daily", "Pacific/Auckland", datetime(2026, 9, 9, 19, 0, tzinfo=UTC)),
        ("weekly", "Europe/Rome", datetime(2026, 9, 14, 5, 0, tzinfo=UTC)),
    ],
)
def test_a_mail_is_due_by_the_members_choice_and_clock(frequency: str, zone: str, due: datetime | None):
    assert mail_due_at(member(zone, ideas=frequency), NotificationKind.COMMENT_POSTED, NOON) == due


@pytest.mark.parametrize("frequency", ["daily", "weekly"])
def test_seven_in_the_morning_itself_is_the_next_one(frequency: str):
    seven = datetime(2026, 9, 14, 5, 0, tzinfo=UTC)  # a Monday

    due = mail_due_at(member(ideas=frequency), NotificationKind.COMMENT_POSTED, seven)

    assert due == seven + timedelta(days=7 if frequency == "weekly" else 1)


def test_seven_is_seven_after_clocks_change():
    before = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)

    assert mail_due_at(member(ideas="daily"), "x", before) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


def test_what_would_come_too_late_goes_at_once():
    choice = member(deadlines="weekly")
    kind = NotificationKind.DEADLINE_REMINDER

    assert mail_due_at(choice, kind, NOON, before=NOON + timedelta(days=1)) == NOON
    assert mail_due_at(choice, kind, NOON, before=NOON + timedelta(days=30)) == datetime(2026, 9, 14, 5, tzinfo=UTC)


def test_what_nobody_chose_is_the_default():
    assert [frequency_of(member(ideas="hourly"), category) for category in MailCategory.values] == [
        "at_once", "weekly", "daily", "at_once",
    ]  # fmt: skip
