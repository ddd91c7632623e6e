"""What a reader asks of the ideas: the choices of the facets, and the ideas that a database finds by them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from ideas.models import Idea, Member, RoleSlot
from ideas.queries.board_counts import SOON
from ideas.queries.ideas import Viewer, audiences_of, public_teasers, related_ids, visible_to
from ideas.queries.search import matching_ideas, scope_of
from ideas.questions import read_question

# The facets with several values, and what the counts call them.
MANY = {
    "value_chain": "chain", "ket": "ket", "call": "call", "state": "state",
    "role": "role", "kind": "kind", "trl": "trl", "province": "province",
    "lacks": "lacks",
}  # fmt: skip
# A visitor sees these counted: the rest would tell what a teaser doesn't.
VISITORS = ("value_chain", "ket")
# Counted from the ideas at every look; the others are kept at the write, too.
NOT_KEPT = ("role", "kind", "trl", "province")
# Best matches first: only among so many as the search ranks. The others have no order by relevance.
RELEVANCE = "relevance"


@dataclass(frozen=True)
class IdeaFilters:
    """What a reader asks of the board. Within a facet any value will do; between facets all must hold."""

    value_chain: tuple[str, ...] = ()
    ket: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    role: tuple[str, ...] = ()  # of a place that is still open
    kind: tuple[str, ...] = ()  # of organisation that an open place looks for
    trl: tuple[str, ...] = ()  # between now and the end
    province: tuple[str, ...] = ()  # of who proposes it
    lacks: tuple[str, ...] = ()  # what the line-up lacks for the call: `radar.LACKING`
    q: str = ""
    closing_soon: bool = False
    mine: bool = False
    sort: str = "activity"

    @property
    def narrows(self) -> bool:
        """Whether anything is filtered at all, or put in an order that only a search has."""
        return self != IdeaFilters(sort=self.sort)

    def without(self, facet: str) -> "IdeaFilters":
        """The same, with a facet left open, or a switch turned off."""
        changes: dict[str, Any] = {facet: () if facet in MANY else False}
        return replace(self, **changes)


def filter_ideas(ideas: QuerySet[Idea], filters: IdeaFilters, *, by: Viewer, at: datetime) -> QuerySet[Idea]:
    """Narrow `ideas` to what the filters ask, for lists that the database reads; words: see `ideas_with`."""
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
    if filters.role or filters.kind:
        ideas = ideas.filter(*_places(filters))
    if filters.trl:
        ideas = ideas.filter(_levels(filters.trl))
    if filters.province:
        ideas = ideas.filter(organisation__province__code__in=filters.province)
    if filters.lacks:
        ideas = ideas.annotate(codes=Concat(Value(" "), "lacking", Value(" ")))
        ideas = ideas.filter(reduce(or_, (Q(codes__contains=f" {code} ") for code in filters.lacks)))
    if filters.closing_soon:
        ideas = ideas.filter(closes_at__gte=at, closes_at__lte=at + SOON)
    if filters.mine and isinstance(by, Member):
        ideas = ideas.filter(id__in=related_ids(by))
    return ideas


def _places(filters: IdeaFilters) -> list[Exists]:
    """Write as conditions: a place is still open in one of these roles, and one for one of these kinds."""
    places = RoleSlot.objects.filter(idea=OuterRef("pk"), filled__lt=F("wanted")).order_by()
    found = [Exists(places.filter(role__in=filters.role))] if filters.role else []
    if filters.kind:
        # Codes with their quotation marks: SQLite knows no "contains" in JSON.
        named = [Q(kinds_text__contains=f'"{kind}"') for kind in filters.kind]
        found.append(Exists(places.annotate(kinds_text=Cast("kinds", TextField())).filter(reduce(or_, named))))
    return found


def _levels(levels: Collection[str]) -> Q:
    """Write as a condition: one of these levels of readiness lies between the level now and the one at the end."""
    chosen = Q(pk__in=[])
    for level in map(int, levels):
        both = Q(trl_now__lte=level, trl_target__gte=level)
        chosen |= both | Q(trl_now=level, trl_target=None) | Q(trl_now=None, trl_target=level)
    return chosen


def ideas_with(by: Viewer, words: str, audiences: list[str] | None = None) -> QuerySet[Idea]:
    """Select what the viewer sees, with the words that they search for: of teasers in title and teaser alone."""
    audiences = audiences_of(by) if audiences is None else audiences
    seen = visible_to(by, audiences) if isinstance(by, Member) else public_teasers()
    question = read_question(words, typing=True)
    return seen.filter(id__in=matching_ideas(question, scope_of(by, audiences))) if question else seen
