"""Reads for the bell."""

from ideas.models import Member, Notification


def unread_count(member: Member) -> int:
    """How many notifications the member hasn't read."""
    return Notification.objects.filter(member=member, read_at=None).count()
