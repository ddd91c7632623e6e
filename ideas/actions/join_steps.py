"""What every step of a request to join, or of an invitation, keeps and tells. Helpers, no actions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import text
from ideas.actions.notifications import notify
from ideas.choices import JOIN_DUE, AffiliationRole, JoinAct, JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, JoinStep, Member, Notification, RoleSlot
from ideas.queries.ideas import members_who_see
from ideas.queries.joining import waiting_for
from ideas.rules.joining import (
    NEEDS_REASON,
    NOT_AFTER_EXPIRY,
    REMINDED_BEFORE,
    STEPS,
    can_take_step,
    ever_takes_step,
    expires_at,
    has_expired,
)

MAX_TEXT_CHARS = 3_000
ACTS: dict[str, JoinAct] = {
    JoinState.PENDING: JoinAct.AUTHORISED,
    JoinState.ACCEPTED: JoinAct.ACCEPTED,
    JoinState.WAITLISTED: JoinAct.WAITLISTED,
    JoinState.DECLINED: JoinAct.DECLINED,
    JoinState.WITHDRAWN: JoinAct.WITHDRAWN,
    JoinState.REMOVED: JoinAct.REMOVED,
    JoinState.EXPIRED: JoinAct.EXPIRED,
}

# What is kept ---------------------------------------------------------------------------------------------------------


def begin(request: JoinRequest, *, by: Member, at: datetime) -> None:
    """Save a request or an invitation with the time that it has, and the first line of its history."""
    give_time(request, at)
    request.save()
    act = JoinAct.INVITED if request.is_invitation else JoinAct.ASKED
    JoinStep.objects.create(request=request, act=act, by=by, at=at, reason=request.message)


def check_step(request: JoinRequest, step: str, *, by: Member, reason: str, at: datetime) -> str:
    """Say whether a member may take a step now; returns the reason, cleaned.

    Raises NotAllowed, ValidationError (a reason is missing), Conflict("wrong_state", "request_expired").
    """
    if not can_take_step(by, request, step):
        raise Conflict("wrong_state") if ever_takes_step(by, request, step) else NotAllowed()
    if step in NOT_AFTER_EXPIRY and has_expired(request, at):
        raise Conflict("request_expired")
    if step in NEEDS_REASON and not reason.strip():
        raise ValidationError({"reason": _("Give a reason: the organisation reads it.")})
    return clean("reason", reason)


def take(request: JoinRequest, step: str, *, by: Member, reason: str, at: datetime) -> None:
    """Write a step that was checked, with its line of history; a place that is left is free again."""
    was_partner = request.state == JoinState.ACCEPTED
    if request.state == JoinState.INVITED and step in ("accept", "decline"):
        request.asked_by = by  # speaks for the organisation from now on
    if step == "authorise":
        request.authorised_by, request.authorised_at = by, at
    else:
        request.answered_by, request.answered_at, request.reason = by, at, reason
    if step == "accept":
        request.joined_at = at
    act = JoinAct.LEFT if was_partner and step == "withdraw" else None
    end(request, STEPS[step], by=by, reason=reason, at=at, act=act)
    if was_partner and request.slot_id:
        RoleSlot.objects.filter(pk=request.slot_id).update(filled=F("filled") - 1)


def end(
    request: JoinRequest, state: JoinState, *, by: Member | None, reason: str = "", at: datetime,
    act: JoinAct | None = None,
) -> None:  # fmt: skip
    """Write the state to which a request goes, and its line of history; `by` is None where time did it."""
    request.state = state
    if by is None:
        request.answered_at = at
    give_time(request, at)
    request.save()
    note(request, act or ACTS[state], by=by, at=at, reason=reason)


def note(request: JoinRequest, act: JoinAct, *, by: Member | None, at: datetime, reason: str = "") -> None:
    """Write a line of history."""
    JoinStep.objects.create(request=request, act=act, by=by, at=at, reason=reason)


def give_time(request: JoinRequest, at: datetime) -> None:
    """Set until when somebody may act; where nobody has to, no time runs."""
    request.expires_at = expires_at(request.idea, at) if request.state in JOIN_DUE else None
    # A time so short that its reminder is due at once needs none.
    request.reminded = request.expires_at is not None and request.expires_at <= at + REMINDED_BEFORE


def clean(name: str, value: str) -> str:
    """Clean a text of a request. Raises ValidationError by field."""
    return text.clean_field(name, value, most=MAX_TEXT_CHARS)


# Who is told ----------------------------------------------------------------------------------------------------------


def administrators_of(request: JoinRequest) -> list[Member]:
    """List who administers the organisation of a request."""
    place = {"affiliations__organisation": request.organisation_id}
    people = Member.objects.filter(affiliations__role=AffiliationRole.ADMINISTRATOR, **place)
    return list(people.filter(is_active=True).distinct())


def tell_authors(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    """Tell the authors that an organisation asks."""
    return tell(request.idea.authors.all(), NotificationKind.JOIN_REQUESTED, "asked", request, by=by, at=at)


def tell_administrators(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    """Tell the organisation's administrators that a colleague asks, or that they are invited."""
    if request.is_invitation:
        return tell(administrators_of(request), NotificationKind.JOIN_INVITED, "invited", request, by=by, at=at)
    kind = NotificationKind.JOIN_AUTHORISATION_ASKED
    return tell(administrators_of(request), kind, "authorisation", request, by=by, at=at)


def tell_other_side(request: JoinRequest, *, by: Member, at: datetime) -> list[Notification]:
    """Tell of an answer: the authors whose invitation it was, or who asked them."""
    people = request.idea.authors.all() if request.is_invitation else [request.asked_by]
    return tell(people, NotificationKind.JOIN_ANSWERED, request.state, request, by=by, at=at)


def seeing(request: JoinRequest, members: Iterable[Member]) -> list[Member]:
    """Keep those who see the idea now, before a step that may close it to them: they may be told of that by its name.

    The idea may have been closed to some of them long ago: its name of today isn't theirs to read.
    """
    people = {member.pk: member for member in members}
    return [people[pk] for pk in sorted(members_who_see(request.idea, people.values()))]


def tell_of_end(
    request: JoinRequest, members: Iterable[Member], *, by: Member | None, at: datetime
) -> list[Notification]:
    """Tell of an end: who saw the idea before it (`seeing`), whether or not they still do."""
    others = [member for member in members if member != by]
    return tell(others, NotificationKind.JOIN_ENDED, request.state, request, by=by, at=at, anyway=True)


def tell_of_free_place(slot: RoleSlot, idea: Idea, at: datetime) -> list[Notification]:
    """Tell the authors who waits for a place that is free again; nobody where nobody waits."""
    waiting = [row.organisation.name for row in waiting_for(slot)]
    if not waiting:
        return []
    return notify(
        members=idea.authors.all(), kind=NotificationKind.PLACE_FREE, idea=idea, at=at,
        url=f"{idea.get_absolute_url()}#consortium", key=f"place.{slot.pk}.{at:%Y%m%dT%H%M%S%f}",
        data={"title": idea.title, "place": slot.expertise, "waiting": waiting[:10]},
    )  # fmt: skip


def tell(
    members: Iterable[Member], kind: NotificationKind, step: str, request: JoinRequest, *, by: Member | None,
    at: datetime, anyway: bool = False,
) -> list[Notification]:  # fmt: skip
    """Put a step in front of members, once; those who don't see the idea only where `anyway` says so."""
    idea = request.idea
    url = reverse("joining:list") if anyway else f"{idea.get_absolute_url()}#consortium"
    data: dict[str, Any] = {
        "title": idea.title, "actor": by.name if by else "", "organisation": request.organisation.name,
        "state": request.state, "commitment": request.commitment, "invitation": request.is_invitation,
        "was_partner": request.joined_at is not None,
        "until": request.expires_at.isoformat() if request.expires_at else "",
    }  # fmt: skip
    key = f"join.{request.pk}.{step}"
    return notify(
        members=members,
        kind=kind,
        idea=None if anyway else idea,
        url=url,
        at=at,
        key=key,
        data=data,
        before=request.expires_at,
    )
