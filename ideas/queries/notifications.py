"""Reads for the bell."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from ideas.models import Member, Notification
from ideas.queries.ideas import visible_to


@dataclass(frozen=True)
class Unread:
    """How many notifications a member hasn't read, and the newest of them (0 without any)."""

    count: int
    newest: int


def unread_of(member: Member) -> Unread:
    """Count what the member hasn't read, in one query."""
    found = Notification.objects.filter(member=member, read_at=None).aggregate(count=Count("id"), newest=Max("id"))
    return Unread(count=found["count"], newest=found["newest"] or 0)


def notifications_of(member: Member, limit: int = 50) -> list[Notification]:
    """The member's newest notifications. Those of ideas that they may no longer see are left out."""
    seen = visible_to(member).values("id")
    rows = Notification.objects.filter(member=member).filter(Q(idea=None) | Q(idea__in=seen))
    return list(rows.select_related("idea").order_by("-id")[:limit])
