"""Reads for the bell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ideas.choices import NotificationKind
from ideas.models import Deadline, Member, Notification
from ideas.queries.annexes import annexes_visible_to
from ideas.queries.comments import rooms_visible_to
from ideas.queries.conflicts import conflicted_ideas
from ideas.queries.ideas import audiences_of, seen_with, visible_to
from ideas.queries.prepared import Prepared, Slot, counted
from ideas.queries.taxonomy import chains_in_use


@dataclass(frozen=True)
class Unread:
    """How many notifications a member hasn't read, and the newest id up to which that was counted (0 without any).

    `has_desk`: the member leads a value chain, or is cluster staff; asked here no page needs a query for it.
    """

    count: int
    newest: int
    has_desk: bool = False


def unread_of(member: Member) -> Unread:
    """Count what an active member hasn't read; what is of ideas or annexes that they may no longer see doesn't.

    One query, and where something of ideas is unread one more beside those of `visible_to`; the same for what not
    everybody may read who sees the idea.
    """
    [(of_ideas, of_fewer, others, newest, leads)] = _UNREAD.rows(member=member.pk)
    if of_ideas:
        [(of_ideas,)] = _UNREAD_OF_SEEN.rows(member=member.pk, audiences=audiences_of(member))
    if of_fewer:
        of_fewer = Notification.objects.filter(
            _of_seen(member), member=member, read_at=None, kind__in=_OF_FEWER
        ).count()
    return Unread(of_ideas + of_fewer + others, newest=newest, has_desk=member.is_staff or bool(leads))


def _unread(member: Slot) -> "QuerySet[Any, Any]":
    told = Notification.objects.filter(member_id=member).order_by("-id")
    unread = told.filter(read_at=None)
    # With everything read the newest still counts: whatever is told again up to it isn't new.
    newest = Coalesce(Subquery(unread.values("id")[:1]), Subquery(told.values("id")[:1]), 0)
    of_ideas = unread.exclude(idea=None)
    counts = Member.objects.filter(pk=member).annotate(
        of_ideas=counted(of_ideas.exclude(kind__in=_OF_FEWER)),
        of_fewer=counted(of_ideas.filter(kind__in=_OF_FEWER)),
        others=counted(unread.filter(idea=None)),
        newest=newest,
        leads=counted(chains_in_use().filter(leads=member)),
    )
    return counts.values_list("of_ideas", "of_fewer", "others", "newest", "leads")


def _unread_of_seen(member: Slot, audiences: Sequence[Slot]) -> "QuerySet[Any, Any]":
    unread = Notification.objects.filter(member_id=member, read_at=None).exclude(kind__in=_OF_FEWER)
    seen = unread.filter(idea__in=seen_with(member, audiences).values("id"))
    return Member.objects.filter(pk=member).annotate(seen=counted(seen)).values_list("seen")


# What is told of reviews to those who judge; not to who has an interest in the idea.
OF_REVIEWS = (
    NotificationKind.REVIEW_ASKED,
    NotificationKind.REVIEW_DUE,
    NotificationKind.REVIEW_ENDED,
    NotificationKind.DECISION_ANSWERED,
)
# What of an idea not everybody may read who sees it: its team alone, or whoever judges it.
_OF_FEWER = (NotificationKind.ANNEX_CHANGED, NotificationKind.ROOM_POSTED, *OF_REVIEWS)
_UNREAD = Prepared(_unread, member=BigIntegerField())
_UNREAD_OF_SEEN = Prepared(_unread_of_seen, member=BigIntegerField(), audiences=CharField())


def notifications_of(member: Member, limit: int = 50) -> list[Notification]:
    """The member's newest notifications. Those of ideas, or annexes, that they may no longer see are left out."""
    rows = Notification.objects.filter(member=member).filter(Q(idea=None) | _of_seen(member))
    return list(rows.select_related("idea").order_by("-id")[:limit])


def _of_seen(member: Member) -> Q:
    """Fits what is told of ideas that the member sees now, of annexes and rooms that they may read now, and of reviews
    of ideas in which they have no interest.
    """
    annexes = Q(idea__in=annexes_visible_to(member).values("idea"))
    rooms = Q(idea__in=rooms_visible_to(member).values("id"))
    seen = Q(idea__in=visible_to(member).values("id")) & (~Q(kind=NotificationKind.ANNEX_CHANGED) | annexes)
    conflicted = Q(kind__in=OF_REVIEWS, idea__in=conflicted_ideas(member).values("id"))
    return seen & (~Q(kind=NotificationKind.ROOM_POSTED) | rooms) & ~conflicted


def outdated(rows: Sequence[Notification]) -> set[int]:
    """Pick the ids of those that tell a date which is no longer so: reminders of it, and changes overtaken by another.

    One query, where there are such rows.
    """
    numbers = {row.data.get("deadline") for row in rows} - {None, 0}
    dates = dict(Deadline.objects.filter(pk__in=numbers).values_list("pk", "at")) if numbers else {}
    return {row.pk for row in rows if not _is_as_told(row, dates)}


def _is_as_told(row: Notification, dates: dict[int, datetime]) -> bool:
    now_at = dates.get(row.data.get("deadline") or 0)
    if row.kind == NotificationKind.DEADLINE_REMINDER:
        return now_at is not None and now_at == row.instant("at")
    if row.kind == NotificationKind.DEADLINE_CHANGED and row.data.get("deadline"):
        return now_at == row.instant("new_at")
    return True
