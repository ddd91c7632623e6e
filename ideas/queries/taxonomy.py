"""Reads of terms: small tables that every form and filter shows."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from ideas.choices import CallTags, ChainStatus, Scheme
from ideas.models import Call, Term, ValueChain

TAG_PAIRS = (Call.value_chains.through, Call.kets.through)


@dataclass(frozen=True)
class TagFilters:
    """Which calls to look through for tags. `cursor` is the id of the last call seen."""

    show: str = CallTags.FEW
    programme: tuple[str, ...] = ()
    q: str = ""
    closed: bool = False
    cursor: str = ""


def chains_in_use() -> QuerySet[ValueChain]:
    """The value chains in which an idea may be posted."""
    return ValueChain.objects.exclude(
        status__in=[ChainStatus.REJECTED, ChainStatus.RETIRED, ChainStatus.PROPOSED]
    ).order_by("position", "code")


def kets_in_use() -> QuerySet[Term]:
    """The KETs that may be chosen: the retired set stays only on old ideas."""
    return Term.objects.filter(scheme__in=[Scheme.KET_2018, Scheme.KET_2009], retired=False).order_by("position")


def all_kets() -> QuerySet[Term]:
    """Every KET that an idea may carry: those in use first, the retired set behind."""
    return Term.objects.filter(scheme__in=[Scheme.KET_2018, Scheme.KET_2009]).order_by("retired", "position")


def terms(scheme: str) -> QuerySet[Term]:
    """The terms of a scheme, in order."""
    return Term.objects.filter(scheme=scheme).order_by("position")


def programmes() -> list[str]:
    """The names of programmes that calls have, in order."""
    return list(Call.objects.exclude(programme="").order_by("programme").values_list("programme", flat=True).distinct())


def calls_to_tag(filters: TagFilters, *, at: datetime, size: int) -> tuple[list[Call], str]:
    """Read a page of calls with their tags, the newest first: (calls, next cursor or ""). Three queries."""
    calls = Call.objects.order_by("-pk").prefetch_related("value_chains", "kets")
    if not filters.closed:
        calls = calls.filter(Q(closes_at__gte=at) | Q(closes_at=None))
    tagged = [Exists(pairs.objects.filter(call_id=OuterRef("pk"))) for pairs in TAG_PAIRS]
    if filters.show == CallTags.FEW:
        calls = calls.filter(~tagged[0] | ~tagged[1])
    elif filters.show == CallTags.NONE:
        calls = calls.filter(~tagged[0] & ~tagged[1])
    if filters.programme:
        calls = calls.filter(programme__in=filters.programme)
    for word in filters.q.split()[:12]:
        calls = calls.filter(Q(identifier__icontains=word) | Q(title__icontains=word) | Q(call_title__icontains=word))
    cursor = filters.cursor
    if cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18:
        calls = calls.filter(pk__lt=int(cursor))
    rows = list(calls[: size + 1])
    return rows[:size], str(rows[size - 1].pk) if len(rows) > size else ""
