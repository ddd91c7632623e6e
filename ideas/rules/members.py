"""Who may bring people in."""

from ideas.models import Member, Organisation
from ideas.rules.joining import administers


def can_invite(member: Member, organisation: Organisation | None) -> bool:
    """Cluster staff for anybody; administrators for their own organisation."""
    if member.is_staff:
        return True
    return organisation is not None and administers(member, organisation)
