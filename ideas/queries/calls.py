"""Reads of calls and their deadlines. Calls are public."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from ideas.choices import IDEA_JOINABLE, NOT_CLOSING
from ideas.models import Call, Deadline, RoleSlot
from ideas.models.calls import status_of
from ideas.queries.catalogue import Bits, Catalogue, catalogue, places
from ideas.queries.ideas import CARD_FIELDS, Viewer, visible_to

PAGE_SIZE = 40
CLOSING_DAYS = (7, 30, 90)
FACETS = ("level", "programme", "value_chain", "ket", "status", "budget", "trl")


@dataclass(frozen=True)
class CallFilters:
    """What a reader asks of the calls. `days`: closing within so many days; `budget`: from so many euros a project."""

    level: tuple[str, ...] = ()
    programme: tuple[str, ...] = ()
    value_chain: tuple[str, ...] = ()
    ket: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    budget: tuple[str, ...] = ()
    trl: tuple[str, ...] = ()
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


def seen_idea_counts(member: Viewer, call_ids: list[int]) -> dict[int, int]:
    """Count by call the ideas aimed at it that the viewer may see: {call id: n}.

    Visitors: none, for a public teaser doesn't tell the call.
    """
    rows = visible_to(member).filter(call__in=call_ids).order_by().values("call").annotate(n=Count("id"))
    return {row["call"]: row["n"] for row in rows}


def call_page(filters: CallFilters, *, at: datetime, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Call], str]:
    """Read a page of calls, the next to close first, then those without a closing, then the closed, latest first.

    Returns (calls with deadlines and tags prefetched, next cursor or ""). The cursor is a number of rows: the order
    changes with the hour.
    """
    known = catalogue(at)
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 else 0
    return _page(known, selected(known, narrowings(known, filters, at)), start, size)


def _page(known: Catalogue, chosen: Bits, start: int, size: int) -> tuple[list[Call], str]:
    found = list(islice(places(chosen), start, start + size + 1))
    ids = [known.calls[place].id for place in found[:size]]
    calls = Call.objects.prefetch_related("deadlines", "value_chains", "kets").in_bulk(ids)
    return [calls[pk] for pk in ids if pk in calls], str(start + size) if len(found) > size else ""


def narrowings(known: Catalogue, filters: CallFilters, at: datetime) -> dict[str, Bits]:
    """What each of the filters lets through of the catalogue's calls, by its name."""
    found = {facet: known.among(facet, getattr(filters, facet)) for facet in FACETS}
    found["q"] = known.naming(filters.q.replace("\x00", "").split()[:12])
    if filters.days is not None:
        found["days"] = known.closing_by(at + timedelta(days=filters.days))
    return found


def selected(known: Catalogue, found: Mapping[str, Bits], *, leaving_open: str = "") -> Bits:
    """Select what all of the `narrowings` let through, but for one that is left open."""
    chosen = known.everything
    for name, bits in found.items():
        if name != leaving_open:
            chosen &= bits
    return chosen


def call_facets(filters: CallFilters, *, at: datetime) -> dict[str, dict[str, int]]:
    """Count calls by each facet under the filters, and all of them: {"level": {"european": n, …}, …, "total": {"": n}}.

    A facet's own choice is left open. `days` counts what closes within 7, 30 and 90 days: {"7": n, …}.
    """
    known = catalogue(at)
    found = narrowings(known, filters, at)
    counts = {facet: known.count(facet, selected(known, found, leaving_open=facet)) for facet in FACETS}
    counts["programme"].pop("", None)
    closing = selected(known, found, leaving_open="days")
    counts["days"] = {
        str(days): (closing & known.closing_by(at + timedelta(days=days))).bit_count() for days in CLOSING_DAYS
    }
    counts["total"] = {"": selected(known, found).bit_count()}
    return counts


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
