"""The counts of the whole board, kept at the write: in what facets and values an idea is counted, and for whom."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Sum, TextField

from ideas.models import BoardCount, Idea, Member
from ideas.queries.ideas import PUBLIC, RELATED, Viewer
from ideas.queries.prepared import Prepared, Slot

SOON = timedelta(days=30)
# How counts moved in a write, by audience: [(facet, value, one more or one less), …].
Moves = dict[str, list[tuple[str, str, int]]]
FACETS = ("total", "chain", "ket", "call", "state", "lacks", "closes")
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


def kept_counts(by: Viewer, audiences: list[str], at: datetime) -> Counts:
    """Counts without a filter: kept by audience, plus the few ideas seen for another reason, counted one by one."""
    if not isinstance(by, Member):
        return _gather(_OF_VISITORS.rows(), at)
    start, end = closing_value(at), closing_value(at + SOON)
    rows = _OF_MEMBERS.rows(audiences=audiences, start=start, end=end)
    for row in _OWN.rows(member=by.pk, audiences=audiences):
        rows += [(facet, value, 1) for facet, value in facet_values(*row)]
    return _gather(rows, at)


def _of_visitors() -> "QuerySet[Any, Any]":
    return _added(Q(audience__endswith=PUBLIC, facet__in=["total", "chain", "ket"]))


def _of_members(audiences: list[Slot], start: Slot, end: Slot) -> "QuerySet[Any, Any]":
    # Closings that are past or far away are many, and nobody counts them.
    soon = Q(facet="closes", value__gte=start, value__lte=end)
    return _added(~Q(facet="closes") | soon, Q(audience__in=audiences))


def _added(*kept: Q) -> "QuerySet[Any, Any]":
    return BoardCount.objects.filter(*kept, count__gt=0).values_list("facet", "value").annotate(n=Sum("count"))


def _own(member: Slot, audiences: list[Slot]) -> "QuerySet[Any, Any]":
    own = Idea.objects.filter(id__in=RELATED.subquery(pk=member)).exclude(audience__in=audiences)
    return own.values_list("tags", "state", "closes_at", "lacking")


_OF_VISITORS = Prepared(_of_visitors)
_OF_MEMBERS = Prepared(_of_members, audiences=TextField(), start=TextField(), end=TextField())
_OWN = Prepared(_own, member=BigIntegerField(), audiences=TextField())


def facet_values(
    tags: dict[str, Any], state: str, closes_at: datetime | None, lacking: str = ""
) -> set[tuple[str, str]]:
    """List the (facet, value) pairs under which an idea is counted. `lacking`: as `Idea.lacking`."""
    closes = {("closes", closing_value(closes_at))} if closes_at else set()
    call = {("call", tags["call"]["identifier"])} if tags.get("call") else set()
    chains = {("chain", code) for code in tags.get("chains", [])}
    kets = {("ket", code) for code in tags.get("kets", [])}
    lacks = {("lacks", code) for code in lacking.split()}
    return {("total", ""), ("state", state)} | chains | kets | call | lacks | closes
