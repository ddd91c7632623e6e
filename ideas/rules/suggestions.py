"""Who gets suggestions, who may set one aside, and who sees what nobody can fill."""

from ideas.models import Idea, Member, Organisation
from ideas.rules.ideas import is_author
from ideas.rules.joining import belongs_to


def can_see_partner_suggestions(member: Member, idea: Idea) -> bool:
    """The idea's authors: whom they think of asking is nobody else's business."""
    return is_author(member, idea)


def can_see_idea_suggestions(member: Member, organisation: Organisation) -> bool:
    """The organisation's people; of ideas, each is shown those that they see themselves."""
    return belongs_to(member, organisation)


def can_see_gaps(member: Member) -> bool:
    """Cluster staff and the leads of value chains; of ideas, each is shown those that they see themselves."""
    return member.is_staff or member.led_chains.exists()
