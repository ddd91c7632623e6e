"""Reads for the bell."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q, Subquery
from django.db.models.functions import Coalesce

from ideas.models import Member, Notification
from ideas.queries.ideas import visible_to


@dataclass(frozen=True)
class Unread:
    """How many notifications a member hasn't read, and the newest id up to which that was counted (0 without any)."""

    count: int
    newest: int


def unread_of(member: Member) -> Unread:
    """Count what the member hasn't read, in one query."""
    # With everything read the newest still counts: whatever is told again up to it isn't new.
    latest = Notification.objects.filter(member=member).order_by("-id").values("id")[:1]
    found = Notification.objects.filter(member=member, read_at=None).aggregate(
        count=Count("id"), newest=Coalesce(Max("id"), Subquery(latest), 0)
    )
    return Unread(**found)


def notifications_of(member: Member, limit: int = 50) -> list[Notification]:
    """The member's newest notifications. Those of ideas that they may no longer see are left out."""
    seen = visible_to(member).values("id")
    rows = Notification.objects.filter(member=member).filter(Q(idea=None) | Q(idea__in=seen))
    return list(rows.select_related("idea").order_by("-id")[:limit])
