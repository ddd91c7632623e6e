"""The board: what a reader asks of it, a page of cards, and the counts of each facet."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from ideas.models import BoardCount, Idea, Member
from ideas.queries.ideas import CARD_FIELDS, PUBLIC, Viewer, audiences_of, public_teasers, related_ids, visible_to
from ideas.queries.search import matching_ideas, scope_of
from ideas.questions import read_question

SOON = timedelta(days=30)


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
    """Narrow `ideas` to what the filters ask; words are another matter: see `ideas_with`."""
    if filters.value_chain:
        other = Idea.other_chains.through.objects.filter(
            idea_id=OuterRef("id"), valuechain__code__in=filters.value_chain
        )
        ideas = ideas.filter(Q(value_chain__code__in=filters.value_chain) | Exists(other))
    if filters.ket:
        kets = Idea.kets.through.objects.filter(idea_id=OuterRef("id"), term__code__in=filters.ket)
        ideas = ideas.filter(Exists(kets))
    if filters.call:
        ideas = ideas.filter(call__identifier__in=filters.call)
    if filters.state:
        ideas = ideas.filter(state__in=filters.state)
    if filters.closing_soon:
        ideas = ideas.filter(closes_at__gte=at, closes_at__lte=at + SOON)
    if filters.mine and isinstance(by, Member):
        ideas = ideas.filter(id__in=related_ids(by))
    return ideas


def board(
    by: Viewer, filters: IdeaFilters, *, at: datetime, cursor: str = "", audiences: list[str] | None = None
) -> Board:
    """Read one page of cards and the counts of each facet, in a fixed number of queries.

    Counts of a facet leave that facet's own choice open, so that a reader sees what else there is. `audiences` saves
    the queries of `audiences_of`. `mine` are the ids that the filters leave of what the reader sees for their own sake.
    """
    audiences = audiences_of(by) if audiences is None else audiences
    seen = ideas_with(by, filters.q, audiences)
    page = read_page(filter_ideas(seen, filters, by=by, at=at), filters.sort, cursor)
    counts = _live_counts(seen, filters, by=by, at=at) if filters.narrows else _kept_counts(by, audiences, at)
    own = (
        filter_ideas(seen, replace(filters, mine=True), by=by, at=at) if isinstance(by, Member) else Idea.objects.none()
    )
    mine = list(own.order_by().values_list("id", flat=True))
    counts["mine"] = {"1": len(mine)}
    return Board(page=page, counts=counts, total=counts["total"].get("", 0), mine=mine)


def ideas_with(by: Viewer, words: str, audiences: list[str] | None = None) -> QuerySet[Idea]:
    """Select what the viewer sees, with the words that they search for: of teasers in title and teaser alone."""
    audiences = audiences_of(by) if audiences is None else audiences
    seen = visible_to(by, audiences) if isinstance(by, Member) else public_teasers()
    question = read_question(words, typing=True)
    return seen.filter(id__in=matching_ideas(question, scope_of(by, audiences))) if question else seen


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
