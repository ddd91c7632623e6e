"""Reads for the bell."""

from dataclasses import dataclass

from django.db.models import Count, Max, Q

from ideas.models import Member, Notification
from ideas.queries.ideas import visible_to


@dataclass(frozen=True)
class Unread:
    """How many notifications a member hasn't read, and the newest id up to which that was counted (0 without any)."""

    count: int
    newest: int


def unread_of(member: Member) -> Unread:
    """Count what the member hasn't read; what is of ideas that they may no longer see doesn't count.

    One query, and where something of ideas is unread those of `visible_to`.
    """
    rows = Notification.objects.filter(member=member, read_at=None).order_by().values_list("idea")
    found = {idea: (count, newest) for idea, count, newest in rows.annotate(count=Count("id"), newest=Max("id"))}
    if not found:
        # With everything read the newest still counts: whatever is told again up to it isn't new.
        return Unread(0, Notification.objects.filter(member=member).aggregate(newest=Max("id"))["newest"] or 0)
    ideas = set(found) - {None}
    seen = set(visible_to(member).filter(pk__in=ideas).values_list("pk", flat=True)) if ideas else set()
    return Unread(
        count=sum(count for idea, (count, _) in found.items() if idea is None or idea in seen),
        newest=max(newest for _, newest in found.values()),
    )


def notifications_of(member: Member, limit: int = 50) -> list[Notification]:
    """The member's newest notifications. Those of ideas that they may no longer see are left out."""
    seen = visible_to(member).values("id")
    rows = Notification.objects.filter(member=member).filter(Q(idea=None) | Q(idea__in=seen))
    return list(rows.select_related("idea").order_by("-id")[:limit])
