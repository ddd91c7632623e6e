"""When a mail about a notification is due, by the member's choice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ideas.choices import MailCategory, MailFrequency, NotificationKind
from ideas.models import Member

# When those who want one mail a day, or one on Mondays, get it: by their own clock.
MAIL_HOUR = 7
CATEGORY_OF: dict[str, str] = {
    NotificationKind.DEADLINE_CHANGED: MailCategory.DEADLINES,
    NotificationKind.DEADLINE_REMINDER: MailCategory.DEADLINES,
    NotificationKind.CALL_ADDED: MailCategory.CALLS,
    NotificationKind.REVIEW_ASKED: MailCategory.REVIEWS,
    NotificationKind.REVIEW_DUE: MailCategory.REVIEWS,
    NotificationKind.REVIEW_ENDED: MailCategory.REVIEWS,
}  # all others: MailCategory.IDEAS
MAIL_BY_DEFAULT: dict[str, str] = {
    MailCategory.DEADLINES: MailFrequency.AT_ONCE,
    MailCategory.CALLS: MailFrequency.WEEKLY,
    MailCategory.IDEAS: MailFrequency.DAILY,
    MailCategory.REVIEWS: MailFrequency.AT_ONCE,
}


def category_of(kind: str) -> str:
    """Name the category of mail in which a kind of notification is."""
    return CATEGORY_OF.get(kind, MailCategory.IDEAS)


def frequency_of(member: Member, category: str) -> str:
    """Read how often a member wants mail of a category; a value that is none counts as the default."""
    chosen = member.mail.get(category)
    return chosen if chosen in MailFrequency.values else MAIL_BY_DEFAULT[category]


def mail_due_at(member: Member, kind: str, at: datetime, *, before: datetime | None = None) -> datetime | None:
    """Find when to mail about what happened at `at`; None for never.

    `before` is the moment after which it would be of no use (a deadline): then it doesn't wait for the next round.
    """
    frequency = frequency_of(member, category_of(kind))
    if frequency == MailFrequency.NEVER:
        return None
    if frequency == MailFrequency.AT_ONCE:
        return at
    due = _next_round(at, member.time_zone, weekly=frequency == MailFrequency.WEEKLY)
    return at if before and due >= before else due


def _next_round(at: datetime, zone: str, *, weekly: bool) -> datetime:
    local = at.astimezone(ZoneInfo(zone))
    morning = local.replace(hour=MAIL_HOUR, minute=0, second=0, microsecond=0, fold=0)
    morning += timedelta(days=-local.weekday() % 7 if weekly else 0)
    return morning if morning > local else morning + timedelta(days=7 if weekly else 1)
