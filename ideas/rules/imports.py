"""Who may bring calls in from outside."""

from ideas.models import Member


def can_import(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff
