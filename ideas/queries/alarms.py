"""Where ideas get no answer: what a lead's desk warns of, counted and listed without reading comments.

`ideas` is always what the reader sees (`visible_to`), narrowed to their value chains.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from ideas.choices import Alarm, IdeaState, JoinState
from ideas.models import Deadline, Idea, IdeaTransition, JoinRequest, Member, RoleSlot
from ideas.rules.desk import (
    ALARMING,
    CLOCKS_APART,
    PLACES_DAYS,
    REQUEST_AFTER,
    SILENT_AFTER,
    UNANSWERED_AFTER,
    overdue_days,
    places_until,
)

# Of each kind the desk shows so many, and so many where one kind is asked for.
FIRST, MOST = 6, 200
WAITING = (JoinState.PENDING, JoinState.UNAUTHORISED)
FIELDS = ("id", "reference", "title", "language", "state", "tags")


@dataclass(frozen=True)
class Line:
    """An idea that needs somebody, `since` when (of places: its deadline) and how many days `over` the limit.

    `idea` has the columns of `FIELDS`. `is_own`: the reader is one of its authors. `who` wrote the comment that waits.
    `asked` requests wait for the authors, `unauthorised` ones for their own organisation. Who asks isn't told: that
    is the authors' business.
    """

    alarm: str
    idea: dict[str, Any]
    since: datetime
    over: int | None
    is_own: bool
    who: str = ""
    comment_id: int | None = None
    places: Sequence[RoleSlot] = ()
    asked: int = 0
    unauthorised: int = 0


@dataclass(frozen=True)
class Alarms:
    """All alarms of a kind: how many ideas, and the most urgent of them."""

    alarm: str
    total: int
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Counts:
    """How many ideas are in each state, and how many make each alarm."""

    states: dict[str, int]
    alarms: dict[str, int]


def conditions(at: datetime) -> dict[str, Q]:
    """Say for each alarm which ideas make it, as they are at an instant. One query, for the zones of the deadlines."""
    today = timezone.localdate(at)
    opened = IdeaTransition.objects.filter(idea=OuterRef("pk"), new_state=IdeaState.OPEN, at__gt=at - SILENT_AFTER)
    asked = JoinRequest.objects.filter(idea=OuterRef("pk"), invited_by=None)
    found: dict[str, Q] = {
        Alarm.PLACES: Q(open_slots__gt=0) & _closing(at),
        Alarm.REQUESTS: Q(Exists(requests_waiting(at).filter(idea=OuterRef("pk")))),
        Alarm.UNANSWERED: Q(unanswered__created_at__lte=at - UNANSWERED_AFTER),
        # What was parked, or asked about, counts from when it was opened again.
        Alarm.SILENT: Q(heard_at=None, opened_at__lte=at - SILENT_AFTER) & ~Q(Exists(opened)) & ~Q(Exists(asked)),
        Alarm.UNTARGETED: Q(call=None) | Q(call__closes_at__lt=at),
    }
    valid = Q(valid_until=None) | Q(valid_until__gte=today)
    return {alarm: Q(state__in=sorted(ALARMING[alarm])) & valid & found[alarm] for alarm in Alarm.values}


def _closing(at: datetime) -> Q:
    """Fits ideas of which the deadline is near, each by the clock of its deadline."""
    # In days of the calendar, which an hour more or less doesn't make shorter: nothing further away can be near.
    furthest = places_until(at, "UTC") + CLOCKS_APART
    zones = Deadline.objects.filter(at__gt=at, at__lte=furthest).order_by().values_list("zone", flat=True).distinct()
    near = (Q(deadline__zone=zone, closes_at__lte=places_until(at, zone)) for zone in sorted(zones))
    return Q(closes_at__gt=at) & reduce(or_, near, Q(pk=None))


def requests_waiting(at: datetime) -> QuerySet[JoinRequest]:
    """Select the requests that have waited for too long, with `since` when; those whose time is over have expired."""
    rows = JoinRequest.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), state__in=WAITING)
    return rows.annotate(since=Coalesce("authorised_at", "asked_at")).filter(since__lte=at - REQUEST_AFTER)


def count_alarms(ideas: QuerySet[Idea], found: dict[str, Q]) -> Counts:
    """Count the ideas by state, and those that make each alarm, in one query."""
    counted = {f"alarm_{alarm}": Count("pk", filter=condition) for alarm, condition in found.items()}
    rows: list[Any] = list(ideas.order_by().values("state").annotate(n=Count("pk"), **counted))
    return Counts(
        states={row["state"]: row["n"] for row in rows},
        alarms={alarm: sum(row[f"alarm_{alarm}"] for row in rows) for alarm in found},
    )


def list_alarms(
    ideas: QuerySet[Idea], found: dict[str, Q], counts: Counts, *, member: Member, at: datetime, only: str = ""
) -> list[Alarms]:
    """List the alarms by kind, the most urgent ideas first; `only` one kind, at more length.

    A query a kind, and three for what their lines say.
    """
    kinds = [only] if only else Alarm.values
    size = MOST if only else FIRST
    rows = {alarm: _rows(ideas.filter(found[alarm]), alarm, at)[:size] for alarm in kinds}
    lines = _lines({alarm: list(some) for alarm, some in rows.items()}, member, at)
    return [Alarms(alarm, counts.alarms[alarm], lines[alarm]) for alarm in kinds]


def _rows(ideas: QuerySet[Idea], alarm: str, at: datetime) -> "QuerySet[Any, dict[str, Any]]":
    """The ideas of an alarm in their order, with `since`: mandatory places first, else the longest wait."""
    opened = IdeaTransition.objects.filter(idea=OuterRef("pk"), new_state=IdeaState.OPEN).order_by("-id")
    mandatory = RoleSlot.objects.filter(idea=OuterRef("pk"), filled__lt=F("wanted"), mandatory=True)
    waiting: QuerySet[Any] = requests_waiting(at).filter(idea=OuterRef("pk")).order_by(Coalesce("authorised_at", "asked_at"))
    first: dict[str, Any] = {
        Alarm.PLACES: F("closes_at"),
        Alarm.REQUESTS: Subquery(waiting.values("since")[:1]),
        Alarm.UNANSWERED: F("unanswered__created_at"),
    }
    order: dict[str, list[Any]] = {
        Alarm.PLACES: [Exists(mandatory).desc(), "since"],
        # Who prepares a proposal without a call comes before who is only open.
        Alarm.UNTARGETED: ["-state", "since"],
    }
    waits = alarm == Alarm.UNANSWERED
    rows: QuerySet[Any] = ideas.annotate(
        since=first.get(alarm, Coalesce(Subquery(opened.values("at")[:1]), F("opened_at"))),
        who=F("unanswered__author__name") if waits else Value(""),
        comment_id=F("unanswered") if waits else Value(None, output_field=BigIntegerField()),
    ).order_by(*order.get(alarm, ["since"]), "id")
    return rows.values(*FIELDS, "since", "who", "comment_id")


def _lines(rows: dict[str, list[dict[str, Any]]], member: Member, at: datetime) -> dict[str, list[Line]]:
    shown = {row["id"] for some in rows.values() for row in some}
    own = set(Idea.authors.through.objects.filter(member=member, idea__in=shown).values_list("idea_id", flat=True))
    places = _places(row["id"] for row in rows.get(Alarm.PLACES, ()))
    asked = _asked((row["id"] for row in rows.get(Alarm.REQUESTS, ())), at)

    def line(alarm: str, row: dict[str, Any]) -> Line:
        since, who, comment_id = (row.pop(name) for name in ("since", "who", "comment_id"))
        return Line(
            alarm=alarm,
            idea=row,
            since=since,
            over=_over(alarm, since, at),
            is_own=row["id"] in own,
            who=who,
            comment_id=comment_id,
            places=places.get(row["id"], ()) if alarm == Alarm.PLACES else (),
            asked=asked[row["id"], JoinState.PENDING] if alarm == Alarm.REQUESTS else 0,
            unauthorised=asked[row["id"], JoinState.UNAUTHORISED] if alarm == Alarm.REQUESTS else 0,
        )

    return {alarm: [line(alarm, row) for row in some] for alarm, some in rows.items()}


def _over(alarm: str, since: datetime, at: datetime) -> int | None:
    if alarm == Alarm.PLACES:
        left = (timezone.localdate(since) - timezone.localdate(at)).days
        return max(PLACES_DAYS - left, 0)
    return overdue_days(alarm, since, at)


def _places(ideas: Iterable[int]) -> dict[int, list[RoleSlot]]:
    """{idea: its open places, those first without which there is no proposal}"""
    found: dict[int, list[RoleSlot]] = defaultdict(list)
    rows = RoleSlot.objects.filter(idea__in=list(ideas), filled__lt=F("wanted"))
    for slot in rows.order_by("-mandatory", "position", "id"):
        found[slot.idea_id].append(slot)
    return found


def _asked(ideas: Iterable[int], at: datetime) -> dict[tuple[int, str], int]:
    """{(idea, state): how many requests wait too long in it}"""
    rows = requests_waiting(at).filter(idea__in=list(ideas)).order_by()
    counted = rows.values_list("idea_id", "state").annotate(n=Count("pk"))
    return defaultdict(int, {(idea, state): n for idea, state, n in counted})
