"""Reads of calls and their deadlines. Calls are public."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from ideas.choices import IDEA_JOINABLE, NOT_CLOSING, CallStatus, DeadlineKind
from ideas.models import Call, Deadline, RoleSlot
from ideas.models.calls import SOON, status_of
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to

PAGE_SIZE = 40
CLOSING_DAYS = (7, 30, 90)


@dataclass(frozen=True)
class CallFilters:
    """What a reader asks of the calls. `days`: closing within so many days."""

    level: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    value_chain: tuple[str, ...] = ()
    ket: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    q: str = ""
    days: int | None = None


def status_of_call(call: Call, at: datetime) -> str:
    """Derive a call's status from its deadlines (prefetched or not)."""
    return status_of([(deadline.kind, deadline.at) for deadline in in_time_order(call)], at)


def in_time_order(call: Call) -> list[Deadline]:
    """The call's deadlines as time goes, without a query where they are prefetched."""
    return sorted(call.deadlines.all(), key=lambda deadline: (deadline.at, deadline.pk))


def next_closing(call: Call, at: datetime) -> Deadline | None:
    """The call's first closing still ahead; its last one when all have passed; None without any."""
    closings = [deadline for deadline in in_time_order(call) if deadline.is_closing]
    ahead = [deadline for deadline in closings if deadline.at >= at]
    return ahead[0] if ahead else (closings[-1] if closings else None)


def with_next_closing(calls: QuerySet[Call], at: datetime) -> QuerySet[Call]:
    """Annotate `next_closing_at`: the first closing still ahead, or None."""
    ahead = Deadline.objects.filter(call=OuterRef("pk"), at__gte=at).exclude(kind__in=NOT_CLOSING)
    return calls.annotate(next_closing_at=Subquery(ahead.order_by("at").values("at")[:1]))


def with_status(calls: QuerySet[Call], at: datetime) -> QuerySet[Call]:
    """Annotate `status` (and `next_closing_at`): the same rule as `models.calls.status_of`, in the database."""
    closings = Deadline.objects.filter(call=OuterRef("pk")).exclude(kind__in=NOT_CLOSING).order_by("at")
    calls = with_next_closing(calls, at).annotate(
        next_closing_kind=Subquery(closings.filter(at__gte=at).values("kind")[:1]),
        first_closing_at=Subquery(closings.values("at")[:1]),
    )
    return calls.annotate(
        status=Case(
            When(opens_at=None, closes_at=None, then=Value(CallStatus.UNKNOWN)),
            When(opens_at__gt=at, then=Value(CallStatus.FORTHCOMING)),
            When(closes_at=None, then=Value(CallStatus.OPEN)),
            When(closes_at__lt=at, then=Value(CallStatus.CLOSED)),
            When(
                next_closing_kind=DeadlineKind.STAGE_2, first_closing_at__lt=at, then=Value(CallStatus.BETWEEN_STAGES)
            ),
            When(next_closing_at__lte=at + SOON, then=Value(CallStatus.CLOSING_SOON)),
            default=Value(CallStatus.OPEN),
        )
    )


def filter_calls(calls: QuerySet[Call], filters: CallFilters, at: datetime) -> QuerySet[Call]:
    """Narrow calls to what the filters ask."""
    if filters.level:
        calls = calls.filter(level__in=filters.level)
    if filters.programme:
        calls = calls.filter(programme__in=filters.programme)
    if filters.value_chain:
        chains = Call.value_chains.through.objects.filter(
            call_id=OuterRef("pk"), valuechain__code__in=filters.value_chain
        )
        calls = calls.filter(Exists(chains))
    if filters.ket:
        calls = calls.filter(
            Exists(Call.kets.through.objects.filter(call_id=OuterRef("pk"), term__code__in=filters.ket))
        )
    if filters.status:
        calls = with_status(calls, at).filter(Q(status__in=filters.status))
    if filters.days is not None:
        calls = with_next_closing(calls, at).filter(Q(next_closing_at__lte=at + timedelta(days=filters.days)))
    for word in filters.q.replace("\x00", "").split()[:12]:
        calls = calls.filter(Q(identifier__icontains=word) | Q(title__icontains=word) | Q(call_title__icontains=word))
    return calls


def seen_idea_counts(member: Viewer, call_ids: list[int]) -> dict[int, int]:
    """Count by call the ideas aimed at it that the viewer may see: {call id: n}.

    Visitors: none, for a public teaser doesn't tell the call.
    """
    rows = visible_to(member).filter(call__in=call_ids).order_by().values("call").annotate(n=Count("id"))
    return {row["call"]: row["n"] for row in rows}


def call_page(filters: CallFilters, *, at: datetime, cursor: str = "") -> tuple[list[Call], str]:
    """Read a page of calls, the next to close first, then those without a closing, then the closed, latest first.

    Returns (calls with deadlines and tags prefetched, next cursor or ""). The cursor is a number of rows: there are
    some thousands of calls at the most, and their order changes with the hour.
    """
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 else 0
    calls = filter_calls(with_next_closing(Call.objects.all(), at), filters, at)
    ordered = calls.order_by(
        F("next_closing_at").asc(nulls_last=True), F("closes_at").desc(nulls_first=True), "identifier"
    ).prefetch_related("deadlines", "value_chains", "kets")
    rows = list(ordered[start : start + PAGE_SIZE + 1])
    return rows[:PAGE_SIZE], str(start + PAGE_SIZE) if len(rows) > PAGE_SIZE else ""


def _counted_by_status(calls: QuerySet[Call]) -> Iterator[tuple[str, int]]:
    """Count calls by the status that `with_status` gives them."""
    # Grouping comes from `values` before `annotate`: the other way round each call would be a group of its own.
    rows: Any = calls.order_by().values("status").annotate(n=Count("id"))  # type: ignore[misc]  # an annotation
    for row in rows:
        yield row["status"], row["n"]


def call_facets(filters: CallFilters, *, at: datetime) -> dict[str, dict[str, int]]:
    """Count calls by level, programme, value chain, KET, status and days left under the filters.

    A facet's own choice is left open. `days` counts what closes within 7, 30 and 90 days: {"7": n, …}.
    """

    def counted(without: str, value: str) -> dict[str, int]:
        opened: dict[str, Any] = {without: ()}
        calls = filter_calls(Call.objects.all(), replace(filters, **opened), at)
        rows = calls.order_by().exclude(**{value: None}).values_list(value).annotate(n=Count("id", distinct=True))
        return dict(rows)

    statuses = with_status(filter_calls(Call.objects.all(), replace(filters, status=()), at), at)
    closing = with_next_closing(filter_calls(Call.objects.all(), replace(filters, days=None), at), at)
    within = {
        f"within_{days}": Count("id", filter=Q(next_closing_at__lte=at + timedelta(days=days))) for days in CLOSING_DAYS
    }
    days_left = closing.order_by().aggregate(**within)
    return {
        "level": counted("level", "level"),
        "programme": counted("programme", "programme"),
        "value_chain": counted("value_chain", "value_chains__code"),
        "ket": counted("ket", "kets__code"),
        "status": dict(_counted_by_status(statuses)),
        "days": {str(days): days_left[f"within_{days}"] for days in CLOSING_DAYS},
    }


def closing_within(at: datetime, days: int = 60, limit: int = 200) -> list[Deadline]:
    """Read the closings of the next `days` days, soonest first, for the ruler."""
    closings = Deadline.objects.filter(at__gte=at, at__lte=at + timedelta(days=days))
    return list(closings.exclude(kind__in=NOT_CLOSING).select_related("call").order_by("at", "id")[:limit])


def choosable(at: datetime, keep: int | None = None) -> QuerySet[Call]:
    """Select the calls at which an idea may be aimed: everything not closed, and the one it has already (`keep`)."""
    ahead = Q(closes_at__gte=at) | Q(closes_at=None)
    return Call.objects.filter(ahead | Q(pk=keep)).order_by(F("closes_at").asc(nulls_last=True), "identifier")


def whole_call(slug: str) -> QuerySet[Call]:
    """Load a call with what its page shows."""
    return Call.objects.filter(slug=slug).prefetch_related(
        "deadlines", "value_chains", "kets", Prefetch("deadline_changes", to_attr="changes")
    )


def ideas_aimed_at(member: Viewer, call: Call) -> list[dict[str, Any]]:
    """Read the cards of the ideas aimed at a call which the viewer may see, most recently active first, 50."""
    return list(visible_to(member).filter(call=call).order_by("-activity_at", "-id").values(*CARD_FIELDS)[:50])


def open_slots_for(member: Viewer, call: Call) -> list[RoleSlot]:
    """Read the places still open in the ideas aimed at a call which the viewer may see, 50."""
    joinable = visible_to(member).filter(call=call, state__in=IDEA_JOINABLE)
    slots = RoleSlot.objects.filter(idea__in=joinable.values("id"), filled__lt=F("wanted"))
    return list(slots.select_related("idea").order_by("-mandatory", "-idea__activity_at", "position", "id")[:50])
