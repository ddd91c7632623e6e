"""The catalogue of live changes: every topic and kind, and the only caller of `realtime.log`.

Each function stands last in an action, inside its transaction: the change is committed with the write, or not at all.
"""

from collections.abc import Iterable
from typing import Any

from ideas.models import Comment, DeadlineChange, Idea, Notification, Shortlist
from ideas.queries.joining import consortium_of
from ideas.queries.topics import call_topic, idea_topic, member_topic, shortlist_topic
from ideas.serializers.calls import DeadlineChangeSerializer
from ideas.serializers.comments import CommentSerializer
from ideas.serializers.ideas import IdeaChangeSerializer
from ideas.serializers.joining import ConsortiumSerializer
from ideas.serializers.notifications import NotificationSerializer
from ideas.serializers.shortlists import OrderSerializer
from realtime import log


def comment_posted(comment: Comment) -> None:
    _comment("comment.posted", comment)


def comment_edited(comment: Comment) -> None:
    _comment("comment.edited", comment)


def comment_deleted(comment: Comment) -> None:
    """The payload has no body: what was deleted stays in no later log row."""
    _comment("comment.deleted", comment)


def _comment(kind: str, comment: Comment) -> None:
    log.append(idea_topic(comment.idea_id), kind, _json(CommentSerializer(comment).data))


def idea_changed(idea: Idea) -> None:
    """An idea's text, target or state changed: {id, reference, title, state, version}."""
    log.append(idea_topic(idea.pk), "idea.changed", _json(IdeaChangeSerializer(idea).data))


def consortium_changed(idea: Idea) -> None:
    """The whole panel as it is now: slots, and partners accepted. Requests under way aren't in it."""
    log.append(idea_topic(idea.pk), "consortium.changed", _json(ConsortiumSerializer(consortium_of(idea)).data))


def shortlist_changed(shortlist: Shortlist) -> None:
    """A shortlist has a new version: {id, version, state}. The page asks for the entries its reader may see."""
    log.append(shortlist_topic(shortlist.pk), "shortlist.changed", _json(OrderSerializer(shortlist).data))


def deadline_changed(change: DeadlineChange, ideas: Iterable[Idea] = ()) -> None:
    """A call's deadline came, moved or went: on the call's topic, and on that of every idea aimed at it."""
    payload = _json(DeadlineChangeSerializer(change).data)
    topics = [call_topic(change.call_id), *(idea_topic(idea.pk) for idea in ideas)]
    log.append_many([(topic, "deadline.changed", payload) for topic in topics])


def notified(notifications: Iterable[Notification]) -> None:
    """Each member's own bell: {id, kind, url, data}."""
    log.append_many(
        [
            (member_topic(row.member_id), "notification.added", _json(NotificationSerializer(row).data))
            for row in notifications
        ]
    )


def _json(data: Any) -> dict[str, Any]:
    """Turn a serializer's ordered mapping into plain JSON types."""
    return dict(data)
