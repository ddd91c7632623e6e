"""What is timed of a lead's desk: the page of who leads one value chain, over ideas that give cause for every alarm."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

BATCH = 2_000


def lay(reader: Any) -> None:
    """Give the reader a value chain to lead; the ideas comments, places and requests to join, some of them waiting."""
    from django.utils import timezone

    from ideas.choices import CommentAudience, JoinState
    from ideas.models import Comment, Idea, JoinRequest, Member, Organisation, RoleSlot, ValueChain

    dice, now = random.Random(7), timezone.now()
    ValueChain.objects.get(code="MOVES").leads.add(reader)
    ideas = list(Idea.objects.values_list("id", "created_by_id", "opened_at"))
    people = list(Member.objects.values_list("id", flat=True))
    firm = Organisation.objects.get(slug="bench-company")
    comments = [
        Comment(idea_id=pk, author_id=dice.choice(people), audience=CommentAudience.ALL, client_id=f"desk-{n}",
                body="x", html="x", created_at=opened + timedelta(hours=5 * n))
        for pk, _, opened in ideas
        for n in range(dice.choice((0, 1, 3)))
    ]  # fmt: skip
    Comment.objects.bulk_create(comments, batch_size=BATCH)
    # Each idea's first comment waits, unless its own author wrote it.
    first: dict[int, Comment] = {}
    for comment in comments:
        first.setdefault(comment.idea_id, comment)
    authors = {pk: author for pk, author, _ in ideas}
    waiting = [
        Idea(id=pk, heard_at=one.created_at, unanswered=one)
        for pk, one in first.items()
        if one.author_id != authors[pk]
    ]
    Idea.objects.bulk_update(waiting, ["heard_at", "unanswered"], batch_size=200)
    RoleSlot.objects.bulk_create(
        (RoleSlot(idea_id=pk, expertise="Battery", mandatory=dice.random() < 0.3) for pk, *_ in ideas), batch_size=BATCH
    )
    JoinRequest.objects.bulk_create(
        (
            JoinRequest(idea_id=pk, organisation=firm, asked_by_id=people[0], contribution="x",
                        state=JoinState.PENDING, asked_at=now - timedelta(days=dice.randrange(12)))
            for pk, *_ in ideas[::5]
        ),
        batch_size=BATCH,
    )  # fmt: skip


def measurements(reader: Any, get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """Name them. `lay-desk` comes first."""

    def prepare() -> float:
        lay(reader)
        return 0.0

    return {"lay-desk": prepare, "desk": get("/desk/"), "desk-api": get("/api/v1/desk/")}
