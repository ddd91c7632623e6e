"""Who writes what kinds of call ask."""

from ideas.models import Member


def can_edit_rule_sets(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff
