"""Who may plan, attend and lead a meeting. Who may see that there is one is `queries.meetings.meetings_visible_to`."""

from ideas.models import Meeting, Member, Shortlist
from ideas.rules.shortlists import can_change_shortlist, can_curate


def can_plan_meeting(member: Member, shortlist: Shortlist) -> bool:
    """Who curates the list, until it is published."""
    return can_change_shortlist(member, shortlist)


def can_attend(member: Member, meeting: Meeting) -> bool:
    """The leads of the list's value chain, and cluster staff."""
    return member.is_active and can_curate(member, meeting.shortlist.value_chain)


def can_facilitate(member: Member, meeting: Meeting) -> bool:
    """The one who turns, reveals and ends: who has the role now, as long as they may attend."""
    return meeting.facilitator_id == member.pk and can_attend(member, meeting)
