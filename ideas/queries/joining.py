"""Reads of slots, requests and the consortium."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from ideas.choices import JOIN_DUE, JOIN_LIVE, AffiliationRole, JoinState
from ideas.models import Affiliation, Idea, JoinRequest, JoinStep, Member, Organisation, RoleSlot
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.radar import radar_of, radars_of
from ideas.radar import Check
from ideas.rules.joining import REMINDED_BEFORE


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


def consortiums_of(ideas: Sequence[Idea]) -> list[Consortium]:
    """Read the line-ups of many ideas, loaded with their calls and organisations: three queries, however many.

    Two more for each call that limits an organisation's proposals.
    """
    accepted = JoinRequest.objects.filter(idea__in=ideas, state=JoinState.ACCEPTED).select_related(
        "organisation", "organisation__province", "slot"
    )
    partners: dict[int, list[JoinRequest]] = {idea.pk: [] for idea in ideas}
    for request in accepted.order_by("answered_at", "id"):
        partners[request.idea_id].append(request)
    slots: dict[int, list[RoleSlot]] = {idea.pk: [] for idea in ideas}
    for slot in RoleSlot.objects.filter(idea__in=ideas):
        slots[slot.idea_id].append(slot)
    radars = radars_of([(idea, partners[idea.pk]) for idea in ideas])
    return [Consortium(idea, partners[idea.pk], slots[idea.pk], radars[idea.pk]) for idea in ideas]


def partners_of(idea: Idea) -> QuerySet[Organisation]:
    """Select the organisations that were accepted into an idea, each once, whatever roles it has."""
    accepted = JoinRequest.objects.filter(idea=idea, state=JoinState.ACCEPTED).order_by()
    return Organisation.objects.filter(pk__in=accepted.values("organisation"))


def requests_visible_to(member: Viewer) -> QuerySet[JoinRequest]:
    """Select the requests and invitations that a member may see: of the ideas they write, of their own making, and of
    the organisations that they administer. A colleague's request is the colleague's and the administrators' business;
    an invitation is its idea's authors', not of whoever wrote it and is an author no more.
    """
    if not isinstance(member, Member) or not member.is_active:
        return JoinRequest.objects.none()
    administered = member.affiliations.filter(role=AffiliationRole.ADMINISTRATOR).values("organisation")
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    return JoinRequest.objects.filter(
        (Q(asked_by=member) & ~Q(invited_by=member)) | Q(organisation__in=administered) | Q(idea__in=authored)
    ).select_related("organisation", "slot", "asked_by", "idea", "answered_by", "invited_by")


def readers_of(request: JoinRequest) -> list[int]:
    """The ids of the members to whom `requests_visible_to` shows a request: its other side, asked once for all."""
    administers = Q(
        affiliations__organisation=request.organisation_id, affiliations__role=AffiliationRole.ADMINISTRATOR
    )
    asker = Q() if request.asked_by_id == request.invited_by_id else Q(pk=request.asked_by_id)
    readers = Member.objects.filter(asker | Q(authored_ideas=request.idea_id) | administers)
    return list(readers.filter(is_active=True).order_by("pk").values_list("pk", flat=True).distinct())


def waiting_for(slot: RoleSlot) -> list[JoinRequest]:
    """Read a place's waiting list, in its order: who was put on it first is the first. One query."""
    rows = slot.join_requests.filter(state=JoinState.WAITLISTED).select_related("organisation")
    return list(rows.order_by("answered_at", "id"))


def requests_due(at: datetime) -> QuerySet[JoinRequest]:
    """Select what nobody answered in time, the longest overdue first."""
    return JoinRequest.objects.filter(state__in=sorted(JOIN_DUE), expires_at__lte=at).order_by("expires_at", "id")


def requests_to_remind(at: datetime) -> QuerySet[JoinRequest]:
    """Select what ends soon, and of which nobody was reminded."""
    soon = JoinRequest.objects.filter(expires_at__gt=at, expires_at__lte=at + REMINDED_BEFORE)
    return soon.filter(state__in=sorted(JOIN_DUE), reminded=False).order_by("expires_at", "id")


def slots_visible_to(member: Viewer) -> QuerySet[RoleSlot]:
    """Select the places of the ideas that a member sees."""
    return RoleSlot.objects.filter(idea__in=visible_to(member).values("id")).select_related("idea")


@dataclass(frozen=True)
class Asking:
    """What a member may still ask for in an idea, for the organisations that they belong to.

    `free`: one of them has nothing to do with it yet; `more`: one that has may ask for another place than `slots`.
    """

    free: bool
    more: bool
    slots: set[int]


def asking_in(member: Member, idea: Idea) -> Asking:
    """Find what a member may ask for; the caller knows whether the idea takes requests at all. Two queries."""
    own = set(Organisation.objects.filter(affiliations__member=member).values_list("pk", flat=True))
    own.discard(idea.organisation_id or 0)
    live = JoinRequest.objects.filter(idea=idea, organisation__in=own, state__in=sorted(JOIN_LIVE)).order_by()
    rows = list(live.values_list("organisation", "slot")) if own else []
    busy, slots = {row[0] for row in rows}, {row[1] for row in rows if row[1]}
    taken = {slot for slot in slots if all((organisation, slot) in rows for organisation in own)}
    return Asking(free=bool(own - busy), more=bool(busy), slots=taken)


def organisations_free_to_ask(member: Member, idea: Idea) -> QuerySet[Organisation]:
    """Select the member's organisations that are neither in the idea nor waiting for an answer."""
    asking = JoinRequest.objects.filter(idea=idea, state__in=JOIN_LIVE).values("organisation")
    own = Organisation.objects.filter(affiliations__member=member).exclude(pk__in=asking)
    return own.exclude(pk=idea.organisation_id) if idea.organisation_id else own


def organisations_to_invite(idea: Idea) -> QuerySet[Organisation]:
    """Select the organisations that somebody could answer an invitation for; not the one that proposes the idea."""
    administered = Affiliation.objects.filter(role=AffiliationRole.ADMINISTRATOR, member__is_active=True)
    rows = Organisation.objects.filter(pk__in=administered.values("organisation"))
    return rows.exclude(pk=idea.organisation_id) if idea.organisation_id else rows


def with_history(requests: QuerySet[JoinRequest]) -> QuerySet[JoinRequest]:
    """Load every step of the requests with who took it: one query more."""
    return requests.prefetch_related(Prefetch("steps", JoinStep.objects.select_related("by").order_by("id")))


def turns_of(requests: Iterable[JoinRequest]) -> dict[int, int]:
    """Number those of the requests that are on a waiting list: {request: its turn}, 1 is the first of its place.

    One query where any of them waits; who waits without a place has a list of their own.
    """
    waiting = {row.idea_id for row in requests if row.state == JoinState.WAITLISTED}
    if not waiting:
        return {}
    rows = JoinRequest.objects.filter(idea__in=waiting, state=JoinState.WAITLISTED).order_by("answered_at", "id")
    turns: dict[int, int] = {}
    lists: Counter[tuple[int, int | None]] = Counter()
    for pk, idea, slot in rows.values_list("pk", "idea", "slot"):
        lists[idea, slot] += 1
        turns[pk] = lists[idea, slot]
    return turns
