"""Who may write and change a comment. Who may read one is `queries.comments`."""

from ideas.choices import IDEA_COMMENTABLE, CommentAudience
from ideas.models import Comment, Idea, Member
from ideas.rules.plans import is_on_team


def can_enter(member: Member, idea: Idea, audience: str) -> bool:
    """Whether the member, who sees the idea, may take part in one of its discussions: partners' by its team alone."""
    return audience != CommentAudience.PARTNERS or is_on_team(member, idea)


def can_edit_comment(member: Member, comment: Comment) -> bool:
    """Its author, while the idea takes comments, the comment stands and they may still read it."""
    return (
        comment.author_id == member.pk
        and comment.deleted_at is None
        and comment.idea.state in IDEA_COMMENTABLE
        and member.is_active
        and can_enter(member, comment.idea, comment.audience)
    )


def can_delete_comment(member: Member, comment: Comment) -> bool:
    """Its author, at any time; cluster staff, where they may read it."""
    return comment.author_id == member.pk or (member.is_staff and can_enter(member, comment.idea, comment.audience))
