"""Writes of requests to join, and of what partners commit to. The places they ask for are `slots`."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.annexes import keep_no_more
from ideas.actions.board import lock_idea, lock_with_idea, recount
from ideas.actions.notifications import notify
from ideas.actions.slots import MAX_TEXT_CHARS
from ideas.choices import COMMITMENT_NEXT, JOIN_LIVE, JOIN_NEXT, AffiliationRole, JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation, RoleSlot
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import (
    COMMITMENT_STEPS,
    administers,
    belongs_to,
    can_answer_join_request,
    can_authorise_join_request,
    can_commit,
    can_withdraw_join_request,
)

_REQUESTS = JoinRequest.objects.select_related("organisation", "slot", "asked_by")


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
    """Ask for a place in an idea, for an organisation. The authors are told.

    Who isn't an administrator of the organisation asks its administrators first: the request waits for them.
    Raises NotAllowed, ValidationError, Conflict("joining_closed", "own_organisation", "already_asked", "slot_filled").
    """
    idea = lock_idea(idea.pk)
    if not belongs_to(by, organisation):
        raise NotAllowed
    _check_joinable(idea, organisation, slot)
    state = JoinState.PENDING if administers(by, organisation) else JoinState.UNAUTHORISED
    request = JoinRequest(
        idea=idea, organisation=organisation, slot=slot, role=slot.role if slot else role, state=state,
        contribution=_clean("contribution", contribution), message=_clean("message", message),
        can_coordinate=can_coordinate, asked_by=by, asked_at=at,
    )  # fmt: skip
    request.full_clean(exclude=["idea", "organisation", "slot", "asked_by"])
    request.save()
    tell = _tell_authors if state == JoinState.PENDING else _tell_administrators
    publish.request_changed(request, tell(request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def authorise_join_request(*, by: Member, request: JoinRequest, at: datetime) -> JoinRequest:
    """Let a colleague's request go to the authors. Raises NotAllowed, Conflict("wrong_state", "joining_closed")."""
    request = lock_with_idea(request, _REQUESTS)
    if not can_authorise_join_request(by, request):
        raise NotAllowed
    if request.state != JoinState.UNAUTHORISED:
        raise Conflict("wrong_state")
    if not takes_requests(request.idea):
        raise Conflict("joining_closed")
    request.state, request.authorised_by, request.authorised_at = JoinState.PENDING, by, at
    request.save(update_fields=["state", "authorised_by", "authorised_at"])
    publish.request_changed(request, _tell_authors(request, by=request.asked_by, at=at))
    return request


@transaction.atomic(durable=True)
def accept_join_request(*, by: Member, request: JoinRequest, reason: str = "", at: datetime) -> JoinRequest:
    """Take an organisation into the consortium; its slot counts one more.

    Raises NotAllowed, Conflict("wrong_state", "slot_filled").
    """
    request = lock_with_idea(request, _REQUESTS)
    if not can_answer_join_request(by, request):
        raise NotAllowed
    request.joined_at = at
    _answer(request, JoinState.ACCEPTED, by=by, reason=reason, at=at)
    if request.slot_id:
        # The condition is the judge of two who accept for the last place; the constraint stands behind it.
        free = RoleSlot.objects.filter(pk=request.slot_id, filled__lt=F("wanted"))
        if not free.update(filled=F("filled") + 1):
            raise Conflict("slot_filled")
    recount(request.idea)
    publish.consortium_changed(request.idea, _tell_organisation(request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def decline_join_request(
    *, by: Member, request: JoinRequest, reason: str, waitlist: bool = False, at: datetime
) -> JoinRequest:
    """Say no, or not yet (`waitlist`), with a reason that the organisation reads.

    Raises NotAllowed, ValidationError (no reason), Conflict("wrong_state").
    """
    request = lock_with_idea(request, _REQUESTS)
    if not can_answer_join_request(by, request):
        raise NotAllowed
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason: the organisation reads it.")})
    state = JoinState.WAITLISTED if waitlist else JoinState.DECLINED
    _answer(request, state, by=by, reason=reason, at=at)
    publish.request_changed(request, _tell_organisation(request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def withdraw_join_request(*, by: Member, request: JoinRequest, reason: str = "", at: datetime) -> JoinRequest:
    """Take a request back, or leave the consortium: the place is free again.

    Raises NotAllowed, Conflict("wrong_state").
    """
    request = lock_with_idea(request, _REQUESTS)
    if not can_withdraw_join_request(by, request):
        raise NotAllowed
    was_partner = request.state == JoinState.ACCEPTED
    _answer(request, JoinState.WITHDRAWN, by=by, reason=reason, at=at)
    if was_partner and request.slot_id:
        RoleSlot.objects.filter(pk=request.slot_id).update(filled=F("filled") - 1)
    if was_partner:
        keep_no_more(request.idea, request.organisation)
        recount(request.idea)
        publish.consortium_changed(request.idea, partner_left=True)
    else:
        publish.request_changed(request)
    return request


@transaction.atomic(durable=True)
def commit_partner(*, by: Member, request: JoinRequest, commitment: str, at: datetime) -> JoinRequest:
    """Say that a partner takes part for certain, or that its letter is signed, and tell the authors.

    One step after the other. Raises NotAllowed, Conflict("wrong_state").
    """
    request = lock_with_idea(request, _REQUESTS)
    if not can_commit(by, request):
        raise NotAllowed
    if request.state != JoinState.ACCEPTED or COMMITMENT_NEXT.get(request.commitment) != commitment:
        raise Conflict("wrong_state")
    request.commitment = commitment
    request.save(update_fields=["commitment"])
    recount(request.idea)
    authors = list(request.idea.authors.all())
    told = _tell(authors, NotificationKind.JOIN_COMMITTED, commitment, request, by=by, at=at)
    publish.consortium_changed(request.idea, told)
    return request


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
    return decline_join_request(by=by, request=request, reason=reason, waitlist=step == "waitlist", at=at)


def _answer(request: JoinRequest, state: JoinState, *, by: Member, reason: str, at: datetime) -> None:
    if state not in JOIN_NEXT[request.state]:
        raise Conflict("wrong_state")
    request.state, request.answered_by, request.answered_at = state, by, at
    request.reason = _clean("reason", reason)
    request.save(update_fields=["state", "answered_by", "answered_at", "reason", "joined_at"])


def _check_joinable(idea: Idea, organisation: Organisation, slot: RoleSlot | None) -> None:
    if not takes_requests(idea):
        raise Conflict("joining_closed")
    if idea.organisation_id == organisation.pk:
        raise Conflict("own_organisation")
    if JoinRequest.objects.filter(idea=idea, organisation=organisation, state__in=JOIN_LIVE).exists():
        raise Conflict("already_asked")
    if slot and slot.idea_id != idea.pk:
        raise ValidationError({"slot": _("That place belongs to another idea.")})
    if slot and RoleSlot.objects.filter(pk=slot.pk, filled__gte=F("wanted")).exists():
        raise Conflict("slot_filled")


def _clean(name: str, value: str) -> str:
    return text.clean_field(name, value, most=MAX_TEXT_CHARS)


def _tell_authors(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    return _tell(list(request.idea.authors.all()), NotificationKind.JOIN_REQUESTED, "asked", request, by=by, at=at)


def _tell_administrators(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    administrators = Member.objects.filter(
        affiliations__organisation=request.organisation, affiliations__role=AffiliationRole.ADMINISTRATOR
    )
    kind = NotificationKind.JOIN_AUTHORISATION_ASKED
    return _tell(list(administrators), kind, "authorisation", request, by=by, at=at)


def _tell_organisation(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    return _tell([request.asked_by], NotificationKind.JOIN_ANSWERED, request.state, request, by=by, at=at)


def _tell(
    members: list[Member], kind: NotificationKind, step: str, request: JoinRequest, *, by: Member, at: datetime
) -> list[Notification]:
    idea = request.idea
    return notify(
        members=members, kind=kind, idea=idea, url=f"{idea.get_absolute_url()}#consortium", at=at,
        key=f"join.{request.pk}.{step}",
        data={
            "title": idea.title, "actor": by.name, "organisation": request.organisation.name, "state": request.state,
            "commitment": request.commitment,
        },
    )  # fmt: skip
