"""Who may ask, authorise and answer."""

from collections.abc import Iterable

from ideas.choices import COMMITMENT_NEXT, JOIN_NEXT, AffiliationRole, Commitment, JoinState
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


def can_commit(member: Member, request: JoinRequest) -> bool:
    """The administrators of the partner."""
    return administers(member, request.organisation)


# What each step of a request leads to, and whose step it is.
STEPS: dict[str, JoinState] = {
    "authorise": JoinState.PENDING,
    "accept": JoinState.ACCEPTED,
    "waitlist": JoinState.WAITLISTED,
    "decline": JoinState.DECLINED,
    "withdraw": JoinState.WITHDRAWN,
}
# The steps of a partner's commitment.
COMMITMENT_STEPS: dict[str, Commitment] = {"confirm": Commitment.CONFIRMED, "sign": Commitment.LETTER_SIGNED}


def steps_open_to(member: Member, requests: Iterable[JoinRequest]) -> dict[int, list[str]]:
    """List the steps that the member may take on each request now: {request id: [step]}. Two queries for all.

    The same answers as the predicates above and `JOIN_NEXT`; the actions ask those again.
    """
    rows = list(requests)
    ideas = {row.idea_id for row in rows}
    authored = set(member.authored_ideas.filter(pk__in=ideas).values_list("pk", flat=True))
    administered = set(
        member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR).values_list("organisation_id", flat=True)
    )

    def allowed(row: JoinRequest, step: str) -> bool:
        if step == "authorise":
            return row.organisation_id in administered
        if step == "withdraw":
            return row.asked_by_id == member.pk or row.organisation_id in administered
        return row.idea_id in authored

    def committing(row: JoinRequest) -> list[str]:
        if row.state != JoinState.ACCEPTED or row.organisation_id not in administered:
            return []
        return [step for step, to in COMMITMENT_STEPS.items() if COMMITMENT_NEXT.get(row.commitment) == to]

    return {
        row.pk: [
            *committing(row),
            *(step for step, state in STEPS.items() if state in JOIN_NEXT[row.state] and allowed(row, step)),
        ]
        for row in rows
    }
