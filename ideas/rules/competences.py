"""Who looks after the vocabulary of competences."""

from ideas.models import Member


def can_settle_competences(member: Member) -> bool:
    """Cluster staff accept, merge and retire words; whoever edits an organisation proposes them by using them."""
    return member.is_staff
