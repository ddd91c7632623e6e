"""Writes of members: invitations, profiles, tokens."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from knox.models import AuthToken

from ideas import publish, text
from ideas.actions.affiliations import come_to
from ideas.actions.search import index_members
from ideas.choices import AffiliationRole
from ideas.errors import Conflict, NotAllowed
from ideas.models import Invitation, Member, Organisation, ValueChain
from ideas.queries.members import hash_of
from ideas.rules.members import can_invite

PROFILE = ("name", "language", "time_zone", "job_title")


@transaction.atomic(durable=True)
def invite_member(
    *,
    by: Member,
    email: str,
    organisation: Organisation | None,
    role: str = AffiliationRole.MEMBER,
    site: str,
    at: datetime,
) -> tuple[Invitation, str]:
    """Invite somebody by mail; one use, 14 days. Returns the invitation and its secret address.

    `site` is the address of this site ("https://…"), for the link. Whether the e-mail is known already isn't told:
    the mail goes out all the same, and accepting it adds the affiliation. Raises NotAllowed, ValidationError.
    """
    if not can_invite(by, organisation):
        raise NotAllowed
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email.strip().lower(), organisation=organisation, role=role, token_hash=hash_of(token), invited_by=by,
        invited_at=at, expires_at=at + timedelta(days=settings.INVITATION_DAYS),
    )  # fmt: skip
    invitation.full_clean(exclude=["organisation", "invited_by"])
    invitation.save()
    address = f"{site}/invitations/{token}/"
    transaction.on_commit(lambda: _mail_invitation(invitation, address))
    return invitation, address


@transaction.atomic(durable=True)
def accept_invitation(
    *, token: str, name: str, password: str, language: str, by: Member | None = None, at: datetime
) -> Member:
    """Become a member by an invitation, once.

    Who has an account under the invitation's e-mail must be signed in with it (`by`) and only gains the affiliation.
    Raises Conflict("invitation_used"), NotAllowed (signed in as somebody else), ValidationError by field.
    """
    invitation = Invitation.objects.select_for_update().filter(token_hash=hash_of(token)).first()
    if invitation is None or not invitation.is_open(at):
        raise Conflict("invitation_used")
    known = Member.objects.filter(email=invitation.email).first()
    if (by or known) and by != known:
        raise NotAllowed
    member = known or _new_member(invitation.email, name=name, password=password, language=language)
    if invitation.organisation:
        come_to(invitation.organisation, member, by=invitation.invited_by, role=invitation.role, at=at)
    invitation.accepted_at, invitation.accepted_by = at, member
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    publish.rights_changed(member)
    return member


@transaction.atomic(durable=True)
def withdraw_invitation(*, by: Member, invitation: Invitation, at: datetime) -> Invitation:
    """Take an invitation back: its link is dead at once. Raises NotAllowed, Conflict("invitation_closed")."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not can_invite(by, invitation.organisation):
        raise NotAllowed
    if not invitation.is_open(at):
        raise Conflict("invitation_closed")
    invitation.withdrawn_at, invitation.withdrawn_by = at, by
    invitation.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return invitation


@transaction.atomic(durable=True)
def update_profile(
    *, by: Member, content: Mapping[str, Any], value_chains: Iterable[ValueChain] | None = None
) -> Member:
    """Save a member's own profile (names of `PROFILE`) and the value chains in which they enrol."""
    for name in PROFILE:
        if name in content:
            setattr(by, name, text.clean_line(name, content[name]))
    if by.time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("Choose one of the time zones.")})
    by.full_clean(exclude=["password"])
    by.save(update_fields=list(PROFILE))
    index_members([by])
    if value_chains is not None:
        by.value_chains.set(value_chains)
        publish.rights_changed(by)
    return by


@transaction.atomic(durable=True)
def renew_feed(*, by: Member) -> Member:
    """Give a member's calendar a new secret address; the old one is dead at once."""
    Member.objects.filter(pk=by.pk).update(feed_number=F("feed_number") + 1)
    by.refresh_from_db(fields=["feed_number"])
    return by


@transaction.atomic(durable=True)
def issue_token(*, member: Member) -> str:
    """Make an API token for a member. It is shown once: only its hash is kept."""
    token: str = AuthToken.objects.create(user=member)[1]
    return token


def _new_member(email: str, *, name: str, password: str, language: str) -> Member:
    member = Member(email=email, name=text.clean_line("name", name), language=language)
    with text.beside("password"):
        validate_password(password, member)
    member.set_password(password)
    member.full_clean(exclude=["password"])
    member.save()
    index_members([member])
    EmailAddress.objects.create(user=member, email=email, verified=True, primary=True)
    return member


def _mail_invitation(invitation: Invitation, address: str) -> None:
    with translation.override(invitation.invited_by.language):
        body = render_to_string("mail/invitation.txt", {"invitation": invitation, "address": address})
        subject, _rule, rest = body.partition("\n")
        send_mail(subject.strip(), rest.strip(), None, [invitation.email])
