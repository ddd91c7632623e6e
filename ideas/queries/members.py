"""Reads of members and of what they belong to."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from knox.auth import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from ideas.choices import AffiliationRole
from ideas.models import Member, Organisation
from ideas.queries.ideas import Viewer


def member_of_token(token: str) -> Member | None:
    """Find the active member of an API token; None if it is unknown or has expired."""
    try:
        found = TokenAuthentication().authenticate_credentials(token.encode())
    except (AuthenticationFailed, UnicodeEncodeError):
        return None
    return found[0] if found else None


def organisations_of(member: Viewer) -> QuerySet[Organisation]:
    """Select the organisations to which a member belongs, by name."""
    if isinstance(member, AnonymousUser):
        return Organisation.objects.none()
    return Organisation.objects.filter(affiliations__member=member).order_by("name")


def administered_by(member: Viewer) -> QuerySet[Organisation]:
    """Select the organisations that a member administers."""
    if isinstance(member, AnonymousUser):
        return Organisation.objects.none()
    return Organisation.objects.filter(
        affiliations__member=member, affiliations__role=AffiliationRole.ADMINISTRATOR
    ).order_by("name")
