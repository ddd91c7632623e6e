"""Reads of what a member has typed and not saved."""

from ideas.models import Draft, Idea, Member


def drafts_of(member: Member, idea: Idea | None = None) -> list[Draft]:
    """Read the member's own unsaved forms of an idea, or of new ones (None), the latest first. One query."""
    return list(Draft.objects.filter(member=member, idea=idea, closed_at=None))
