"""The page of the board."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ideas.forms.filters import read_idea_filters
from ideas.pages import adding, board_live, facets
from ideas.pages.board_parts import Ahead, BoardParts
from ideas.queries import ideas as queries
from ideas.queries.board import Board, nearest
from ideas.queries.board import board as read_board
from ideas.queries.filters import IdeaFilters
from ideas.queries.stamped import closings_ahead, ruler_end
from ideas.queries.today import Today, waiting_for


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    member = request.user.is_authenticated
    filters = read_idea_filters(request.GET, request.user)
    cursor = request.GET.get("cursor", "")
    audiences = queries.audiences_of(request.user)
    positions = board_live.positions(audiences) if member else []
    found = read_board(request.user, filters, at=at, cursor=cursor, audiences=audiences)
    waiting = waiting_for(request.user, at)
    shown = BoardParts(found, filters, at, member=member, addable=_addable(request, waiting, found))
    own = queries.own_closings(request.user, at=at, until=ruler_end(at))
    context = {
        "ahead": Ahead(waiting, closings_ahead(found.stamp, at), own, at).part(),
        "drawer": shown.drawer(),
        "tools": shown.tools(),
        "summary": shown.summary(),
        "cards": shown.cards(),
        "foot": shown.foot(),
        "words": shown.words(),
        "live": board_live.start(positions, found, filters, cursor, read_at=timezone.now()) if member else "",
        "narrowed": filters.narrows,
        **({} if found.total else _nearest(request, filters, at)),
    }
    return render(request, "ideas/list.html", context)


def _addable(request: HttpRequest, waiting: Today, found: Board) -> dict[str, Any]:
    """Which ideas of the page a lead or cluster staff may put on a list; nobody else costs a query."""
    if not waiting.leads and not getattr(request.user, "is_staff", False):
        return {}
    return adding.addable(request, {row["reference"]: row["tags"]["chains"] for row in found.page.rows})


def _nearest(request: HttpRequest, filters: IdeaFilters, at: datetime) -> dict[str, Any]:
    """Where nothing fits: what would, as addresses."""
    if not filters.narrows:
        return {}
    near = nearest(request.user, filters, at=at)
    labels = dict(facets.titles())
    return {
        "asked": filters.q,
        "wider": [{"label": labels[facet], "url": facets.address(less), "count": n} for facet, less, n in near.wider],
        "nearest": near.words
        and {
            "words": near.words.q,
            "without": ", ".join(near.without),
            "corrected": near.corrected,
            "url": facets.address(near.words),
            "count": near.count,
        },
    }
