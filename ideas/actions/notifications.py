"""Telling members what happened, and marking it read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from ideas import publish
from ideas.choices import NotificationKind
from ideas.models import Idea, Member, Notification
from ideas.queries.ideas import members_who_see
from ideas.queries.notifications import unread_of
from ideas.rules.mails import mail_due_at


def notify(
    *,
    members: Iterable[Member],
    kind: NotificationKind,
    idea: Idea | None,
    url: str,
    key: str,
    data: dict[str, Any],
    at: datetime,
    before: datetime | None = None,
) -> list[Notification]:
    """Put a notification in front of each member once, whatever happens twice (`key`). A helper for actions.

    Who may not see the idea isn't told of it. Each row says when a mail about it is due, by the member's choice;
    `before` is the moment after which that mail would be of no use. Runs inside the action's transaction, which hands
    the returned rows to its `publish` call, so that the bell learns it live. A fixed number of queries.
    """
    people = {member.pk: member for member in members}
    seeing = members_who_see(idea, people.values()) if idea else set(people)
    told = Notification.objects.filter(member__in=seeing, key=key).values_list("member", flat=True)
    return Notification.objects.bulk_create(
        Notification(
            member=people[pk], kind=kind, idea=idea, url=url, key=key, data=data, created_at=at,
            mail_at=mail_due_at(people[pk], kind, at, before=before),
        )
        for pk in sorted(seeing - set(told))
    )  # fmt: skip


@transaction.atomic(durable=True)
def mark_notifications_read(*, by: Member, at: datetime, up_to: int) -> int:
    """Mark the member's notifications up to an id as read, in every tab; returns how many were new."""
    marked = Notification.objects.filter(member=by, read_at=None, id__lte=up_to).update(read_at=at)
    if marked:
        publish.notifications_read(by, unread_of(by))
    return marked
