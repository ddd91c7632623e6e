"""Reads of who belongs to an organisation, who asks to, who was invited, and what happened when."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Case, Q, QuerySet, When

from ideas.choices import AffiliationRole, AffiliationState
from ideas.models import Affiliation, AffiliationChange, AffiliationRequest, Invitation, Member, Organisation
from ideas.queries.ideas import Viewer

MOST_ROWS = 100
Row = TypeVar("Row", Affiliation, AffiliationRequest)


@dataclass(frozen=True)
class Standing:
    """What a member is to an organisation: one of its people, somebody who asks or asked to be, or neither."""

    affiliation: Affiliation | None
    request: AffiliationRequest | None


@dataclass(frozen=True)
class People:
    """What those who look after an organisation see of its people; the newest `MOST_ROWS` of what is past."""

    affiliations: list[Affiliation]
    waiting: list[AffiliationRequest]
    answered: list[AffiliationRequest]
    invitations: list[Invitation]
    changes: list[AffiliationChange]


def people_in(organisation: Organisation) -> People:
    """Read an organisation's people, administrators first, with requests, invitations and history. Four queries."""
    affiliations = organisation.affiliations.select_related("member").order_by("role", "member__name", "id")
    requests = organisation.affiliation_requests.select_related("member", "answered_by", "organisation")
    # Who waits before what is past: the newest must not push somebody out who still waits.
    waits_first = Case(When(state=AffiliationState.PENDING, then=0), default=1)
    rows = list(requests.order_by(waits_first, "-id")[:MOST_ROWS])
    invitations = Invitation.objects.filter(organisation=organisation).select_related("invited_by", "accepted_by")
    changes = organisation.affiliation_changes.select_related("member", "by")
    return People(
        affiliations=list(affiliations),
        waiting=[row for row in rows if row.state == AffiliationState.PENDING],
        answered=[row for row in rows if row.state != AffiliationState.PENDING],
        invitations=list(invitations.order_by("-id")[:MOST_ROWS]),
        changes=list(changes.order_by("-id")[:MOST_ROWS]),
    )


def affiliation_requests_visible_to(member: Viewer) -> QuerySet[AffiliationRequest]:
    """Select one's own requests, and those of the organisations that one looks after (all of them, for staff)."""
    return _own_or_kept(member, AffiliationRequest.objects.select_related("organisation", "member", "answered_by"))


def affiliations_visible_to(member: Viewer) -> QuerySet[Affiliation]:
    """Select one's own places, and those of the people of the organisations that one looks after."""
    return _own_or_kept(member, Affiliation.objects.select_related("organisation", "member"))


def _own_or_kept(member: Viewer, rows: QuerySet[Row]) -> QuerySet[Row]:
    if not isinstance(member, Member) or not member.is_active:
        return rows.none()
    return rows if member.is_staff else rows.filter(Q(member=member) | Q(organisation__in=_administered(member)))


def invitations_visible_to(member: Viewer) -> QuerySet[Invitation]:
    """Select the invitations into the organisations that a member looks after; staff see all."""
    if not isinstance(member, Member) or not member.is_active:
        return Invitation.objects.none()
    seen = Invitation.objects.select_related("organisation", "invited_by")
    return seen if member.is_staff else seen.filter(organisation__in=_administered(member))


def standing_in(member: Member, organisation: Organisation) -> Standing:
    """Read what a member is to an organisation, with their newest request. Two queries."""
    affiliation = Affiliation.objects.filter(member=member, organisation=organisation).first()
    requests = AffiliationRequest.objects.filter(member=member, organisation=organisation)
    return Standing(affiliation, requests.order_by("-id").first())


def keepers_of(organisation: Organisation) -> list[Member]:
    """Read who looks after an organisation: its administrators, or cluster staff where it has none."""
    active = Member.objects.filter(is_active=True)
    administrators = active.filter(
        affiliations__organisation=organisation, affiliations__role=AffiliationRole.ADMINISTRATOR
    )
    return list(administrators.order_by("pk")) or list(active.filter(is_staff=True).order_by("pk"))


def _administered(member: Member) -> "QuerySet[Affiliation, int]":
    mine = member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR)
    return mine.order_by().values_list("organisation_id", flat=True)
