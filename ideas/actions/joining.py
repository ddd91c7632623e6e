"""Writes of requests to join, of invitations, and of what partners commit to. The places they are for are `slots`."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.annexes import keep_no_more
from ideas.actions.board import lock_idea, lock_with_idea, recount
from ideas.actions.join_steps import (
    administrators_of,
    begin,
    check_step,
    clean,
    note,
    seeing,
    take,
    tell,
    tell_administrators,
    tell_authors,
    tell_of_end,
    tell_of_free_place,
    tell_other_side,
)
from ideas.choices import COMMITMENT_NEXT, JOIN_LIVE, Commitment, ConsortiumRole, JoinAct, JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation, RoleSlot
from ideas.queries.joining import partners_of
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import COMMITMENT_STEPS, administers, belongs_to, can_commit, can_invite

REQUESTS = JoinRequest.objects.select_related("organisation", "slot", "asked_by")
ACT_OF = {Commitment.CONFIRMED: JoinAct.CONFIRMED, Commitment.LETTER_SIGNED: JoinAct.SIGNED}


# Beginning ------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask_to_join(
    *,
    by: Member,
    idea: Idea,
    organisation: Organisation,
    contribution: str,
    role: str,
    slot: RoleSlot | None = None,
    message: str = "",
    can_coordinate: bool = False,
    at: datetime,
) -> JoinRequest:
    """Ask for a place in an idea, or for another role, for an organisation. The authors are told.

    Who isn't an administrator of the organisation asks its administrators first: the request waits for them. An
    organisation may ask for several places.
    Raises NotAllowed, ValidationError, Conflict("joining_closed", "own_organisation", "already_asked",
    "already_invited", "slot_filled").
    """
    idea = lock_idea(idea.pk)
    if not belongs_to(by, organisation):
        raise NotAllowed
    _check_joinable(idea, organisation, slot)
    role = slot.role if slot else role
    there = _same(idea, organisation, slot, role).first()
    if there is not None:
        raise Conflict("already_invited" if there.state == JoinState.INVITED else "already_asked")
    _check_free(slot)
    state = JoinState.PENDING if administers(by, organisation) else JoinState.UNAUTHORISED
    request = JoinRequest(
        idea=idea, organisation=organisation, slot=slot, role=role, state=state,
        contribution=clean("contribution", contribution), message=clean("message", message),
        can_coordinate=can_coordinate, asked_by=by, asked_at=at,
    )  # fmt: skip
    request.full_clean(exclude=["idea", "organisation", "slot", "asked_by"])
    begin(request, by=by, at=at)
    told = tell_authors if state == JoinState.PENDING else tell_administrators
    publish.request_changed(request, told(request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def invite_organisation(
    *,
    by: Member,
    idea: Idea,
    organisation: Organisation,
    slot: RoleSlot | None = None,
    role: str = ConsortiumRole.BENEFICIARY,
    message: str = "",
    at: datetime,
) -> JoinRequest:
    """Invite an organisation to a place in an idea, or to another role. Its administrators are told, and answer.

    They see the idea as long as the invitation waits for their answer, whoever else sees it.
    Raises NotAllowed (not an author), ValidationError, Conflict("joining_closed", "own_organisation",
    "already_candidate", "slot_filled", "nobody_to_invite").
    """
    idea = lock_idea(idea.pk)
    if not can_invite(by, idea):
        raise NotAllowed
    _check_joinable(idea, organisation, slot)
    role = slot.role if slot else role
    if _same(idea, organisation, slot, role).exists():
        raise Conflict("already_candidate")
    _check_free(slot)
    invitation = JoinRequest(
        idea=idea, organisation=organisation, slot=slot, role=role, state=JoinState.INVITED,
        message=clean("message", message), asked_by=by, asked_at=at, invited_by=by,
    )  # fmt: skip
    if not administrators_of(invitation):
        raise Conflict("nobody_to_invite")
    invitation.full_clean(exclude=["idea", "organisation", "slot", "asked_by", "invited_by", "contribution"])
    begin(invitation, by=by, at=at)
    publish.request_changed(invitation, tell_administrators(invitation, by=by, at=at))
    return invitation


def _check_joinable(idea: Idea, organisation: Organisation, slot: RoleSlot | None) -> None:
    if not takes_requests(idea):
        raise Conflict("joining_closed")
    if idea.organisation_id == organisation.pk:
        raise Conflict("own_organisation")
    if slot and slot.idea_id != idea.pk:
        raise ValidationError({"slot": _("That place belongs to another idea.")})


def _check_free(slot: RoleSlot | None) -> None:
    if slot and RoleSlot.objects.filter(pk=slot.pk, filled__gte=F("wanted")).exists():
        raise Conflict("slot_filled")


def _same(idea: Idea, organisation: Organisation, slot: RoleSlot | None, role: str) -> QuerySet[JoinRequest]:
    """What the organisation has to do with the place already, or beside the places with the role."""
    live = JoinRequest.objects.filter(idea=idea, organisation=organisation, state__in=sorted(JOIN_LIVE))
    return live.filter(slot=slot) if slot else live.filter(slot=None, role=role)


# Answering ------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def authorise_join_request(*, by: Member, request: JoinRequest, at: datetime) -> JoinRequest:
    """Let a colleague's request go to the authors.

    Raises NotAllowed, Conflict("wrong_state", "joining_closed", "request_expired").
    """
    request = lock_with_idea(request, REQUESTS)
    check_step(request, "authorise", by=by, reason="", at=at)
    if not takes_requests(request.idea):
        raise Conflict("joining_closed")
    take(request, "authorise", by=by, reason="", at=at)
    publish.request_changed(request, tell_authors(request, by=request.asked_by, at=at))
    return request


@transaction.atomic(durable=True)
def accept_join_request(*, by: Member, request: JoinRequest, reason: str = "", at: datetime) -> JoinRequest:
    """Take an organisation into the consortium, or accept an invitation for it; its slot counts one more.

    An author accepts a request, an administrator of the organisation an invitation. Raises NotAllowed,
    Conflict("wrong_state", "request_expired", "slot_filled", "joining_closed").
    """
    request = lock_with_idea(request, REQUESTS)
    reason = check_step(request, "accept", by=by, reason=reason, at=at)
    if request.is_invitation and not takes_requests(request.idea):
        raise Conflict("joining_closed")
    take(request, "accept", by=by, reason=reason, at=at)
    if request.slot_id:
        # The condition is the judge of two who accept for the last place; the constraint stands behind it.
        free = RoleSlot.objects.filter(pk=request.slot_id, filled__lt=F("wanted"))
        if not free.update(filled=F("filled") + 1):
            raise Conflict("slot_filled")
    recount(request.idea)
    publish.consortium_changed(request.idea, tell_other_side(request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def decline_join_request(
    *, by: Member, request: JoinRequest, reason: str, waitlist: bool = False, at: datetime
) -> JoinRequest:
    """Say no, or not yet (`waitlist`), with a reason that the other side reads.

    An author declines a request, an administrator of the organisation an invitation, by which they see the idea no
    more. Raises NotAllowed, ValidationError (no reason), Conflict("wrong_state").
    """
    request = lock_with_idea(request, REQUESTS)
    step = "waitlist" if waitlist else "decline"
    reason = check_step(request, step, by=by, reason=reason, at=at)
    take(request, step, by=by, reason=reason, at=at)
    publish.request_changed(request, tell_other_side(request, by=by, at=at), closes=request.is_invitation)
    return request


# Ending ---------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def withdraw_join_request(*, by: Member, request: JoinRequest, reason: str = "", at: datetime) -> JoinRequest:
    """Take a request or an invitation back, or leave the consortium: the place is free again.

    Raises NotAllowed, Conflict("wrong_state").
    """
    request = lock_with_idea(request, REQUESTS)
    reason = check_step(request, "withdraw", by=by, reason=reason, at=at)
    was_partner, was_invited = request.state == JoinState.ACCEPTED, request.state == JoinState.INVITED
    concerned = seeing(request, administrators_of(request)) if was_invited else []
    take(request, "withdraw", by=by, reason=reason, at=at)
    if was_partner:
        authors = request.idea.authors.exclude(pk=by.pk)
        _leave(request, tell(authors, NotificationKind.JOIN_ENDED, "left", request, by=by, at=at), at=at)
    else:
        publish.request_changed(request, tell_of_end(request, concerned, by=by, at=at), closes=was_invited)
    return request


@transaction.atomic(durable=True)
def remove_partner(*, by: Member, request: JoinRequest, reason: str, at: datetime) -> JoinRequest:
    """Take a partner out of the consortium, with a reason that it reads: the place is free again.

    Raises NotAllowed, ValidationError (no reason), Conflict("wrong_state").
    """
    request = lock_with_idea(request, REQUESTS)
    reason = check_step(request, "remove", by=by, reason=reason, at=at)
    concerned = seeing(request, [request.asked_by, *administrators_of(request)])
    take(request, "remove", by=by, reason=reason, at=at)
    _leave(request, tell_of_end(request, concerned, by=by, at=at), at=at)
    return request


def _leave(request: JoinRequest, told: list[Notification], *, at: datetime) -> None:
    """What goes with a place in a consortium; an organisation may have another one in it."""
    idea = request.idea
    if not partners_of(idea).filter(pk=request.organisation_id).exists():
        keep_no_more(idea, request.organisation)
    recount(idea)
    if request.slot:
        told += tell_of_free_place(request.slot, idea, at)
    publish.consortium_changed(idea, told, partner_left=True)


@transaction.atomic(durable=True)
def commit_partner(*, by: Member, request: JoinRequest, commitment: str, at: datetime) -> JoinRequest:
    """Say that a partner takes part for certain, and tell the authors.

    One step after the other; the last one, the signed letter, is `partners.sign_letter`, which takes the file.
    Raises NotAllowed, Conflict("wrong_state", "letter_missing").
    """
    request = lock_with_idea(request, REQUESTS)
    if not can_commit(by, request):
        raise NotAllowed
    if request.state != JoinState.ACCEPTED or COMMITMENT_NEXT.get(request.commitment) != commitment:
        raise Conflict("wrong_state")
    if commitment == Commitment.LETTER_SIGNED:
        raise Conflict("letter_missing")
    told = keep_commitment(request, Commitment(commitment), by=by, at=at)
    publish.consortium_changed(request.idea, told)
    return request


def keep_commitment(request: JoinRequest, commitment: Commitment, *, by: Member, at: datetime) -> list[Notification]:
    """Write a partner's step, with its history and what the board shows of it. A helper for actions: returns who is
    told.
    """
    request.commitment = commitment
    request.save(update_fields=["commitment"])
    note(request, ACT_OF[commitment], by=by, at=at)
    recount(request.idea)
    authors = request.idea.authors.all()
    return tell(authors, NotificationKind.JOIN_COMMITTED, commitment, request, by=by, at=at)


def take_step(step: str, *, by: Member, request: JoinRequest, reason: str, at: datetime) -> JoinRequest:
    """Take a step by its name, one of `rules.joining.STEPS` or `COMMITMENT_STEPS`. Raises as the step's own action."""
    if step in COMMITMENT_STEPS:
        return commit_partner(by=by, request=request, commitment=COMMITMENT_STEPS[step], at=at)
    if step == "authorise":
        return authorise_join_request(by=by, request=request, at=at)
    if step == "accept":
        return accept_join_request(by=by, request=request, reason=reason, at=at)
    if step == "withdraw":
        return withdraw_join_request(by=by, request=request, reason=reason, at=at)
    if step == "remove":
        return remove_partner(by=by, request=request, reason=reason, at=at)
    return decline_join_request(by=by, request=request, reason=reason, waitlist=step == "waitlist", at=at)
