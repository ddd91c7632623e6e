"""Who may say that they work somewhere, who answers, and who looks after an organisation's people and units."""

from django.db.models import OuterRef, QuerySet

from ideas.choices import AffiliationRole, AffiliationState
from ideas.models import Affiliation, AffiliationRequest, Member, Organisation
from ideas.rules.joining import administers

# What each step of a request leads to.
STEPS: dict[str, AffiliationState] = {
    "accept": AffiliationState.ACCEPTED,
    "decline": AffiliationState.DECLINED,
    "withdraw": AffiliationState.WITHDRAWN,
}


def can_look_after(member: Member, organisation: Organisation) -> bool:
    """Its administrators, and cluster staff: see its people and its history, answer, invite, give roles, remove."""
    return member.is_staff or administers(member, organisation)


def can_answer_affiliation(member: Member, request: AffiliationRequest) -> bool:
    """Who looks after the organisation; never who asks."""
    return request.member_id != member.pk and can_look_after(member, request.organisation)


def can_withdraw_affiliation(member: Member, request: AffiliationRequest) -> bool:
    """Who asked."""
    return request.member_id == member.pk


def can_end_affiliation(member: Member, affiliation: Affiliation) -> bool:
    """Everybody for themselves, and who looks after the organisation."""
    return affiliation.member_id == member.pk or can_look_after(member, affiliation.organisation)


def active_administrators(organisation: Organisation | OuterRef) -> QuerySet[Affiliation]:
    """Select the places of those of its own who look after an organisation."""
    return Affiliation.objects.filter(
        organisation=organisation, role=AffiliationRole.ADMINISTRATOR, member__is_active=True
    )


def has_administrators(organisation: Organisation) -> bool:
    """Whether anybody of its own looks after an organisation."""
    return active_administrators(organisation).exists()


def is_last_administrator(affiliation: Affiliation) -> bool:
    """Whether an organisation would be left to cluster staff without this administrator."""
    if affiliation.role != AffiliationRole.ADMINISTRATOR or not affiliation.member.is_active:
        return False
    return not active_administrators(affiliation.organisation).exclude(pk=affiliation.pk).exists()


def can_take_as_unit(member: Member, parent: Organisation, unit: Organisation) -> bool:
    """Staff; and an administrator of the parent, where nobody else administers the unit.

    Otherwise anybody could make another organisation count as one with theirs, before every call's rules.
    """
    if member.is_staff:
        return True
    return administers(member, parent) and (administers(member, unit) or not has_administrators(unit))


def can_let_unit_go(member: Member, unit: Organisation) -> bool:
    """Staff, and the administrators of either side."""
    if member.is_staff or administers(member, unit):
        return True
    return unit.parent is not None and administers(member, unit.parent)
