"""Who may change a comment."""

from ideas.choices import IDEA_COMMENTABLE
from ideas.models import Comment, Member


def can_edit_comment(member: Member, comment: Comment) -> bool:
    """Its author, while the idea takes comments and the comment stands."""
    return (
        comment.author_id == member.pk
        and comment.deleted_at is None
        and comment.idea.state in IDEA_COMMENTABLE
        and member.is_active
    )


def can_delete_comment(member: Member, comment: Comment) -> bool:
    """Its author, at any time; cluster staff, who see the idea."""
    return comment.author_id == member.pk or member.is_staff
