"""Writes of comments."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import lock_idea, lock_with_idea
from ideas.actions.notifications import notify
from ideas.actions.replies import heed, reread_replies
from ideas.actions.search import index_comment
from ideas.choices import CommentAudience, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Comment, Idea, Member, Notification
from ideas.queries.comments import followers_of, followers_of_room
from ideas.rules.comments import can_delete_comment, can_edit_comment, can_enter
from ideas.rules.ideas import can_comment


@transaction.atomic(durable=True)
def post_comment(
    *,
    by: Member,
    idea: Idea,
    body: str,
    client_id: str,
    parent: Comment | None = None,
    audience: str = CommentAudience.ALL,
    at: datetime,
) -> Comment:
    """Post a comment and tell everyone who follows the idea; one for partners only, those of them on its team.

    `client_id` (1–64 characters, chosen by the writer's browser) makes it safe to send again: the same one gives the
    same comment, and nothing is told twice. A reply to a reply goes under the same first comment, and has its
    audience. What partners say among themselves changes nothing that others see: no count, no card, no search.
    Raises NotAllowed, ValidationError by field, Conflict("commenting_closed", "comment_deleted").
    """
    idea = lock_idea(idea.pk)
    # Sent again after the idea went into another one: the comment went along.
    ideas = [idea.pk, idea.merged_into_id]
    known = Comment.objects.filter(idea__in=ideas, author=by, client_id=client_id).select_related("author").first()
    if known:
        return known
    if not by.is_active or not can_enter(by, idea, audience):
        raise NotAllowed
    if not can_comment(by, idea):
        raise Conflict("commenting_closed")
    body, html = _render(body)
    comment = Comment(
        idea=idea, parent=_thread_of(parent, idea, audience), author=by, audience=audience, client_id=client_id,
        body=body, html=html, created_at=at,
    )  # fmt: skip
    comment.full_clean(exclude=["idea", "parent", "author"])
    comment.save()
    _count(idea, comment, +1, activity_at=at)
    told = _tell(comment, by=by, at=at)
    index_comment(comment)
    publish.comment_posted(comment, told)
    return comment


@transaction.atomic(durable=True)
def edit_comment(*, by: Member, comment: Comment, body: str, at: datetime) -> Comment:
    """Replace a comment's text. Raises NotAllowed, ValidationError, Conflict("comment_deleted")."""
    comment = lock_with_idea(comment, Comment.objects.select_related("author"))
    if comment.deleted_at:
        raise Conflict("comment_deleted")
    if not can_edit_comment(by, comment):
        raise NotAllowed
    comment.body, comment.html = _render(body)
    comment.edited_at = at
    comment.save(update_fields=["body", "html", "edited_at"])
    index_comment(comment)
    publish.comment_edited(comment)
    return comment


@transaction.atomic(durable=True)
def delete_comment(*, by: Member, comment: Comment, at: datetime) -> Comment:
    """Take a comment's text away for good; its place stays, so that replies keep their sense. Twice is once.

    Raises NotAllowed.
    """
    comment = lock_with_idea(comment, Comment.objects.select_related("author"))
    idea = comment.idea
    if not can_delete_comment(by, comment):
        raise NotAllowed
    if comment.deleted_at:
        return comment
    comment.body = comment.html = ""
    comment.deleted_at = at
    comment.save(update_fields=["body", "html", "deleted_at"])
    _count(idea, comment, -1)
    index_comment(comment)
    publish.comment_deleted(comment)
    return comment


def _render(body: str) -> tuple[str, str]:
    with text.beside("body"):
        cleaned = text.clean_text(body)
        if not cleaned:
            raise ValidationError(_("Write something first."), code="required")
        if len(cleaned) > text.MAX_BODY_CHARS:
            raise ValidationError(
                _("A comment may have %(limit)d characters at the most."),
                code="max_length",
                params={"limit": text.MAX_BODY_CHARS},
            )
        return cleaned, text.render(cleaned)


def _count(idea: Idea, comment: Comment, step: int, **also: datetime) -> None:
    """Keep on the idea how many comments everybody sees there, and who waits for an answer; of what partners write,
    nothing.
    """
    if comment.audience != CommentAudience.ALL:
        return
    idea.comment_count += step
    for name, value in also.items():
        setattr(idea, name, value)
    kept = heed(idea, comment) if step > 0 else reread_replies(idea)
    idea.save(update_fields=["comment_count", *kept, *also])


def _tell(comment: Comment, *, by: Member, at: datetime) -> list[Notification]:
    idea, within = comment.idea, comment.audience == CommentAudience.PARTNERS
    return notify(
        members=followers_of_room(idea, but=by) if within else followers_of(idea, but=by),
        kind=NotificationKind.ROOM_POSTED if within else NotificationKind.COMMENT_POSTED,
        idea=idea, url=comment.get_absolute_url(), key=f"comment.{comment.pk}",
        data={"title": idea.title, "actor": by.name}, at=at,
    )  # fmt: skip


def _thread_of(parent: Comment | None, idea: Idea, audience: str) -> Comment | None:
    if parent is None:
        return None
    if parent.idea_id != idea.pk:
        raise ValidationError({"parent": _("That comment belongs to another idea.")})
    if parent.audience != audience:
        raise ValidationError({"parent": _("That comment stands in another discussion.")})
    parent = Comment.objects.select_related("parent").get(pk=parent.pk)
    if parent.deleted_at:
        raise Conflict("comment_deleted")
    return parent.parent or parent
