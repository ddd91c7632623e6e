"""Reads for mails: what is to be mailed, and whether it is still so."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ideas.choices import NotificationKind
from ideas.models import Call, Idea, Mail, Member, Notification
from ideas.queries.annexes import annexes_visible_to
from ideas.queries.comments import rooms_visible_to
from ideas.queries.conflicts import own_interest
from ideas.queries.following import aimed_by
from ideas.queries.ideas import visible_to
from ideas.queries.notifications import OF_REVIEWS, outdated

# What was due longer ago isn't mailed any more: nobody gets a month's mails on the day on which mail begins to work.
NOT_AFTER = timedelta(days=7)
# A mail that failed so often, for about a day, is given up.
MAX_ATTEMPTS = 12
# No claim and no pause lasts longer: one that says so was written by a clock that was wrong.
LONGEST_WAIT = timedelta(hours=7)


def to_mail(at: datetime) -> QuerySet[Notification]:
    """Select what is due to be mailed and isn't in a mail yet. What was read in the bell needs no mail."""
    return Notification.objects.filter(
        mail=None, mail_at__lte=at, mail_at__gt=at - NOT_AFTER, read_at=None, member__is_active=True
    )


def unsent(at: datetime) -> QuerySet[Mail]:
    """Select the mails that may be sent now, oldest first: not sent, claimed by nobody, not given up."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=at) | Q(claimed_until__gt=at + LONGEST_WAIT)
    return Mail.objects.filter(free, sent_at=None, attempts__lt=MAX_ATTEMPTS).order_by("id")


def still_true(member: Member, rows: Sequence[Notification], at: datetime) -> tuple[list[Notification], set[int]]:
    """Sort what may be told a member now from what is no longer so: (rows, ids of what never will be again).

    Not told: ideas, annexes and rooms that the member may no longer see, reminders of a deadline that moved, changes
    that another change overtook. A reminder of a deadline that has passed is in neither: it is late, or the clock is
    wrong.
    One query, those of `visible_to`, and one where an annex is told of, or a room.
    """
    ideas = {row.idea_id for row in rows if row.idea_id}
    seen = set(visible_to(member).filter(pk__in=ideas).values_list("pk", flat=True)) if ideas else set()
    gone = outdated(rows) | {row.pk for row in rows if row.idea_id and row.idea_id not in seen}
    gone |= _closed(member, rows)
    told = [row for row in rows if row.pk not in gone and not _is_late(row, at)]
    return told, gone


def _closed(member: Member, rows: Sequence[Notification]) -> set[int]:
    """Pick the ids of those that tell of an annex or a partners' room which the member may read no more, or of
    reviews of an idea in which they have an interest by now.
    """
    gates: dict[str, Callable[[set[int]], QuerySet[Any, int]]] = {
        NotificationKind.ANNEX_CHANGED: lambda ideas: (
            annexes_visible_to(member).filter(idea__in=ideas).values_list("idea", flat=True)
        ),
        NotificationKind.ROOM_POSTED: lambda ideas: (
            rooms_visible_to(member).filter(pk__in=ideas).values_list("pk", flat=True)
        ),
    }
    gates |= dict.fromkeys(OF_REVIEWS, lambda ideas: _free_of_interest(member, ideas))
    gone: set[int] = set()
    for kind, gate in gates.items():
        told = [row for row in rows if row.kind == kind]
        seen = set(gate({row.idea_id for row in told if row.idea_id})) if told else set()
        gone |= {row.pk for row in told if row.idea_id not in seen}
    return gone


def _free_of_interest(member: Member, ideas: set[int]) -> QuerySet[Any, int]:
    return Idea.objects.filter(~own_interest(member), pk__in=ideas).values_list("pk", flat=True)


def _is_late(row: Notification, at: datetime) -> bool:
    instant = row.instant("at")
    return row.kind == NotificationKind.DEADLINE_REMINDER and instant is not None and instant <= at


def own_ideas_at(member: Member, rows: Sequence[Notification]) -> dict[str, list[Idea]]:
    """Read the member's own ideas that aim at the calls of which reminders tell: {call identifier: ideas}."""
    calls = {row.data.get("call") for row in rows if row.kind == NotificationKind.DEADLINE_REMINDER}
    found: dict[str, list[Idea]] = {}
    if calls:
        aimed = aimed_by(member).filter(call__in=Call.objects.filter(identifier__in=calls)).select_related("call")
        for idea in aimed.order_by("reference"):
            found.setdefault(idea.call.identifier if idea.call else "", []).append(idea)
    return found
