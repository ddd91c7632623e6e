"""Who may read what an idea was before."""

from ideas.models import Idea, Member
from ideas.rules.ideas import is_author


def can_read_versions(member: Member, idea: Idea) -> bool:
    """Authors alone: what they took out of the text may be what others weren't to read."""
    return is_author(member, idea)
