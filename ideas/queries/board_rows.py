"""What the board filters by, read from the database: bucket by bucket, a bit an idea under every value that it has.

`board_index` keeps all buckets as one, `board_words` the ideas that have a common word.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from ideas.models import Idea, RoleSlot
from ideas.models.ideas import BUCKET_SHIFT

Bits = int
Value = tuple[str, Any]  # facet and value: ids of chains, KETs, calls; otherwise what the column has


@dataclass
class Bucket:
    """Some ideas: their ids, rising, and a bit for each under every value that it has."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    bits: dict[Value, Bits] = field(default_factory=dict)


def bucket_of(pk: int) -> int:
    return (pk - 1) >> BUCKET_SHIFT


def read_buckets(numbers: Collection[int] | None) -> dict[int, Bucket]:
    """Read some buckets, or all of them. Four queries."""
    found: dict[int, Bucket] = {number: Bucket() for number in numbers or ()}
    members: dict[int, dict[Value, list[int]]] = {}
    ideas = within(Idea.objects.order_by("id"), "id", numbers)
    columns = ("id", "audience", "state", "value_chain", "call", "closes_at", "trl_now", "trl_target", "lacking")
    for pk, *row in ideas.values_list(*columns, "organisation__province__code").iterator(2_000):
        bucket = found.setdefault(bucket_of(pk), Bucket())
        of_bucket = members.setdefault(bucket_of(pk), {})
        for pair in _values(*row):
            of_bucket.setdefault(pair, []).append(len(bucket.ids))
        bucket.ids.append(pk)
    for pk, pair in _tags(numbers):
        bucket = found.get(bucket_of(pk), Bucket())
        n = bisect_left(bucket.ids, pk)
        if n < len(bucket.ids) and bucket.ids[n] == pk:
            members[bucket_of(pk)].setdefault(pair, []).append(n)
    for number, of_bucket in members.items():
        found[number].bits = {pair: bits_of(places) for pair, places in of_bucket.items()}
    return found


def _values(
    audience: str,
    state: str,
    chain: int,
    call: int | None,
    closes_at: datetime | None,
    trl_now: int | None,
    trl_target: int | None,
    lacking: str,
    province: str | None,
) -> Iterator[Value]:
    yield "audience", audience
    yield "state", state
    yield "chain", chain
    if call:
        yield "call", call
    if closes_at:
        yield "closes", closes_at
    if province:
        yield "province", province
    yield from (("lacks", code) for code in lacking.split())
    ends = [trl for trl in (trl_now, trl_target) if trl is not None]
    if ends:
        yield from (("trl", str(trl)) for trl in range(min(ends), max(ends) + 1))


def _tags(numbers: Collection[int] | None) -> Iterator[tuple[int, Value]]:
    """What stands in other tables: further chains, KETs, and what places that are still open ask for."""
    others = within(Idea.other_chains.through.objects.order_by(), "idea_id", numbers)
    for pk, chain in others.values_list("idea_id", "valuechain_id").iterator(2_000):
        yield pk, ("chain", chain)
    kets = within(Idea.kets.through.objects.order_by(), "idea_id", numbers)
    for pk, ket in kets.values_list("idea_id", "term_id").iterator(2_000):
        yield pk, ("ket", ket)
    slots = within(RoleSlot.objects.order_by().filter(filled__lt=F("wanted")), "idea_id", numbers)
    for pk, role, kinds in slots.values_list("idea_id", "role", "kinds").iterator(2_000):
        yield pk, ("role", role)
        for kind in kinds:
            yield pk, ("kind", kind)


def within(rows: "QuerySet[Any]", column: str, numbers: Collection[int] | None) -> "QuerySet[Any]":
    if numbers is None:
        return rows
    chosen = Q()
    for number in sorted(numbers):
        first = number << BUCKET_SHIFT
        chosen |= Q(**{f"{column}__gt": first, f"{column}__lte": first + (1 << BUCKET_SHIFT)})
    return rows.filter(chosen)


def bits_of(places: Collection[int]) -> Bits:
    marks = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        marks[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(marks, "little")
