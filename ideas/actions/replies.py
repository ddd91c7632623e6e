"""Whether somebody answers: what an idea keeps of its open discussion, so that the leads' desk needn't read it.

Helpers, no actions. Each gives the names of the fields that it set, for the caller to save.
"""

from django.db.models import Max

from ideas.choices import CommentAudience
from ideas.models import Comment, Idea
from ideas.rules.ideas import is_author

KEPT = ["heard_at", "unanswered"]


def heed(idea: Idea, comment: Comment) -> list[str]:
    """Note a comment that was just written in the open discussion: authors answer with it, others wait from it on."""
    if is_author(comment.author, idea):
        idea.unanswered = None
    else:
        idea.heard_at = comment.created_at
        idea.unanswered_id = idea.unanswered_id or comment.pk
    return KEPT


def reread_replies(idea: Idea) -> list[str]:
    """Find the same anew, after a comment went, comments came from another idea, or its authors changed."""
    standing = Comment.objects.filter(idea=idea, audience=CommentAudience.ALL, deleted_at=None).order_by()
    authors = Idea.authors.through.objects.filter(idea=idea).values("member_id")
    others = standing.exclude(author__in=authors)
    last = standing.filter(author__in=authors).aggregate(last=Max("id"))["last"] or 0
    idea.heard_at = others.aggregate(last=Max("created_at"))["last"]
    idea.unanswered = others.filter(id__gt=last).order_by("id").first()
    return KEPT
