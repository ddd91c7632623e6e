"""Reads of comments."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from ideas.choices import JoinState
from ideas.models import Affiliation, Comment, Idea, Member
from ideas.queries.ideas import Viewer, visible_to

THREADS = 50
_AFFILIATIONS = Prefetch(
    "author__affiliations", queryset=Affiliation.objects.select_related("organisation").order_by("id")
)


@dataclass(frozen=True)
class Threads:
    """First comments in the order of time, each with `.thread` (its replies); `earlier` is the id to go back from."""

    roots: Sequence[Comment]
    earlier: int | None


def with_author(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    """Load what a comment shows of its author: name, and where they work."""
    return comments.select_related("author").prefetch_related(_AFFILIATIONS)


def threads_of(idea_id: int, *, before: int | None = None) -> Threads:
    """Read the newest 50 threads of an idea (those before a comment's id), in a fixed number of queries.

    A deleted comment is there as a tombstone as long as a reply stands under it.
    """
    standing = Comment.objects.filter(deleted_at=None)
    # A root is shown while it stands, or while something stands under it.
    roots = with_author(Comment.objects.filter(idea_id=idea_id, parent=None)).filter(
        Q(deleted_at=None) | Q(id__in=standing.filter(idea_id=idea_id).exclude(parent=None).values("parent"))
    )
    if before is not None:
        roots = roots.filter(id__lt=before)
    rows = list(
        roots.order_by("-id").prefetch_related(
            Prefetch("replies", queryset=with_author(standing).order_by("id"), to_attr="thread")
        )[: THREADS + 1]
    )
    earlier = rows[THREADS - 1].pk if len(rows) > THREADS else None
    return Threads(roots=rows[:THREADS][::-1], earlier=earlier)


def comments_of(idea_id: int) -> QuerySet[Comment]:
    """Select every comment of an idea that stands, for the API. The caller loaded the idea through `visible_to`."""
    return with_author(Comment.objects.filter(idea_id=idea_id, deleted_at=None)).select_related("idea")


def followers_of(idea: Idea, *, but: Member) -> list[Member]:
    """List who is told of what happens on an idea: authors, people who commented, people of its partners who asked."""
    followers = Member.objects.filter(
        Q(authored_ideas=idea)
        | Q(comments__idea=idea)
        | Q(join_requests__idea=idea, join_requests__state=JoinState.ACCEPTED)
    )
    return list(followers.filter(is_active=True).exclude(pk=but.pk).distinct())


def comments_visible_to(member: Viewer) -> QuerySet[Comment]:
    """Select the comments, tombstones included, of the ideas that a member sees."""
    return Comment.objects.filter(idea__in=visible_to(member).values("id")).select_related("idea", "author")
