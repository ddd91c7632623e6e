"""Who works with whom: organisations in the same consortium, in the ideas that the reader sees."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import combinations

from django.db.models import Exists, OuterRef, Q, QuerySet

from ideas.choices import IDEA_PUBLISHED, IdeaState, JoinState
from ideas.models import Idea, JoinRequest, Organisation
from ideas.queries.ideas import Viewer, visible_to

# The newest ones are read: a cluster's ideas with partners are some hundreds.
MOST_IDEAS = 5_000
# What went into another idea has its partners there.
TOGETHER = sorted(IDEA_PUBLISHED - {IdeaState.MERGED})


@dataclass(frozen=True)
class NetworkFilters:
    """A value chain's code, the year in which ideas were written, the organisation in the middle; "" and None: all."""

    value_chain: str = ""
    year: int | None = None
    organisation: int | None = None


@dataclass(frozen=True)
class SharedIdea:
    id: int
    reference: str
    title: str
    language: str


@dataclass(frozen=True)
class Node:
    """An organisation, and in how many of these ideas it works with others."""

    organisation: Organisation
    ideas: int


@dataclass(frozen=True)
class Link:
    """Two organisations (ids, the lower one first) and the ideas that they have in common, newest first."""

    one: int
    other: int
    ideas: list[SharedIdea]


@dataclass(frozen=True)
class Network:
    """Organisations by name, links with most in common first, the number of ideas behind them; `is_cut`: the newest
    `MOST_IDEAS` alone.
    """

    nodes: list[Node]
    links: list[Link]
    ideas: int
    is_cut: bool


def network_of(
    member: Viewer, filters: NetworkFilters, *, zone: tzinfo, audiences: Sequence[str] | None = None
) -> Network:
    """Read who works with whom in the ideas that the viewer sees: the proposing organisation and accepted partners.

    An idea that the viewer doesn't see makes no link and counts nowhere; visitors see none. Three queries beside those
    of `visible_to`, which `audiences` saves where the caller has them.
    """
    ideas = _together(member, filters, zone, audiences)
    fields = ("id", "reference", "title", "language", "organisation_id")
    rows = list(ideas.order_by("-id").values_list(*fields)[: MOST_IDEAS + 1])
    is_cut, rows = len(rows) > MOST_IDEAS, rows[:MOST_IDEAS]
    partners = defaultdict(set)
    accepted = JoinRequest.objects.filter(idea__in=ideas.values("pk"), state=JoinState.ACCEPTED).order_by()
    for idea_id, organisation_id in accepted.values_list("idea_id", "organisation_id"):
        partners[idea_id].add(organisation_id)
    shared: dict[tuple[int, int], list[SharedIdea]] = defaultdict(list)
    for *facts, proposer in rows:
        idea = SharedIdea(*facts)
        for pair in combinations(sorted(partners[idea.id] | ({proposer} - {None})), 2):
            shared[pair].append(idea)
    return _drawn(shared, is_cut=is_cut)


def years_of(member: Viewer, *, zone: tzinfo, audiences: Sequence[str] | None = None) -> list[int]:
    """List the years in which ideas with partners that the viewer sees were written, the latest first."""
    rows = _together(member, NetworkFilters(), zone, audiences).order_by()
    return [start.year for start in rows.datetimes("created_at", "year", order="DESC", tzinfo=zone)]


def _together(member: Viewer, filters: NetworkFilters, zone: tzinfo, audiences: Sequence[str] | None) -> QuerySet[Idea]:
    """Select the ideas in which organisations work together."""
    accepted = JoinRequest.objects.filter(idea=OuterRef("pk"), state=JoinState.ACCEPTED).order_by()
    ideas = visible_to(member, audiences).filter(Exists(accepted), state__in=TOGETHER)
    if filters.organisation:
        joined = Exists(accepted.filter(organisation=filters.organisation))
        ideas = ideas.filter(joined | Q(organisation=filters.organisation))
    if filters.value_chain:
        others = Idea.other_chains.through.objects.filter(idea_id=OuterRef("pk"), valuechain__code=filters.value_chain)
        ideas = ideas.filter(Q(value_chain__code=filters.value_chain) | Exists(others))
    if filters.year:
        first, last = (datetime(year, 1, 1, tzinfo=zone) for year in (filters.year, filters.year + 1))
        ideas = ideas.filter(created_at__gte=first, created_at__lt=last)
    return ideas


def _drawn(shared: dict[tuple[int, int], list[SharedIdea]], *, is_cut: bool) -> Network:
    involved: dict[int, set[int]] = defaultdict(set)
    for pair, ideas in shared.items():
        for organisation_id in pair:
            involved[organisation_id] |= {idea.id for idea in ideas}
    organisations = Organisation.objects.filter(pk__in=involved).order_by("name", "id")
    nodes = [Node(row, len(involved[row.pk])) for row in organisations]
    place = {node.organisation.pk: number for number, node in enumerate(nodes)}
    links = [Link(one, other, ideas) for (one, other), ideas in shared.items()]
    links.sort(key=lambda link: (-len(link.ideas), sorted((place[link.one], place[link.other]))))
    return Network(nodes, links, len(_all(shared.values())), is_cut)


def _all(groups: Iterable[list[SharedIdea]]) -> set[int]:
    return {idea.id for ideas in groups for idea in ideas}
