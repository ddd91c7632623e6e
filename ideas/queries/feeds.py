"""Reads for calendars: the dates of some calls, and of all that a member follows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, QuerySet

from ideas.choices import LEAD_DAYS, DeadlineKind
from ideas.models import Call, Deadline, DeadlineChange, Member
from ideas.queries.following import aimed_by, followed_by, lead_days_of
from ideas.rules.following import LEADS_OF

# So long a calendar keeps what has passed, and what was taken away; and so many dates it holds, the next ones first.
KEPT = timedelta(days=90)
MOST = 2_000
OF_THE_CALL = {name: F(f"call__{name}") for name in ("identifier", "title", "slug", "programme", "level")}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A date of a call for a calendar; `gone` where a source or staff took it away.

    `several`: the call has other cut-offs. `alarms`: how many days before to ring. `ideas`: those of the reader that
    aim at the call, [(reference, title)].
    """

    deadline: int
    call_id: int
    identifier: str
    title: str
    slug: str
    programme: str
    level: str
    kind: str
    number: int
    several: bool
    at: datetime
    zone: str
    verified: bool
    sequence: int
    changed_at: datetime
    gone: bool = False
    alarms: tuple[int, ...] = ()
    ideas: tuple[tuple[str, str], ...] = ()

    @property
    def local(self) -> datetime:
        """The instant on the funder's clock."""
        return self.at.astimezone(ZoneInfo(self.zone))


def dates_of(calls: QuerySet[Call], *, at: datetime, since: datetime | None = None) -> list[Entry]:
    """Read the dates of some calls from `since` on, and those taken away of late: in time order, two queries.

    One that had passed already when it was taken away is left out: nobody waits for it.
    """
    cut_offs = Deadline.objects.filter(call=OuterRef("call"), kind=DeadlineKind.CUT_OFF)
    standing = Deadline.objects.filter(call__in=calls, **({"at__gte": since} if since else {}))
    standing = standing.annotate(several=Exists(cut_offs.exclude(pk=OuterRef("pk"))), deadline=F("pk"))
    gone = DeadlineChange.objects.filter(
        call__in=calls, new_at=None, old_at__gt=F("changed_at"), changed_at__gte=at - KEPT, deadline_number__gt=0
    ).annotate(deadline=F("deadline_number"), at=F("old_at"))
    fields = ("deadline", "call_id", "kind", "number", "at", "zone", "sequence", "changed_at")
    entries = [
        Entry(**row)
        for row in standing.order_by("at", "id").values(*fields, "several", "verified", **OF_THE_CALL)[:MOST]
    ]
    entries += [
        Entry(**row, several=row["number"] > 1, verified=True, gone=True)
        for row in gone.order_by("old_at", "id").values(*fields, **OF_THE_CALL)[:MOST]
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.deadline))


def dates_followed_by(member: Member, *, at: datetime) -> list[Entry]:
    """Read the dates of what a member follows, with their own alarms and their ideas that aim at each.

    A fixed number of queries.
    """
    chosen = lead_days_of(member)
    ideas: dict[int, list[tuple[str, str]]] = {}
    for call, reference, title in aimed_by(member).order_by("id").values_list("call_id", "reference", "title"):
        ideas.setdefault(call, []).append((reference, title))
    return [
        replace(
            entry,
            alarms=_alarms(entry, chosen.get(entry.call_id, member.lead_days)),
            ideas=tuple(ideas.get(entry.call_id, ())),
        )
        for entry in dates_of(followed_by(member), at=at, since=at - KEPT)
    ]


def calls_of_chain(slug: str) -> QuerySet[Call]:
    """Select the calls of a value chain."""
    return Call.objects.filter(value_chains__slug=slug)


def calls_of_level(level: str) -> QuerySet[Call]:
    """Select the calls of a level."""
    return Call.objects.filter(level=level)


def _alarms(entry: Entry, days: Iterable[int]) -> tuple[int, ...]:
    """Choose when to ring: at the lead times of reminders, and never for what is gone."""
    sensible = LEADS_OF.get(entry.kind, LEAD_DAYS)
    return () if entry.gone else tuple(sorted({*days}.intersection(sensible), reverse=True))
