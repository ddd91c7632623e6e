"""The counts of the whole board, kept at the write: in what facets and values an idea is counted, and for whom."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum, TextField

from ideas.models import BoardCount, Idea, Member
from ideas.queries.ideas import PUBLIC, Viewer
from ideas.queries.prepared import Prepared, Slot

SOON = timedelta(days=30)
# How counts moved in a write, by audience: [(facet, value, one more or one less), …].
Moves = dict[str, list[tuple[str, str, int]]]
FACETS = ("total", "chain", "ket", "call", "state", "lacks", "closes")
Counts = dict[str, dict[str, int]]
Remembered = Callable[[Hashable, Callable[[], Counts]], Counts]


def _gather(rows: Iterable[tuple[str, str, int]]) -> Counts:
    """Add rows up by facet and value."""
    counts: Counts = {facet: {} for facet in FACETS}
    for facet, value, count in rows:
        counts[facet][value] = counts[facet].get(value, 0) + count
    return counts


def closing_value(closes_at: datetime) -> str:
    """Write an instant so that text sorts as time does: the closings of ideas are counted under it."""
    return closes_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def kept_counts(
    by: Viewer, audiences: list[str], others: Sequence[int], at: datetime, remembered: Remembered
) -> Counts:
    """Counts without a filter: kept by audience, plus the few ideas seen for another reason, counted one by one.

    `others` are the ids of these few. `remembered` gives what was found out for all who see the same, as long as no
    idea changes: every write of a count is in the transaction of a write that the database stamps.
    """
    if not isinstance(by, Member):
        return _soon(remembered("kept", lambda: _gather(_OF_VISITORS.rows())), at)
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return _soon(remembered(("kept", day), lambda: _gather(_of_member(audiences, others, day))), at)


def _soon(counts: Counts, at: datetime) -> Counts:
    """The same with the closings between now and soon as the facet `closing_soon`, in the place of the instants."""
    first, last = closing_value(at), closing_value(at + SOON)
    soon = sum(count for value, count in counts["closes"].items() if first <= value <= last)
    return {**{facet: values for facet, values in counts.items() if facet != "closes"}, "closing_soon": {"1": soon}}


def _of_member(audiences: list[str], others: Sequence[int], day: datetime) -> Iterator[tuple[str, str, int]]:
    """Read what is kept for these audiences, and of some other ideas; closings for whoever asks on that day."""
    start, end = closing_value(day), closing_value(day + timedelta(days=1) + SOON)
    yield from _OF_MEMBERS.rows(audiences=audiences, start=start, end=end)
    rows = Idea.objects.filter(id__in=others).values_list("tags", "state", "closes_at", "lacking")
    for row in rows if others else ():
        for facet, value in facet_values(*row):
            yield facet, value, 1


def _of_visitors() -> "QuerySet[Any, Any]":
    return _added(Q(audience__endswith=PUBLIC, facet__in=["total", "chain", "ket"]))


def _of_members(audiences: list[Slot], start: Slot, end: Slot) -> "QuerySet[Any, Any]":
    # Closings that are past or far away are many, and nobody counts them.
    soon = Q(facet="closes", value__gte=start, value__lte=end)
    return _added(~Q(facet="closes") | soon, Q(audience__in=audiences))


def _added(*kept: Q) -> "QuerySet[Any, Any]":
    return BoardCount.objects.filter(*kept, count__gt=0).values_list("facet", "value").annotate(n=Sum("count"))


_OF_VISITORS = Prepared(_of_visitors)
_OF_MEMBERS = Prepared(_of_members, audiences=TextField(), start=TextField(), end=TextField())


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
