"""Following calls, and who hears of what becomes of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from ideas.actions.notifications import notify
from ideas.choices import IDEA_JOINABLE, IdeaState, JoinState, NotificationKind
from ideas.models import DeadlineChange, Idea, Member, Notification

# Whose team still has the deadline before it.
STILL_AHEAD = IDEA_JOINABLE | {IdeaState.DRAFT}


def tell_of_deadline(change: DeadlineChange, ideas: Sequence[Idea], at: datetime) -> list[Notification]:
    """Tell the authors and the partners of `ideas`, which aim at the call. A helper for actions.

    Ideas whose proposal is in already, or that were given up, tell nobody.
    """
    return [row for idea in ideas if idea.state in STILL_AHEAD for row in _tell_team(change, idea, at)]


def _tell_team(change: DeadlineChange, idea: Idea, at: datetime) -> list[Notification]:
    partners = Q(join_requests__idea=idea, join_requests__state=JoinState.ACCEPTED)
    return notify(
        members=Member.objects.filter(Q(authored_ideas=idea) | partners).distinct(),
        kind=NotificationKind.DEADLINE_CHANGED,
        idea=idea,
        url=idea.get_absolute_url(),
        key=f"deadline.{change.pk}.{idea.pk}",
        data={
            "title": idea.title,
            "call": change.call.identifier,
            "old_at": change.old_at.isoformat() if change.old_at else None,
            "new_at": change.new_at.isoformat() if change.new_at else None,
            "zone": change.zone,
        },
        at=at,
    )
