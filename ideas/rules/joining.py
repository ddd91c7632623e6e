"""Who may ask, invite, authorise and answer, and until when."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from django.conf import settings

from ideas.choices import COMMITMENT_NEXT, JOIN_DUE, AffiliationRole, Commitment, JoinState
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


def can_invite(member: Member, idea: Idea) -> bool:
    """The idea's authors."""
    return is_author(member, idea)


def can_commit(member: Member, request: JoinRequest) -> bool:
    """The administrators of the partner."""
    return administers(member, request.organisation)


# What each step of a request, or of an invitation, leads to.
STEPS: dict[str, JoinState] = {
    "authorise": JoinState.PENDING,
    "accept": JoinState.ACCEPTED,
    "waitlist": JoinState.WAITLISTED,
    "decline": JoinState.DECLINED,
    "withdraw": JoinState.WITHDRAWN,
    "remove": JoinState.REMOVED,
}
# The steps of a partner's commitment.
COMMITMENT_STEPS: dict[str, Commitment] = {"confirm": Commitment.CONFIRMED, "sign": Commitment.LETTER_SIGNED}
# The steps that a reason goes with, always.
NEEDS_REASON = frozenset({"waitlist", "decline", "remove"})
# The steps that come too late once a request's time is over.
NOT_AFTER_EXPIRY = frozenset({"authorise", "accept", "waitlist"})


class Side(Enum):
    """Who takes a step: the idea's authors, the organisation's administrators, or these and who asked."""

    AUTHORS = "authors"
    ADMINISTRATORS = "administrators"
    ASKERS = "askers"


# Whose each step is, in the states that have it. A request begins pending or unauthorised, an invitation invited.
WHOSE: dict[tuple[str, str], Side] = {
    (JoinState.UNAUTHORISED, "authorise"): Side.ADMINISTRATORS,
    (JoinState.UNAUTHORISED, "withdraw"): Side.ASKERS,
    (JoinState.PENDING, "accept"): Side.AUTHORS,
    (JoinState.PENDING, "waitlist"): Side.AUTHORS,
    (JoinState.PENDING, "decline"): Side.AUTHORS,
    (JoinState.PENDING, "withdraw"): Side.ASKERS,
    (JoinState.WAITLISTED, "accept"): Side.AUTHORS,
    (JoinState.WAITLISTED, "decline"): Side.AUTHORS,
    (JoinState.WAITLISTED, "withdraw"): Side.ASKERS,
    (JoinState.INVITED, "accept"): Side.ADMINISTRATORS,
    (JoinState.INVITED, "decline"): Side.ADMINISTRATORS,
    (JoinState.INVITED, "withdraw"): Side.AUTHORS,
    (JoinState.ACCEPTED, "withdraw"): Side.ASKERS,
    (JoinState.ACCEPTED, "remove"): Side.AUTHORS,
}


def is_on_side(member: Member, request: JoinRequest, side: Side) -> bool:
    """Whether the member is one of those who take a side's steps on a request."""
    if side == Side.AUTHORS:
        return is_author(member, request.idea)
    asked = side == Side.ASKERS and request.asked_by_id == member.pk
    return asked or administers(member, request.organisation)


def can_take_step(member: Member, request: JoinRequest, step: str) -> bool:
    """Whether the step is the member's now, in the state in which the request is."""
    side = WHOSE.get((request.state, step))
    return side is not None and is_on_side(member, request, side)


def ever_takes_step(member: Member, request: JoinRequest, step: str) -> bool:
    """Whether such a step is the member's in any state of such a request: then it is too late, or too early, for it."""
    sides = {
        side
        for (state, name), side in WHOSE.items()
        if name == step and (state == JoinState.ACCEPTED or (state == JoinState.INVITED) == request.is_invitation)
    }
    return any(is_on_side(member, request, side) for side in sides)


def steps_open_to(member: Member, requests: Iterable[JoinRequest]) -> dict[int, list[str]]:
    """List the steps that the member may take on each request now: {request id: [step]}. Two queries for all.

    The same answers as `can_take_step` and `can_commit`; the actions ask those again.
    """
    rows = list(requests)
    ideas = {row.idea_id for row in rows}
    authored = set(member.authored_ideas.filter(pk__in=ideas).values_list("pk", flat=True))
    administered = set(
        member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR).values_list("organisation_id", flat=True)
    )

    def allowed(row: JoinRequest, step: str) -> bool:
        side = WHOSE.get((row.state, step))
        if side == Side.AUTHORS:
            return row.idea_id in authored
        asked = side == Side.ASKERS and row.asked_by_id == member.pk
        return side is not None and (asked or row.organisation_id in administered)

    def committing(row: JoinRequest) -> list[str]:
        if row.state != JoinState.ACCEPTED or row.organisation_id not in administered:
            return []
        return [step for step, to in COMMITMENT_STEPS.items() if COMMITMENT_NEXT.get(row.commitment) == to]

    return {row.pk: [*committing(row), *(step for step in STEPS if allowed(row, step))] for row in rows}


# How long before the end of its time whoever has to act is reminded.
REMINDED_BEFORE = timedelta(days=5)

# Time ---------------------------------------------------------------------------------------------------------------


def expires_at(idea: Idea, at: datetime) -> datetime:
    """Find until when somebody may answer what is asked at `at`: JOIN_EXPIRES_DAYS later.

    Sooner where the idea takes expressions of interest until a day that comes before, to that day's end.
    """
    latest = at + timedelta(days=settings.JOIN_EXPIRES_DAYS)
    if idea.interest_until is None:
        return latest
    # Its last second, so that the day which is shown is the day that was chosen.
    closing = datetime.combine(idea.interest_until, time(23, 59, 59), tzinfo=ZoneInfo(settings.TIME_ZONE))
    return closing if at < closing < latest else latest


def has_expired(request: JoinRequest, at: datetime) -> bool:
    """Whether nobody acted in time, whether or not that was noted already."""
    return request.state in JOIN_DUE and request.expires_at is not None and request.expires_at <= at
