"""Who may ask, authorise and answer."""

from ideas.choices import AffiliationRole
from ideas.models import Affiliation, Idea, JoinRequest, Member, Organisation
from ideas.rules.ideas import can_edit_idea, is_author


def belongs_to(member: Member, organisation: Organisation) -> bool:
    """Whether the member is affiliated with the organisation."""
    return Affiliation.objects.filter(member=member, organisation=organisation).exists()


def administers(member: Member, organisation: Organisation) -> bool:
    """Whether the member is one of the organisation's administrators."""
    return Affiliation.objects.filter(
        member=member, organisation=organisation, role=AffiliationRole.ADMINISTRATOR
    ).exists()


def can_change_slots(member: Member, idea: Idea) -> bool:
    """The idea's authors."""
    return can_edit_idea(member, idea)


def can_answer_join_request(member: Member, request: JoinRequest) -> bool:
    """The idea's authors."""
    return is_author(member, request.idea)


def can_authorise_join_request(member: Member, request: JoinRequest) -> bool:
    """The administrators of the organisation that asks."""
    return administers(member, request.organisation)


def can_withdraw_join_request(member: Member, request: JoinRequest) -> bool:
    """Who asked, and the administrators of the organisation."""
    return request.asked_by_id == member.pk or administers(member, request.organisation)
