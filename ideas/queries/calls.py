"""Reads of calls and their deadlines. Calls are public."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any, NamedTuple

from django.db.models import Count, F, Prefetch, Q, QuerySet

from ideas.choices import IDEA_JOINABLE, CallStatus, DeadlineKind
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


@dataclass(frozen=True)
class Selection:
    """The calls that some filters let through at a moment: what each of them does, over the calls in memory."""

    known: Catalogue
    found: Mapping[str, Bits]
    at: datetime

    def bits(self, *, leaving_open: str = "") -> Bits:
        """The calls that all filters let through, but for one of them that is left open."""
        chosen = self.known.everything
        for name, bits in self.found.items():
            if name != leaving_open:
                chosen &= bits
        return chosen


def select_calls(filters: CallFilters, *, at: datetime) -> Selection:
    """Select the calls that the filters let through. One query, and four more after a change of any call."""
    known = catalogue(at)
    found = {facet: known.among(facet, getattr(filters, facet)) for facet in FACETS}
    found["q"] = known.naming(filters.q.replace("\x00", "").split()[:12])
    if filters.days is not None:
        found["days"] = known.closing_by(at + timedelta(days=filters.days))
    return Selection(known, found, at)


def call_facets(asked: Selection) -> dict[str, dict[str, int]]:
    """Count calls by each facet under the filters, and all of them: {"level": {"european": n, …}, …, "total": {"": n}}.

    A facet's own choice is left open. `days` counts what closes within 7, 30 and 90 days: {"7": n, …}.
    """
    known = asked.known
    counts = {facet: known.count(facet, asked.bits(leaving_open=facet)) for facet in FACETS}
    counts["programme"].pop("", None)
    closing = asked.bits(leaving_open="days")
    counts["days"] = {
        str(days): (closing & known.closing_by(asked.at + timedelta(days=days))).bit_count() for days in CLOSING_DAYS
    }
    counts["total"] = {"": asked.bits().bit_count()}
    return counts


def call_page(filters: CallFilters, *, at: datetime, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Call], str]:
    """Read a page of calls, the next to close first, then those without a closing, then the closed, latest first.

    Returns (calls with deadlines and tags prefetched, next cursor or ""). The cursor is a number of rows: the order
    changes with the hour.
    """
    return page_of(select_calls(filters, at=at), cursor, size)


def page_of(asked: Selection, cursor: str = "", size: int = PAGE_SIZE) -> tuple[list[Call], str]:
    """Read a page of what was selected already: see `call_page`."""
    return _page(asked.known, asked.bits(), cursor, size)


def timeline_page(
    asked: Selection, start: datetime, end: datetime, cursor: str = "", size: int = PAGE_SIZE
) -> tuple[list[Call], str, int]:
    """Read a page of the selected calls of which something lies in a span of time, in the order of the list.

    Returns (calls with deadlines and tags prefetched, next cursor or "", how many there are on all pages).
    """
    chosen = asked.bits() & asked.known.touching(start, end)
    return (*_page(asked.known, chosen, cursor, size), chosen.bit_count())


def _page(known: Catalogue, chosen: Bits, cursor: str, size: int) -> tuple[list[Call], str]:
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 7 else 0
    found = list(islice(places(chosen), start, start + size + 1))
    ids = known.ids(found[:size])
    calls = Call.objects.defer("told").prefetch_related("deadlines", "value_chains", "kets").in_bulk(ids)
    return [calls[pk] for pk in ids if pk in calls], str(start + size) if len(found) > size else ""


class DateRow(NamedTuple):
    """A date of a call, with what a calendar says of the call; `several`: the call has more than one cut-off."""

    kind: str
    number: int
    at: datetime
    zone: str
    verified: bool
    identifier: str
    slug: str
    title: str
    language: str
    several: bool


class Day(NamedTuple):
    """What falls on a day: when it begins, how much there is, and the first of it."""

    start: datetime
    total: int
    named: list[DateRow]


def dates_by_day(
    asked: Selection, starts: Sequence[datetime], *, most: int, few: int, closings: bool = False
) -> list[Day]:
    """Read the dates of the selected calls by day, each by name; where they are more than `most`, the first `few`.

    `starts`: when the days begin, and the last one ends. `closings`: closings alone. One query.
    """
    known, chosen = asked.known, asked.bits()
    days = []
    for start, end in pairwise(starts):
        dates = known.dates_between(start, end, chosen, closings=closings)
        days.append((start, len(dates), dates if len(dates) <= most else dates[:few]))
    own = ("kind", "number", "at", "zone", "verified")
    of_call = ("call__identifier", "call__slug", "call__title", "call__language")
    ids = [pk for _, _, named in days for pk, _ in named]
    rows = {row[0]: row[1:] for row in Deadline.objects.filter(id__in=ids).values_list("id", *own, *of_call)}
    return [
        Day(
            start,
            total,
            [DateRow._make((*rows[pk], _are_cut_offs(known.known.dates[n]))) for pk, n in named if pk in rows],
        )
        for start, total, named in days
    ]


def has_cut_offs(call: Call) -> bool:
    """Whether a call has several cut-offs, so that they are named by number."""
    return _are_cut_offs((deadline.kind, deadline.at) for deadline in call.deadlines.all())


def _are_cut_offs(dates: Iterable[tuple[str, datetime]]) -> bool:
    return sum(kind == DeadlineKind.CUT_OFF for kind, _ in dates) > 1


def ideas_on(member: Viewer, calls: Sequence[Call]) -> dict[int, list[dict[str, Any]]]:
    """Read the ideas aimed at calls that the viewer may see: {call id: [{reference, acronym, title, closes_at}]}.

    500 at the most. Visitors: none, for a public teaser doesn't tell the call.
    """
    fields = ("call_id", "reference", "acronym", "title", "closes_at")
    rows = visible_to(member).filter(call__in=[call.pk for call in calls]).order_by("reference").values(*fields)[:500]
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["call_id"], []).append(dict(row))
    return found


def calls_named(slugs: Sequence[str]) -> list[Call]:
    """Read the calls of these addresses, in their order; unknown ones are left out."""
    rows = Call.objects.filter(slug__in=slugs).defer("told").prefetch_related("deadlines", "value_chains", "kets")
    return sorted(rows, key=lambda call: slugs.index(call.slug))


def calls_near(call: Call, beside: Sequence[Call], *, at: datetime, most: int = 6) -> list[Call]:
    """Read calls that a reader of this one may weigh against it: of its programme and value chains, still ahead."""
    chains = tuple(chain.code for chain in call.value_chains.all())
    programme = (call.programme,) if call.programme else ()
    ahead = tuple(status for status in CallStatus.values if status not in (CallStatus.CLOSED, CallStatus.UNKNOWN))
    filters = CallFilters(level=(call.level,), programme=programme, value_chain=chains, status=ahead)
    calls, _ = call_page(filters, at=at, size=most + len(beside))
    known = {one.pk for one in beside}
    return [one for one in calls if one.pk not in known][:most]


def choosable(at: datetime, keep: int | None = None) -> QuerySet[Call]:
    """Select the calls at which an idea may be aimed: everything not closed, and the one it has already (`keep`)."""
    ahead = Q(closes_at__gte=at) | Q(closes_at=None)
    return Call.objects.filter(ahead | Q(pk=keep)).order_by(F("closes_at").asc(nulls_last=True), "identifier")


def whole_call(slug: str) -> QuerySet[Call]:
    """Load a call with what its page shows."""
    return Call.objects.filter(slug=slug).prefetch_related(
        "deadlines", "value_chains", "kets", Prefetch("deadline_changes", to_attr="changes")
    )


def ideas_aimed_at(member: Viewer, call: Call, audiences: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Read the cards of the ideas aimed at a call which the viewer may see, most recently active first, 50."""
    return list(
        visible_to(member, audiences).filter(call=call).order_by("-activity_at", "-id").values(*CARD_FIELDS)[:50]
    )


def open_slots_for(member: Viewer, call: Call, audiences: Sequence[str] | None = None) -> list[RoleSlot]:
    """Read the places still open in the ideas aimed at a call which the viewer may see, 50."""
    joinable = visible_to(member, audiences).filter(call=call, state__in=IDEA_JOINABLE)
    slots = RoleSlot.objects.filter(idea__in=joinable.values("id"), filled__lt=F("wanted"))
    return list(slots.select_related("idea").order_by("-mandatory", "-idea__activity_at", "position", "id")[:50])
