"""Reads of slots, requests and the consortium."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ideas.choices import JOIN_LIVE, AffiliationRole, JoinState
from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.radar import radar_of
from ideas.radar import Check


@dataclass(frozen=True)
class Consortium:
    """What everybody who sees the idea sees of its line-up: the proposing organisation, partners, places."""

    idea: Idea
    partners: list[JoinRequest]
    slots: list[RoleSlot]
    checks: list[Check]


def consortium_of(idea: Idea) -> Consortium:
    """Read an idea's line-up in two queries. Requests that wait for an answer are neither in it nor in its checks."""
    accepted = idea.join_requests.filter(state=JoinState.ACCEPTED).select_related(
        "organisation", "organisation__province", "slot"
    )
    partners = list(accepted.order_by("answered_at", "id"))
    return Consortium(idea, partners, list(idea.slots.all()), radar_of(idea, partners))


def partners_of(idea: Idea) -> QuerySet[Organisation]:
    """Select the organisations that were accepted into an idea."""
    return Organisation.objects.filter(join_requests__idea=idea, join_requests__state=JoinState.ACCEPTED)


def requests_visible_to(member: Viewer) -> QuerySet[JoinRequest]:
    """Select the requests that a member may see: of the ideas they write, of their own making, and of the
    organisations that they administer. A colleague's request is the colleague's and the administrators' business.
    """
    if not isinstance(member, Member) or not member.is_active:
        return JoinRequest.objects.none()
    administered = member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR).values("organisation")
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    return JoinRequest.objects.filter(
        Q(asked_by=member) | Q(organisation__in=administered) | Q(idea__in=authored)
    ).select_related("organisation", "slot", "asked_by", "idea", "answered_by")


def readers_of(request: JoinRequest) -> list[int]:
    """The ids of the members to whom `requests_visible_to` shows a request: its other side, asked once for all."""
    administers = Q(
        affiliations__organisation=request.organisation_id, affiliations__role=AffiliationRole.ADMINISTRATOR
    )
    readers = Member.objects.filter(Q(pk=request.asked_by_id) | Q(authored_ideas=request.idea_id) | administers)
    return list(readers.filter(is_active=True).order_by("pk").values_list("pk", flat=True).distinct())


def slots_visible_to(member: Viewer) -> QuerySet[RoleSlot]:
    """Select the places of the ideas that a member sees."""
    return RoleSlot.objects.filter(idea__in=visible_to(member).values("id")).select_related("idea")


def organisations_free_to_ask(member: Member, idea: Idea) -> QuerySet[Organisation]:
    """Select the member's organisations that are neither in the idea nor waiting for an answer."""
    asking = JoinRequest.objects.filter(idea=idea, state__in=JOIN_LIVE).values("organisation")
    own = Organisation.objects.filter(affiliations__member=member).exclude(pk__in=asking)
    return own.exclude(pk=idea.organisation_id) if idea.organisation_id else own
