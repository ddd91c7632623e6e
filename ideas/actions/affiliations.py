"""Writes of who belongs to an organisation: ask, answer, withdraw, give a role, remove, leave.

Each locks the organisation first, so that two who act at once see each other's work.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.notifications import notify
from ideas.choices import AffiliationAct, AffiliationRole, AffiliationState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Affiliation, AffiliationChange, AffiliationRequest, Member, Notification, Organisation
from ideas.queries.affiliations import keepers_of
from ideas.rules.affiliations import (
    STEPS,
    can_answer_affiliation,
    can_end_affiliation,
    can_look_after,
    can_withdraw_affiliation,
    is_last_administrator,
)
from ideas.rules.joining import belongs_to

MAX_NOTE_CHARS = 1_000


# "I work here" ------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def ask_affiliation(*, by: Member, organisation: Organisation, note: str = "", at: datetime) -> AffiliationRequest:
    """Ask an organisation to be one of its people; its administrators are told, or staff where it has none.

    Raises ValidationError, Conflict("already_affiliated", "affiliation_asked").
    """
    organisation = _lock(organisation.pk)
    if belongs_to(by, organisation):
        raise Conflict("already_affiliated")
    if AffiliationRequest.objects.filter(member=by, organisation=organisation, state=AffiliationState.PENDING).exists():
        raise Conflict("affiliation_asked")
    request = AffiliationRequest.objects.create(
        organisation=organisation, member=by, note=_clean("note", note), asked_at=at
    )
    keepers = [keeper for keeper in keepers_of(organisation) if keeper.pk != by.pk]
    publish.members_told(_tell(keepers, NotificationKind.AFFILIATION_ASKED, "asked", request, by=by, at=at))
    return request


@transaction.atomic(durable=True)
def accept_affiliation(*, by: Member, request: AffiliationRequest, at: datetime) -> AffiliationRequest:
    """Take a member in as one of the organisation's people; they are told.

    Raises NotAllowed, Conflict("affiliation_answered").
    """
    request = _lock_request(request)
    if not can_answer_affiliation(by, request):
        raise NotAllowed
    _answer(request, AffiliationState.ACCEPTED, by=by, at=at)
    come_to(request.organisation, request.member, by=by, at=at)
    told = _tell([request.member], NotificationKind.AFFILIATION_ANSWERED, "answered", request, by=by, at=at)
    publish.affiliation_changed(request.member, told)
    return request


@transaction.atomic(durable=True)
def decline_affiliation(*, by: Member, request: AffiliationRequest, reason: str, at: datetime) -> AffiliationRequest:
    """Say no, with a reason that the member reads.

    Raises NotAllowed, ValidationError (no reason), Conflict("affiliation_answered").
    """
    request = _lock_request(request)
    if not can_answer_affiliation(by, request):
        raise NotAllowed
    request.reason = _clean("reason", reason)
    if not request.reason:
        raise ValidationError({"reason": _("Give a reason: who asked reads it.")})
    _answer(request, AffiliationState.DECLINED, by=by, at=at)
    told = _tell([request.member], NotificationKind.AFFILIATION_ANSWERED, "answered", request, by=by, at=at)
    publish.members_told(told)
    return request


@transaction.atomic(durable=True)
def withdraw_affiliation(*, by: Member, request: AffiliationRequest, at: datetime) -> AffiliationRequest:
    """Take one's request back. Nobody is told: it just waits no more. Raises NotAllowed,
    Conflict("affiliation_answered").
    """
    request = _lock_request(request)
    if not can_withdraw_affiliation(by, request):
        raise NotAllowed
    _answer(request, AffiliationState.WITHDRAWN, by=by, at=at)
    return request


def take_step(step: str, *, by: Member, request: AffiliationRequest, reason: str, at: datetime) -> AffiliationRequest:
    """Take a step by its name, one of `rules.affiliations.STEPS`. Raises as the step's own action."""
    if STEPS[step] == AffiliationState.ACCEPTED:
        return accept_affiliation(by=by, request=request, at=at)
    if STEPS[step] == AffiliationState.WITHDRAWN:
        return withdraw_affiliation(by=by, request=request, at=at)
    return decline_affiliation(by=by, request=request, reason=reason, at=at)


# People -------------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def change_role(*, by: Member, affiliation: Affiliation, role: str, at: datetime) -> Affiliation:
    """Make somebody an administrator, or a plain member again; they are told. The same role again is no change.

    Raises NotAllowed, ValidationError, Conflict("affiliation_gone", "last_administrator").
    """
    affiliation = _lock_affiliation(affiliation)
    if not can_look_after(by, affiliation.organisation):
        raise NotAllowed
    if role not in AffiliationRole.values:
        raise ValidationError({"role": _("Choose one of the roles.")})
    if role == affiliation.role:
        return affiliation
    _keep_an_administrator(affiliation, by)
    affiliation.role = role
    affiliation.save(update_fields=["role"])
    change = _record(affiliation, AffiliationAct(role), by=by, at=at)
    publish.affiliation_changed(affiliation.member, _tell_of(change, by=by))
    return affiliation


@transaction.atomic(durable=True)
def end_affiliation(*, by: Member, affiliation: Affiliation, at: datetime) -> AffiliationChange:
    """Remove somebody from an organisation's people, or leave it oneself. What they wrote and asked for stays.

    The last administrator can't go, unless staff decide it. Raises NotAllowed,
    Conflict("affiliation_gone", "last_administrator").
    """
    affiliation = _lock_affiliation(affiliation)
    if not can_end_affiliation(by, affiliation):
        raise NotAllowed
    _keep_an_administrator(affiliation, by)
    left = affiliation.member_id == by.pk
    change = _record(affiliation, AffiliationAct.LEFT if left else AffiliationAct.REMOVED, by=by, at=at)
    affiliation.delete()
    keepers = [keeper for keeper in keepers_of(affiliation.organisation) if keeper.pk != by.pk]
    told = _tell_of(change, by=by, others=keepers if left else [])
    publish.affiliation_changed(affiliation.member, told)
    return change


# Parts --------------------------------------------------------------------------------------------------------------


def come_to(
    organisation: Organisation, member: Member, *, by: Member | None, role: str = AffiliationRole.MEMBER, at: datetime
) -> Affiliation:
    """Make a member one of an organisation's people, once, with a line of history. A helper for actions.

    What they asked of it meanwhile is answered by that.
    """
    affiliation, new = Affiliation.objects.get_or_create(
        member=member, organisation=organisation, defaults={"role": role}
    )
    waiting = organisation.affiliation_requests.filter(member=member, state=AffiliationState.PENDING)
    waiting.update(state=AffiliationState.ACCEPTED, answered_by=by, answered_at=at)
    if new:
        _record(affiliation, AffiliationAct.CAME, by=by, at=at)
        if role == AffiliationRole.ADMINISTRATOR:
            _record(affiliation, AffiliationAct.ADMINISTRATOR, by=by, at=at)
    return affiliation


def _lock(organisation_id: int) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _lock_request(request: AffiliationRequest) -> AffiliationRequest:
    organisation = _lock(request.organisation_id)
    request = AffiliationRequest.objects.select_related("member").get(pk=request.pk)
    request.organisation = organisation
    return request


def _lock_affiliation(affiliation: Affiliation) -> Affiliation:
    organisation = _lock(affiliation.organisation_id)
    found = Affiliation.objects.select_related("member").filter(pk=affiliation.pk).first()
    if found is None:
        raise Conflict("affiliation_gone")
    found.organisation = organisation
    return found


def _answer(request: AffiliationRequest, state: AffiliationState, *, by: Member, at: datetime) -> None:
    if request.state != AffiliationState.PENDING:
        raise Conflict("affiliation_answered")
    request.state, request.answered_by, request.answered_at = state, by, at
    request.save(update_fields=["state", "answered_by", "answered_at", "reason"])


def _keep_an_administrator(affiliation: Affiliation, by: Member) -> None:
    if not by.is_staff and is_last_administrator(affiliation):
        raise Conflict("last_administrator")


def _record(affiliation: Affiliation, act: AffiliationAct, *, by: Member | None, at: datetime) -> AffiliationChange:
    return AffiliationChange.objects.create(
        organisation=affiliation.organisation, member=affiliation.member, act=act, by=by, at=at
    )


def _clean(name: str, value: str) -> str:
    return text.clean_field(name, value, most=MAX_NOTE_CHARS).strip()


def _tell(
    members: list[Member], kind: NotificationKind, step: str, request: AffiliationRequest, *, by: Member, at: datetime
) -> list[Notification]:
    organisation = request.organisation
    place = "people/#waiting" if kind == NotificationKind.AFFILIATION_ASKED else "#people"
    return notify(
        members=members, kind=kind, idea=None, url=f"{organisation.get_absolute_url()}{place}", at=at,
        key=f"affiliation.{request.pk}.{step}",
        data={
            "actor": by.name, "organisation": organisation.name, "state": request.state, "reason": request.reason,
        },
    )  # fmt: skip


def _tell_of(change: AffiliationChange, *, by: Member, others: list[Member] | None = None) -> list[Notification]:
    """Tell whom a change is about, unless it is their own; of who left, those who look after the organisation."""
    organisation = change.organisation
    about = [change.member] if change.member_id != by.pk else []
    return notify(
        members=[*about, *(others or [])], kind=NotificationKind.AFFILIATION_CHANGED, idea=None, at=change.at,
        url=f"{organisation.get_absolute_url()}#people", key=f"affiliation.change.{change.pk}",
        data={
            "actor": by.name, "organisation": organisation.name, "member": change.member.name, "act": change.act,
        },
    )  # fmt: skip
