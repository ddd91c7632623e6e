"""Who looks through the news for calls."""

from ideas.models import Member


def can_sift(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff
