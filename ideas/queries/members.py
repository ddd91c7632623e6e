"""Reads of members and of what they belong to."""

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from ideas.choices import AffiliationRole
from ideas.models import Affiliation, Invitation, Member, Organisation
from ideas.queries.ideas import Viewer

CAST = tuple(f"{role}@example.org" for role in ("researcher", "company", "administrator", "lead", "staff", "outsider"))


def member_of_token(token: str) -> Member | None:
    """Find the active member of an API token; None if it is unknown or has expired."""
    try:
        found = TokenAuthentication().authenticate_credentials(token.encode())
    except (AuthenticationFailed, UnicodeEncodeError):
        return None
    return found[0] if found else None


def card(member: Member) -> dict[str, Any]:
    """What others see of a member who is on the same page: {id, name}."""
    return {"id": member.pk, "name": member.name}


def hash_of(token: str) -> str:
    """The form in which an invitation's token is kept."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def feed_token(member: Member) -> str:
    """Make the secret part of the address of a member's calendar: "7-…"; derived, so that nothing has to be kept.

    Another `feed_number` makes another one, and the old one worthless.
    """
    secret = salted_hmac("ideas.calendar", f"{member.pk}.{member.feed_number}", algorithm="sha256").hexdigest()
    return f"{member.pk}-{secret[:40]}"


def member_of_feed(token: str) -> Member | None:
    """Find the active member whose calendar has this token; None if it was never one, or is no more."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    member = Member.objects.filter(pk=int(number), is_active=True).first()
    return member if member and constant_time_compare(token, feed_token(member)) else None


def open_invitation(token: str, *, at: datetime) -> Invitation | None:
    """Find an invitation that can still be used. Used, expired and unknown ones all look alike: None."""
    found = Invitation.objects.filter(token_hash=hash_of(token)).select_related("organisation", "invited_by").first()
    return found if found and found.is_open(at) else None


def member_with(email: str) -> Member | None:
    """Find the member with an e-mail address."""
    return Member.objects.filter(email=email.strip().lower()).first()


def demo_cast() -> list[Member]:
    """The invented members of the demo, one for each role, in the order in which a visitor meets them."""
    found = {member.email: member for member in Member.objects.filter(is_demo=True, is_active=True, email__in=CAST)}
    return [found[email] for email in CAST if email in found]


def organisations_of(member: Viewer) -> QuerySet[Organisation]:
    """Select the organisations to which a member belongs, by name."""
    if isinstance(member, AnonymousUser):
        return Organisation.objects.none()
    return Organisation.objects.filter(affiliations__member=member).order_by("name")


def affiliations_of(member: Member) -> list[Affiliation]:
    """Where a member works, and in which role."""
    return list(member.affiliations.select_related("organisation").order_by("id"))


def administered_by(member: Viewer) -> QuerySet[Organisation]:
    """Select the organisations that a member administers."""
    if isinstance(member, AnonymousUser):
        return Organisation.objects.none()
    return Organisation.objects.filter(
        affiliations__member=member, affiliations__role=AffiliationRole.ADMINISTRATOR
    ).order_by("name")
