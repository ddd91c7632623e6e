"""Telling members what happened, and marking it read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from ideas import publish
from ideas.choices import NotificationKind
from ideas.models import Idea, Member, Notification
from ideas.queries.ideas import visible_to
from ideas.queries.notifications import unread_of


def notify(
    *,
    members: Iterable[Member],
    kind: NotificationKind,
    idea: Idea | None,
    url: str,
    key: str,
    data: dict[str, Any],
    at: datetime,
) -> list[Notification]:
    """Put a notification in front of each member once, whatever happens twice (`key`). A helper for actions.

    Who may not see the idea isn't told of it. Runs inside the action's transaction, which hands the returned rows to
    its `publish` call, so that the bell learns it live.
    """
    rows = [
        Notification(member=member, kind=kind, idea=idea, url=url, key=key, data=data, created_at=at)
        for member in {member.pk: member for member in members}.values()
        if idea is None or visible_to(member).filter(pk=idea.pk).exists()
    ]
    known = set(
        Notification.objects.filter(member__in=[row.member for row in rows], key=key).values_list("member", flat=True)
    )
    return Notification.objects.bulk_create([row for row in rows if row.member_id not in known])


@transaction.atomic(durable=True)
def mark_notifications_read(*, by: Member, at: datetime, up_to: int) -> int:
    """Mark the member's notifications up to an id as read, in every tab; returns how many were new."""
    marked = Notification.objects.filter(member=by, read_at=None, id__lte=up_to).update(read_at=at)
    if marked:
        publish.notifications_read(by, unread_of(by))
    return marked
