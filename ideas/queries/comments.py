"""Reads of comments: who may read which, the discussions of an idea, and who is told of what is said in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from ideas.choices import CommentAudience, JoinState
from ideas.models import Affiliation, Comment, Idea, Member
from ideas.queries.annexes import annexed_ideas
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.joining import partners_of

THREADS = 50
_AFFILIATIONS = Prefetch(
    "author__affiliations", queryset=Affiliation.objects.select_related("organisation").order_by("id")
)


@dataclass(frozen=True)
class Threads:
    """First comments in the order of time, each with `.thread` (its replies); `earlier` is the id to go back from."""

    roots: Sequence[Comment]
    earlier: int | None


@dataclass(frozen=True)
class Rooms:
    """An idea's two discussions as its team sees them: how many comments stand in each, and how many organisations'
    people read the partners' one beside the authors.
    """

    open_count: int
    partners_count: int
    organisations: int


def rooms_visible_to(member: Viewer) -> QuerySet[Idea]:
    """Select the ideas of which the member may read the partners' discussion: those whose annex they may read.

    Authors and the people of partners, neither leads nor staff; of an idea that went into another one those who were
    its partners then, for it stays behind.
    """
    return annexed_ideas(member)


def rooms_of(idea: Idea) -> Rooms:
    """Count what stands in either discussion, in two queries. The caller asked `rooms_visible_to`."""
    within = Comment.objects.filter(idea=idea, audience=CommentAudience.PARTNERS, deleted_at=None)
    return Rooms(idea.comment_count, within.count(), partners_of(idea).count())


def with_author(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    """Load what a comment shows of its author: name, and where they work."""
    return comments.select_related("author").prefetch_related(_AFFILIATIONS)


def threads_of(idea_id: int, *, audience: str = CommentAudience.ALL, before: int | None = None) -> Threads:
    """Read the newest 50 threads of one of an idea's discussions (those before a comment's id), in a fixed number of
    queries. The caller loaded the idea through `visible_to`, and for the partners' one through `rooms_visible_to`.

    A deleted comment is there as a tombstone as long as a reply stands under it.
    """
    standing = Comment.objects.filter(deleted_at=None, audience=audience)
    # A root is shown while it stands, or while something stands under it.
    roots = with_author(Comment.objects.filter(idea_id=idea_id, audience=audience, parent=None)).filter(
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


def comments_of(idea_id: int, *, audience: str = CommentAudience.ALL) -> QuerySet[Comment]:
    """Select every comment of a discussion that stands, for the API. The caller loaded the idea as for `threads_of`."""
    rows = Comment.objects.filter(idea_id=idea_id, audience=audience, deleted_at=None)
    return with_author(rows).select_related("idea")


def followers_of(idea: Idea, *, but: Member) -> list[Member]:
    """List who is told of what happens on an idea: authors, people who commented, people of its partners who asked."""
    open_ones = Q(comments__idea=idea, comments__audience=CommentAudience.ALL)
    return _followers(idea, open_ones, but)


def followers_of_room(idea: Idea, *, but: Member) -> list[Member]:
    """List who is told of what partners say among themselves: as above, of those who may read it now. Two queries."""
    within = Q(comments__idea=idea, comments__audience=CommentAudience.PARTNERS)
    people = _followers(idea, within, but)
    own = Q(authored_ideas=idea) | Q(affiliations__organisation__in=partners_of(idea).values("id"))
    team = set(Member.objects.filter(own, pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    return [one for one in people if one.pk in team]


def _followers(idea: Idea, commented: Q, but: Member) -> list[Member]:
    asked = Q(join_requests__idea=idea, join_requests__state=JoinState.ACCEPTED)
    followers = Member.objects.filter(Q(authored_ideas=idea) | commented | asked)
    return list(followers.filter(is_active=True).exclude(pk=but.pk).distinct())


def comments_visible_to(member: Viewer) -> QuerySet[Comment]:
    """Select the comments, tombstones included, that a member may read: the one gate of pages, API and search.

    Those for everybody, of the ideas that they see; those for partners, of the ideas whose partners' room they may
    enter.
    """
    seen = Q(idea__in=visible_to(member).values("id"), audience=CommentAudience.ALL)
    own = Q(idea__in=rooms_visible_to(member).values("id"), audience=CommentAudience.PARTNERS)
    return Comment.objects.filter(seen | own).select_related("idea", "author")


def may_enter_room(member: Viewer, idea: Idea) -> bool:
    """Whether the member may read the partners' discussion of an idea. One query beside those of `visible_to`."""
    return rooms_visible_to(member).filter(pk=idea.pk).exists()
