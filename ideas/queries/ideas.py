"""Who sees which ideas, and the reads of the board and of the idea page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from ideas.choices import IdeaState, JoinState
from ideas.models import BoardCount, Idea, IdeaTransition, JoinRequest, Member, ValueChain
from ideas.text import searchable

Viewer = Member | AnonymousUser
SOON = timedelta(days=30)
PUBLIC = "+"

# Seeing -------------------------------------------------------------------------------------------------------------


def audiences_of(member: Viewer) -> list[str]:
    """List the audience keys (see `actions.board.audience_of`) whose ideas the viewer may see in full.

    Cluster staff see every audience; nobody sees private ideas by an audience. Visitors: none.
    """
    if not isinstance(member, Member):
        return []
    keys = set(BoardCount.objects.filter(facet="total").values_list("audience", flat=True))
    own = (
        ValueChain.objects.all() if member.is_staff else ValueChain.objects.filter(Q(members=member) | Q(leads=member))
    )
    chains = set(own.values_list("id", flat=True))
    seen = {key for key in keys if member.is_staff or chains_of(key) is None or chains & (chains_of(key) or set())}
    # Those to come, too: an open board must hear of the first idea that is shown to one of them.
    plain = {"members", *(f"chains:{chain}" for chain in chains)}
    return sorted(seen | plain | {f"{key}{PUBLIC}" for key in plain})


def chains_of(audience: str) -> set[int] | None:
    """Read the value chains out of an audience key; None where it is open to all members."""
    key = audience.removesuffix(PUBLIC)
    return None if key == "members" else {int(chain) for chain in key.removeprefix("chains:").split(".")}


def related_ids(member: Member) -> "QuerySet[Any, int]":
    """Select the ids of ideas that the member sees for a reason of their own: author, invited, or partner.

    A draft and a withdrawn idea are shown to nobody who was only invited to read.
    """
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values_list("idea_id", flat=True)
    shown = (
        Idea.invited.through.objects.filter(member_id=member.pk)
        .exclude(idea__state__in=[IdeaState.DRAFT, IdeaState.WITHDRAWN])
        .values_list("idea_id", flat=True)
    )
    joined = JoinRequest.objects.filter(
        state=JoinState.ACCEPTED, organisation__affiliations__member=member.pk
    ).values_list("idea_id", flat=True)
    # The default ordering of requests would be inside a part of the union, which SQLite refuses.
    return authored.union(shown, joined.order_by())


def visible_to(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[Idea]:
    """Select the ideas that the viewer may see in full: the one gate of pages, API, sockets, search, feeds and mail.

    `audiences` saves a query where the caller has them. Visitors see nothing in full: see `public_teasers`.
    """
    if not isinstance(member, Member) or not member.is_active:
        return Idea.objects.none()
    keys = audiences_of(member) if audiences is None else audiences
    return Idea.objects.filter(Q(audience__in=keys) | Q(id__in=related_ids(member)))


def members_who_see(idea: Idea, members: Iterable[Member]) -> set[int]:
    """Pick the ids of those members who may see an idea in full: `visible_to` the other way round.

    Five queries, however many members: the audience as it is in the database now, and each reason of one's own.
    """
    asked = {member.pk: member for member in members if member.is_active}
    row = Idea.objects.filter(pk=idea.pk).values("audience", "state").first()
    if row is None or not asked:
        return set()
    seeing = _own_reason(idea, row["state"], list(asked))
    chains = chains_of(row["audience"]) if row["audience"] else set()
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
        idea=idea, state=JoinState.ACCEPTED, organisation__affiliations__member__in=asked
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
    steps = IdeaTransition.objects.select_related("by").order_by("-id")
    return (
        Idea.objects.filter(pk=idea_id)
        .select_related("value_chain", "call", "deadline", "s3_area", "organisation", "created_by")
        .prefetch_related("authors", Prefetch("transitions", steps))
    )


def own_closings(member: Viewer, *, at: datetime, until: datetime) -> list[dict[str, Any]]:
    """Read the member's own ideas whose deadline falls in a span, for the ruler: {reference, acronym, closes_at}."""
    if not isinstance(member, Member):
        return []
    live = member.authored_ideas.exclude(state__in=[IdeaState.WITHDRAWN, IdeaState.MERGED])
    rows = live.filter(closes_at__gte=at, closes_at__lte=until).order_by("closes_at", "id")
    return [dict(row) for row in rows.values("reference", "acronym", "closes_at")[:50]]


# The board ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IdeaFilters:
    """What a reader asks of the board. Within a facet any value will do; between facets all must hold."""

    value_chain: tuple[str, ...] = ()
    ket: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    q: str = ""
    closing_soon: bool = False
    mine: bool = False
    sort: str = "activity"

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered at all."""
        return self != IdeaFilters(sort=self.sort)

    def without(self, facet: str) -> "IdeaFilters":
        """The same, with a facet left open."""
        changes: dict[str, Any] = {facet: ()}
        return replace(self, **changes)


CARD_FIELDS = (
    "id", "reference", "title", "acronym", "teaser", "language", "state", "visibility", "tags", "closes_at",
    "open_slots", "partner_count", "comment_count", "activity_at", "is_demo", "is_open", "is_disruptive", "audience",
    "public_teaser",
)  # fmt: skip
PAGE_SIZE = 25
ORDERS: dict[str, tuple[str, ...]] = {"activity": ("-activity_at", "-id"), "closing": ("closes_at", "id")}


@dataclass
class Page:
    """A page of rows, and where the next one begins ("" at the end)."""

    rows: list[dict[str, Any]]
    next_cursor: str = ""


@dataclass
class Board:
    page: Page
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    total: int = 0
    mine: list[int] = field(default_factory=list)


def filter_ideas(ideas: QuerySet[Idea], filters: IdeaFilters, *, by: Viewer, at: datetime) -> QuerySet[Idea]:
    """Narrow `ideas` to what the filters ask. For visitors only title and teaser are searched, and only tags filter."""
    if filters.value_chain:
        other = Idea.other_chains.through.objects.filter(
            idea_id=OuterRef("id"), valuechain__code__in=filters.value_chain
        )
        ideas = ideas.filter(Q(value_chain__code__in=filters.value_chain) | Exists(other))
    if filters.ket:
        kets = Idea.kets.through.objects.filter(idea_id=OuterRef("id"), term__code__in=filters.ket)
        ideas = ideas.filter(Exists(kets))
    if not isinstance(by, Member):
        return _match(ideas, filters.q, "title", "teaser")
    if filters.call:
        ideas = ideas.filter(call__identifier__in=filters.call)
    if filters.state:
        ideas = ideas.filter(state__in=filters.state)
    if filters.closing_soon:
        ideas = ideas.filter(closes_at__gte=at, closes_at__lte=at + SOON)
    if filters.mine:
        ideas = ideas.filter(id__in=related_ids(by))
    return _match(ideas, filters.q, "search_text")


def _match(ideas: QuerySet[Idea], text: str, *fields: str) -> QuerySet[Idea]:
    for word in (searchable(text) if fields == ("search_text",) else text).split()[:12]:
        either = Q()
        for name in fields:
            either |= Q(**{f"{name}__icontains" if len(fields) > 1 else f"{name}__contains": word})
        ideas = ideas.filter(either)
    return ideas


def board(
    by: Viewer, filters: IdeaFilters, *, at: datetime, cursor: str = "", audiences: list[str] | None = None
) -> Board:
    """Read one page of cards and the counts of each facet, in a fixed number of queries.

    Counts of a facet leave that facet's own choice open, so that a reader sees what else there is. `audiences` saves
    the queries of `audiences_of`. `mine` are the ids that the filters leave of what the reader sees for their own sake.
    """
    audiences = audiences_of(by) if audiences is None else audiences
    seen = visible_to(by, audiences) if isinstance(by, Member) else public_teasers()
    page = read_page(filter_ideas(seen, filters, by=by, at=at), filters.sort, cursor)
    counts = _live_counts(seen, filters, by=by, at=at) if filters.narrows else _kept_counts(by, audiences, at)
    own = (
        filter_ideas(seen, replace(filters, mine=True), by=by, at=at) if isinstance(by, Member) else Idea.objects.none()
    )
    mine = list(own.order_by().values_list("id", flat=True))
    counts["mine"] = {"1": len(mine)}
    return Board(page=page, counts=counts, total=counts["total"].get("", 0), mine=mine)


def read_page(ideas: QuerySet[Idea], sort: str = "activity", cursor: str = "") -> Page:
    """Read 25 cards after a cursor ("<key>~<id>", the sort key and id of the last card). A bad cursor: page one."""
    order = ORDERS.get(sort, ORDERS["activity"])
    key = order[0].lstrip("-")
    if sort == "closing":
        ideas = ideas.filter(closes_at__isnull=False)
    after = _read_cursor(cursor)
    if after:
        less = "lt" if order[0].startswith("-") else "gt"
        # A row-value comparison in two steps: the first lets the index seek, the second breaks ties.
        bound = Q(**{f"{key}__{less}e": after[0]})
        ideas = ideas.filter(bound, Q(**{f"{key}__{less}": after[0]}) | Q(**{f"id__{less}": after[1]}))
    rows = list(ideas.order_by(*order).values(*CARD_FIELDS)[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return Page(rows)
    last = rows[PAGE_SIZE - 1]
    return Page(rows[:PAGE_SIZE], f"{last[key].isoformat()}~{last['id']}")


def _read_cursor(cursor: str) -> tuple[datetime, int] | None:
    instant, _, number = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(instant)
        # Years 1 and 9999 have instants that UTC can't express.
        return (moment.astimezone(UTC), int(number)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


# How counts moved in a write, by audience: [(facet, value, one more or one less), …].
Moves = dict[str, list[tuple[str, str, int]]]
FACETS = ("total", "chain", "ket", "call", "state", "closes")
Counts = dict[str, dict[str, int]]


def _gather(rows: Iterable[tuple[str, str, int]], at: datetime) -> Counts:
    """Add rows up by facet and value; the closings between now and soon become the facet `closing_soon`."""
    counts: Counts = {facet: {} for facet in FACETS}
    for facet, value, count in rows:
        counts[facet][value] = counts[facet].get(value, 0) + count
    first, last = closing_value(at), closing_value(at + SOON)
    soon = sum(count for value, count in counts.pop("closes").items() if first <= value <= last)
    return {**counts, "closing_soon": {"1": soon}}


def closing_value(closes_at: datetime) -> str:
    """Write an instant so that text sorts as time does: the closings of ideas are counted under it."""
    return closes_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _kept_counts(by: Viewer, audiences: list[str], at: datetime) -> Counts:
    """Counts without a filter: kept by audience, plus the few ideas seen for another reason, counted one by one."""
    kept = BoardCount.objects.filter(count__gt=0)
    if not isinstance(by, Member):
        kept = kept.filter(audience__endswith=PUBLIC, facet__in=["total", "chain", "ket"])
        return _gather(kept.values_list("facet", "value").annotate(n=Sum("count")), at)
    # Closings that are past or far away are many, and nobody counts them.
    soon = Q(facet="closes", value__gte=closing_value(at), value__lte=closing_value(at + SOON))
    kept = kept.filter(~Q(facet="closes") | soon, audience__in=audiences)
    rows = list(kept.values_list("facet", "value").annotate(n=Sum("count")))
    own = Idea.objects.filter(id__in=related_ids(by)).exclude(audience__in=audiences)
    for row in own.values_list("tags", "state", "closes_at"):
        rows += [(facet, value, 1) for facet, value in facet_values(*row)]
    return _gather(rows, at)


def facet_values(tags: dict[str, Any], state: str, closes_at: datetime | None) -> set[tuple[str, str]]:
    """List the (facet, value) pairs under which an idea is counted."""
    closes = {("closes", closing_value(closes_at))} if closes_at else set()
    call = {("call", tags["call"]["identifier"])} if tags.get("call") else set()
    chains = {("chain", code) for code in tags.get("chains", [])}
    kets = {("ket", code) for code in tags.get("kets", [])}
    return {("total", ""), ("state", state)} | chains | kets | call | closes


def _live_counts(seen: QuerySet[Idea], filters: IdeaFilters, *, by: Viewer, at: datetime) -> Counts:
    def narrowed(without: str = "") -> QuerySet[Idea]:
        chosen = filters.without(without) if without else filters
        return filter_ideas(seen, chosen, by=by, at=at).order_by()

    def grouped(ideas: QuerySet[Idea], value: str) -> list[tuple[str, int]]:
        return list(ideas.exclude(**{value: None}).values_list(value).annotate(n=Count("id", distinct=True)))

    counts: Counts = {facet: {} for facet in ("call", "state", "closing_soon")}
    counts["total"] = {"": narrowed().count()}
    chains = narrowed("value_chain")
    counts["chain"] = dict(grouped(chains, "value_chain__code"))
    for code, n in grouped(chains, "other_chains__code"):
        counts["chain"][code] = counts["chain"].get(code, 0) + n
    counts["ket"] = dict(grouped(narrowed("ket"), "kets__code"))
    if isinstance(by, Member):
        counts["call"] = dict(grouped(narrowed("call"), "call__identifier"))
        counts["state"] = dict(grouped(narrowed("state"), "state"))
        soon = replace(filters, closing_soon=True)
        counts["closing_soon"] = {"1": filter_ideas(seen, soon, by=by, at=at).count()}
    return counts
