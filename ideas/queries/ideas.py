"""Who sees which ideas, and the reads of the idea page."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, DateTimeField, F, Q, QuerySet
from django.utils import timezone

from ideas.choices import AffiliationRole, IdeaState, JoinState
from ideas.models import BoardCount, Idea, JoinRequest, Member, ValueChain
from ideas.queries.prepared import Prepared, Slot
from ideas.rules.ideas import CAN_EXPIRE

Viewer = Member | AnonymousUser
PUBLIC = "+"
# Requests by which people of an organisation see an idea.
_OF_PARTNERS = Q(state=JoinState.ACCEPTED) | Q(
    state=JoinState.INVITED, organisation__affiliations__role=AffiliationRole.ADMINISTRATOR
)
EXPIRY_AHEAD = timedelta(days=14)
# What a card shows: one table's columns.
CARD_FIELDS = (
    "id", "reference", "title", "acronym", "teaser", "language", "state", "visibility", "tags", "closes_at",
    "open_slots", "partner_count", "comment_count", "activity_at", "is_demo", "is_open", "is_disruptive", "audience",
    "public_teaser", "valid_until", "lacking",
)  # fmt: skip

# Seeing -------------------------------------------------------------------------------------------------------------


def audiences_of(member: Viewer) -> list[str]:
    """List the audience keys (see `actions.board.audience_of`) whose ideas the viewer may see in full.

    Cluster staff see every audience; nobody sees private ideas by an audience. Visitors, and who has left: none.
    """
    if not isinstance(member, Member) or not member.is_active:
        return []
    keys = {key for (key,) in _AUDIENCES.rows()}
    staff = member.is_staff  # asked once: a request's member is looked up lazily, at each attribute
    own = _ALL_CHAINS.rows() if staff else _OWN_CHAINS.rows(member=member.pk)
    chains = {pk for (pk,) in own}
    seen = {key for key in keys if staff or (of := chains_of(key)) is None or chains & of}
    # Those to come, too: an open board must hear of the first idea that is shown to one of them.
    plain = {"members", *(f"chains:{chain}" for chain in chains)}
    return sorted(seen | plain | {f"{key}{PUBLIC}" for key in plain})


_AUDIENCES = Prepared(lambda: BoardCount.objects.filter(facet="total").values_list("audience"))
_ALL_CHAINS = Prepared(lambda: ValueChain.objects.order_by().values_list("id"))


def _own_chains(member: Slot) -> "QuerySet[Any, Any]":
    # Either side by its own index: joined together, everybody's would be read.
    enrolled = ValueChain.members.through.objects.filter(member_id=member).order_by()
    led = ValueChain.leads.through.objects.filter(member_id=member).order_by()
    return enrolled.values_list("valuechain_id").union(led.values_list("valuechain_id"))


_OWN_CHAINS = Prepared(_own_chains, member=BigIntegerField())


@lru_cache(maxsize=4_096)
def chains_of(audience: str) -> frozenset[int] | None:
    """Read the value chains out of an audience key; None where it is open to all members."""
    key = audience.removesuffix(PUBLIC)
    return None if key == "members" else frozenset(map(int, key.removeprefix("chains:").split(".")))


def related_ids(member: Member) -> "QuerySet[Any, int]":
    """Select the ids of ideas that the member sees for a reason of their own: author, invited, or partner.

    A draft and a withdrawn idea are shown to nobody who was only invited to read. Of an organisation that is invited to
    join, its administrators see the idea as long as the invitation waits for their answer, and nobody else of it.
    """
    return _related(member.pk)


def _related(pk: int | Slot) -> "QuerySet[Any, int]":
    authored = Idea.authors.through.objects.filter(member_id=pk).values_list("idea_id", flat=True)
    shown = (
        Idea.invited.through.objects.filter(member_id=pk)
        .exclude(idea__state__in=[IdeaState.DRAFT, IdeaState.WITHDRAWN])
        .values_list("idea_id", flat=True)
    )
    joined = JoinRequest.objects.filter(_OF_PARTNERS, organisation__affiliations__member=pk).values_list(
        "idea_id", flat=True
    )
    # The default ordering of requests would be inside a part of the union, which SQLite refuses.
    return authored.union(shown, joined.order_by())


RELATED = Prepared(_related, pk=BigIntegerField())


def visible_to(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[Idea]:
    """Select the ideas that the viewer may see in full: the one gate of pages, API, sockets, search, feeds and mail.

    `audiences` saves a query where the caller has them. Visitors see nothing in full: see `public_teasers`.
    """
    if not isinstance(member, Member) or not member.is_active:
        return Idea.objects.none()
    keys = audiences_of(member) if audiences is None else audiences
    return seen_with(member.pk, keys)


def seen_with(pk: int | Slot, audiences: Sequence[str | Slot]) -> QuerySet[Idea]:
    """The inside of `visible_to`, for what is written once (`prepared`); who asks knows that the member is active."""
    return Idea.objects.filter(Q(audience__in=audiences) | Q(id__in=RELATED.subquery(pk=pk)))


def members_who_see(idea: Idea, members: Iterable[Member]) -> set[int]:
    """Pick the ids of those members who may see an idea in full: `visible_to` the other way round.

    Five queries, however many members: the audience as it is in the database now, and each reason of one's own.
    """
    asked = {member.pk: member for member in members if member.is_active}
    row = Idea.objects.filter(pk=idea.pk).values("audience", "state").first()
    if row is None or not asked:
        return set()
    seeing = _own_reason(idea, row["state"], list(asked))
    chains = chains_of(row["audience"]) if row["audience"] else frozenset()
    if row["audience"]:
        seeing |= {pk for pk, member in asked.items() if chains is None or member.is_staff}
    if chains:
        people = Q(value_chains__in=chains) | Q(led_chains__in=chains)
        seeing |= set(Member.objects.filter(people, pk__in=asked).order_by().values_list("pk", flat=True))
    return seeing


def _own_reason(idea: Idea, state: str, asked: list[int]) -> set[int]:
    """Pick those for whom `related_ids` names the idea."""
    authors = idea.authors.through.objects.filter(idea=idea, member_id__in=asked).values_list("member_id", flat=True)
    partners = JoinRequest.objects.filter(
        _OF_PARTNERS, idea=idea, organisation__affiliations__member__in=asked
    ).order_by()
    found = {*authors, *partners.values_list("organisation__affiliations__member", flat=True)} & set(asked)
    if state not in (IdeaState.DRAFT, IdeaState.WITHDRAWN):
        shown = idea.invited.through.objects.filter(idea=idea, member_id__in=asked)
        found |= set(shown.values_list("member_id", flat=True))
    return found


def public_teasers() -> QuerySet[Idea]:
    """Select the ideas of which everybody may see title, teaser and tags: published, not private, switched on."""
    return Idea.objects.filter(public_teaser=True).exclude(audience="")


def whole_idea(idea_id: int) -> QuerySet[Idea]:
    """Load an idea with what its page shows. The caller has found it through `visible_to`."""
    return (
        Idea.objects.filter(pk=idea_id)
        .select_related("value_chain", "call", "deadline", "s3_area", "organisation", "created_by")
        .prefetch_related("authors")
    )


def expiring(at: datetime) -> QuerySet[Idea]:
    """Select the ideas at work that end within two weeks or ended in the last four, of which nobody was reminded."""
    today = timezone.localdate(at)
    ending = Q(valid_until__gte=today - 2 * EXPIRY_AHEAD, valid_until__lte=today + EXPIRY_AHEAD)
    told = Q(expiry_told__isnull=False, expiry_told=F("valid_until"))
    return Idea.objects.filter(ending, state__in=CAN_EXPIRE).exclude(told).order_by("valid_until", "id")


def own_closings(member: Viewer, *, at: datetime, until: datetime) -> list[dict[str, Any]]:
    """Read the member's own ideas whose deadline falls in a span, for the ruler: {reference, acronym, closes_at}."""
    if not isinstance(member, Member):
        return []
    rows = _OWN_CLOSINGS.rows(member=member.pk, at=at, until=until)
    return [{"reference": row[0], "acronym": row[1], "closes_at": row[2]} for row in rows]


def _own_closings(member: Slot, at: Slot, until: Slot) -> "QuerySet[Any, Any]":
    live = Idea.objects.filter(authors=member).exclude(state__in=[IdeaState.WITHDRAWN, IdeaState.MERGED])
    rows = live.filter(closes_at__gte=at, closes_at__lte=until).order_by("closes_at", "id")
    return rows.values_list("reference", "acronym", "closes_at")[:50]


_OWN_CLOSINGS = Prepared(_own_closings, member=BigIntegerField(), at=DateTimeField(), until=DateTimeField())
