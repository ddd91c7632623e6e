"""The catalogue of live changes: every topic and kind, and the only caller of `realtime.log`.

Each function stands last in an action, inside its transaction: the change is committed with the write, or not at all.
`told` are the notifications of the same action: one call a transaction, so that two writers never wait in a circle.
"""

from collections.abc import Iterable
from typing import Any

from ideas.models import Comment, DeadlineChange, Idea, Member, Notification, Shortlist
from ideas.queries.joining import consortium_of
from ideas.queries.topics import call_topic, idea_topic, member_topic, shortlist_topic
from ideas.serializers.calls import DeadlineChangeSerializer
from ideas.serializers.comments import CommentSerializer
from ideas.serializers.ideas import IdeaChangeSerializer
from ideas.serializers.joining import ConsortiumSerializer
from ideas.serializers.notifications import NotificationSerializer
from ideas.serializers.shortlists import OrderSerializer
from realtime import log, revoke

Told = Iterable[Notification]
Entry = tuple[str, str, dict[str, Any]]


def comment_posted(comment: Comment, told: Told = ()) -> None:
    _append(_comment("comment.posted", comment), told=told)


def comment_edited(comment: Comment) -> None:
    _append(_comment("comment.edited", comment))


def comment_deleted(comment: Comment) -> None:
    """The payload has no body: what was deleted stays in no later log row."""
    _append(_comment("comment.deleted", comment))


def _comment(kind: str, comment: Comment) -> Entry:
    return idea_topic(comment.idea_id), kind, dict(CommentSerializer(comment).data)


def idea_changed(idea: Idea, told: Told = ()) -> None:
    """An idea's text, target or state changed: {id, reference, title, state, version}."""
    _append((idea_topic(idea.pk), "idea.changed", dict(IdeaChangeSerializer(idea).data)), told=told)


def consortium_changed(idea: Idea, told: Told = ()) -> None:
    """The whole panel as it is now: slots, and partners accepted. Requests under way aren't in it."""
    payload = dict(ConsortiumSerializer(consortium_of(idea)).data)
    _append((idea_topic(idea.pk), "consortium.changed", payload), told=told)


def shortlist_changed(shortlist: Shortlist, told: Told = ()) -> None:
    """A shortlist has a new version: {id, version, state}. The page asks for the entries its reader may see."""
    payload = dict(OrderSerializer(shortlist).data)
    _append((shortlist_topic(shortlist.pk), "shortlist.changed", payload), told=told)


def deadline_changed(change: DeadlineChange, ideas: Iterable[Idea] = (), told: Told = ()) -> None:
    """A call's deadline came, moved or went: on the call's topic, and on that of every idea aimed at it."""
    payload = dict(DeadlineChangeSerializer(change).data)
    topics = [call_topic(change.call_id), *(idea_topic(idea.pk) for idea in ideas)]
    _append(*[(topic, "deadline.changed", payload) for topic in topics], told=told)


def notified(told: Told) -> None:
    """Each member's own bell, where an action has nothing else to announce: {id, kind, url, data, created_at}."""
    _append(told=told)


def rights_changed(member: Member) -> None:
    """A member may see other things than before: their sockets are checked before anything more is sent to them."""
    revoke(member.pk)


def _append(*entries: Entry, told: Told = ()) -> None:
    bells = [(member_topic(row.member_id), "notification.added", _bell(row)) for row in told]
    log.append_many([*entries, *bells])


def _bell(row: Notification) -> dict[str, Any]:
    shape: Any = NotificationSerializer(row)  # the stubs take its field `data` for the property
    return dict(shape.data)
