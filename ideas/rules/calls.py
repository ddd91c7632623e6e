"""Who looks after the calls. Everybody may read them."""

from ideas.models import Member


def can_edit_calls(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff and member.is_active
