"""Reads of ideas that leave as files: a selection of the board, and one idea in full."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from ideas.models import Idea, Member, Term, ValueChain
from ideas.queries.board_pages import ORDERS
from ideas.queries.filters import IdeaFilters, filter_ideas, ideas_with

CHUNK = 500


def selected_ideas(by: Member, filters: IdeaFilters, *, at: datetime) -> QuerySet[Idea]:
    """Select what the board shows under these filters, in its order: through `visible_to`, and in full."""
    ideas = filter_ideas(ideas_with(by, filters.q), filters, by=by, at=at)
    if filters.sort == "closing":
        ideas = ideas.filter(closes_at__isnull=False)
    return ideas.order_by(*ORDERS.get(filters.sort, ORDERS["activity"]))


def whole_ideas(ideas: QuerySet[Idea]) -> Iterator[Idea]:
    """Read ideas with all that an export says of them, some hundred at a time: six queries for each."""
    return with_all(ideas).iterator(chunk_size=CHUNK)


def with_all(ideas: QuerySet[Idea]) -> QuerySet[Idea]:
    """Load what an export says of each idea."""
    return ideas.select_related("value_chain", "s3_area", "call", "deadline", "organisation").prefetch_related(
        Prefetch("other_chains", ValueChain.objects.order_by("position", "code")),
        Prefetch("kets", Term.objects.order_by("position", "code")),
        "slots",
        Prefetch("authors", Member.objects.order_by("name", "id")),
    )


def one_idea(idea_id: int) -> QuerySet[Idea]:
    """Load an idea with all that a paper says of it. The caller has found it through `visible_to`."""
    return with_all(Idea.objects.filter(pk=idea_id))
