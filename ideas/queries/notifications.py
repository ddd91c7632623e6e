"""Reads for the bell."""

from django.db.models import Q

from ideas.models import Member, Notification
from ideas.queries.ideas import visible_to


def unread_count(member: Member) -> int:
    """How many notifications the member hasn't read."""
    return Notification.objects.filter(member=member, read_at=None).count()


def notifications_of(member: Member, limit: int = 50) -> list[Notification]:
    """The member's newest notifications. Those of ideas that they may no longer see are left out."""
    seen = visible_to(member).values("id")
    rows = Notification.objects.filter(member=member).filter(Q(idea=None) | Q(idea__in=seen))
    return list(rows.select_related("idea").order_by("-id")[:limit])
