"""Where ideas get no answer: what a lead's desk warns of, found in one pass and without reading a comment.

Of each idea at work only what its alarms depend on is read (`rules.desk.Watched`); words only of the few that are
shown. `ideas` is always what the reader sees (`visible_to`), narrowed to their value chains.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from ideas.choices import Alarm, IdeaState, JoinState
from ideas.models import Idea, IdeaTransition, JoinRequest, Member, RoleSlot
from ideas.rules.desk import PLACES_DAYS, REQUEST_AFTER, Watched, alarms_of, overdue_days

# Of each kind the desk shows so many, and so many where one kind is asked for.
FIRST, MOST = 6, 200
WAITING = (JoinState.PENDING, JoinState.UNAUTHORISED)
SHOWN = ("id", "reference", "title", "language", "state", "tags", "unanswered_id", "unanswered__author__name")
Asked = Mapping[int, Counter[str]]


@dataclass(frozen=True)
class Line:
    """An idea that needs somebody, `since` when (of places: its deadline) and how many days `over` the limit.

    `idea` is {id, reference, title, language, state, tags}. `is_own`: the reader is one of its authors. `who` wrote the
    comment that waits. `asked` requests wait for the authors, `unauthorised` ones for their own organisation. Who asks
    isn't told: that is the authors' business.
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
    lines: list[Line]


def watch(ideas: QuerySet[Idea]) -> list[Watched]:
    """Read of each idea what its alarms depend on, and of every one its state and call. One query."""
    opened = IdeaTransition.objects.filter(idea=OuterRef("pk"), new_state=IdeaState.OPEN).order_by("-id")
    asked = JoinRequest.objects.filter(idea=OuterRef("pk"), invited_by=None)
    rows = ideas.order_by().values_list(
        "id",
        "state",
        "call_id",
        "call__closes_at",
        "valid_until",
        Coalesce(Subquery(opened.values("at")[:1]), F("opened_at")),
        "heard_at",
        Case(When(heard_at=None, then=Exists(asked)), default=Value(False)),
        "unanswered__created_at",
        "closes_at",
        "deadline__zone",
        "open_slots",
    )
    return [Watched(*row) for row in rows]


def requests_waiting(at: datetime) -> "QuerySet[Any, Any]":
    """Select the requests that have waited for too long, with `since` when; those whose time is over have expired."""
    rows = JoinRequest.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), state__in=WAITING).order_by()
    return rows.annotate(since=Coalesce("authorised_at", "asked_at")).filter(since__lte=at - REQUEST_AFTER)


def list_alarms(watched: Sequence[Watched], *, member: Member, at: datetime, only: str = "") -> list[Alarms]:
    """List the alarms by kind, the most urgent ideas first; `only` one kind, at more length. Four queries."""
    asked, first = _waiting(at)
    found = _found((idea._replace(requested_at=first.get(idea.id)) for idea in watched), at)
    places = _places(found[Alarm.PLACES])
    preparing = {idea.id for idea in watched if idea.state == IdeaState.PREPARING}
    mandatory = {idea for idea, some in places.items() if any(place.mandatory for place in some)}
    pressing: dict[str, set[int]] = {Alarm.PLACES: mandatory, Alarm.UNTARGETED: preparing}
    kinds, size = ([only], MOST) if only else (Alarm.values, FIRST)
    order = {kind: _order(found[kind], pressing.get(kind, set())) for kind in kinds}
    rows = _rows({pk for some in order.values() for pk in some[:size]}, member)
    return [
        Alarms(
            kind,
            len(order[kind]),
            [_line(kind, rows[pk], found[kind][pk], at, places, asked) for pk in order[kind][:size] if pk in rows],
        )
        for kind in kinds
    ]


def _found(watched: Iterable[Watched], at: datetime) -> dict[str, dict[int, datetime]]:
    """{alarm: {idea: since}}, with nothing for an alarm that none makes."""
    today = timezone.localdate(at)
    found: dict[str, dict[int, datetime]] = defaultdict(dict)
    for idea in watched:
        for alarm, since in alarms_of(idea, at, today).items():
            found[alarm][idea.id] = since
    return found


def _waiting(at: datetime) -> tuple[Asked, dict[int, datetime]]:
    """Count the requests that wait too long, {idea: {state: n}}, and find the first of each idea."""
    asked: dict[int, Counter[str]] = defaultdict(Counter)
    first: dict[int, datetime] = {}
    for idea, state, since in requests_waiting(at).values_list("idea_id", "state", "since"):
        asked[idea][state] += 1
        first[idea] = min(since, first.get(idea, since))
    return asked, first


def _places(ideas: Iterable[int]) -> dict[int, list[RoleSlot]]:
    """{idea: its open places, those first without which there is no proposal}"""
    found: dict[int, list[RoleSlot]] = defaultdict(list)
    rows = RoleSlot.objects.filter(idea__in=list(ideas), filled__lt=F("wanted"))
    for slot in rows.order_by("-mandatory", "position", "id"):
        found[slot.idea_id].append(slot)
    return found


def _order(found: Mapping[int, datetime], pressing: set[int]) -> list[int]:
    """Put the ideas of an alarm in order: the pressing ones first, and of these, as of the others, the earliest."""
    return sorted(found, key=lambda idea: (idea not in pressing, found[idea], idea))


def _rows(shown: Iterable[int], member: Member) -> dict[int, dict[str, Any]]:
    """Read what the lines say of ideas, and whether they are the member's own."""
    ids = list(shown)
    own = set(Idea.authors.through.objects.filter(member=member, idea__in=ids).values_list("idea_id", flat=True))
    rows: list[Any] = list(Idea.objects.filter(pk__in=ids).values(*SHOWN))
    return {row["id"]: {**row, "is_own": row["id"] in own} for row in rows}


def _line(
    alarm: str,
    row: dict[str, Any],
    since: datetime,
    at: datetime,
    places: Mapping[int, Sequence[RoleSlot]],
    asked: Asked,
) -> Line:
    pk, answered = row["id"], alarm != Alarm.UNANSWERED
    waits: Mapping[str, int] = asked[pk] if alarm == Alarm.REQUESTS else {}
    return Line(
        alarm=alarm,
        idea={name: row[name] for name in SHOWN[:6]},
        since=since,
        over=_over(alarm, since, at),
        is_own=row["is_own"],
        who="" if answered else row["unanswered__author__name"],
        comment_id=None if answered else row["unanswered_id"],
        places=places.get(pk, ()) if alarm == Alarm.PLACES else (),
        asked=waits.get(JoinState.PENDING, 0),
        unauthorised=waits.get(JoinState.UNAUTHORISED, 0),
    )


def _over(alarm: str, since: datetime, at: datetime) -> int | None:
    if alarm == Alarm.PLACES:
        left = (timezone.localdate(since) - timezone.localdate(at)).days
        return max(PLACES_DAYS - left, 0)
    return overdue_days(alarm, since, at)
