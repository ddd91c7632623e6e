"""The page of the board."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ideas import moments
from ideas.choices import IDEA_JOINABLE, IdeaState
from ideas.forms.filters import read_idea_filters
from ideas.pages import adding, board_live, exports, facets, parts
from ideas.queries import ideas as queries
from ideas.queries.board import RELEVANCE, Board, IdeaFilters, nearest
from ideas.queries.board import board as read_board
from ideas.queries.board_counts import SOON
from ideas.queries.stamped import RULER_DAYS, Stamp, closings_ahead
from ideas.queries.today import Today, waiting_for

STRIP = 6


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    member = request.user.is_authenticated
    filters = read_idea_filters(request.GET, request.user)
    cursor = request.GET.get("cursor", "")
    audiences = queries.audiences_of(request.user)
    positions = board_live.positions(audiences) if member else []
    found = read_board(request.user, filters, at=at, cursor=cursor, audiences=audiences)
    names = parts.names_under(found.stamp)
    waiting = waiting_for(request.user, at)
    groups = facets.groups(filters, found, names, member=member)
    context = {
        "filters": filters,
        "cards": parts.cards(found.page.rows, at=at, names=names, teaser=not member),
        **_addable(request, waiting, found),
        "total": found.total,
        "groups": groups,
        "chips": facets.chips(filters, groups),
        "carried": facets.hidden(filters),
        "exports": exports.links(filters) if member and found.total else [],
        "sorts": _sorts(filters) if member else [],
        "saving": facets.saving(filters) if member and filters.narrows else "",
        "next": facets.address(filters, found.page.next_cursor) if found.page.next_cursor else "",
        "today": _today(waiting),
        "live": board_live.start(positions, found, filters, cursor, read_at=timezone.now()) if member else "",
        "words": board_live.words(names) if member else {},
        **_deadlines_ahead(request, found.stamp, at),
        **({} if found.total else _nearest(request, filters, at)),
    }
    return render(request, "ideas/list.html", context)


def _deadlines_ahead(request: HttpRequest, stamp: Stamp, at: datetime) -> dict[str, Any]:
    """The ruler's marks, one's own ideas below them, and the strip of the next thirty days."""
    closings = closings_ahead(stamp, at)
    marks: list[dict[str, Any]] = [
        {
            "at": closing.at,
            "label": closing.identifier,
            "title": closing.title,
            "language": closing.language,
            "url": closing.url,
            "days_left": (left := moments.days_left(closing.at, at)),
            "urgent": moments.is_urgent(left),
        }
        for closing in closings
    ]
    own = [
        {
            "at": row["closes_at"],
            "label": row["acronym"] or row["reference"],
            "url": reverse("ideas:detail", args=[row["reference"]]),
            "days_left": moments.days_left(row["closes_at"], at),
            "urgent": moments.is_urgent(moments.days_left(row["closes_at"], at)),
        }
        for row in queries.own_closings(request.user, at=at, until=at + timedelta(days=RULER_DAYS))
    ]
    soon = marks[: sum(closing.at <= at + SOON for closing in closings)]
    return {"now": at, "marks": marks, "own": own, "soon": soon[:STRIP], "soon_more": len(soon[STRIP:])}


def _addable(request: HttpRequest, waiting: Today, found: Board) -> dict[str, Any]:
    """Which ideas of the page a lead or cluster staff may put on a list; nobody else costs a query."""
    if not waiting.leads and not getattr(request.user, "is_staff", False):
        return {}
    return {"addable": adding.addable(request, {row["reference"]: row["tags"]["chains"] for row in found.page.rows})}


def _today(found: Today) -> list[dict[str, Any]]:
    """What waits for the member, most pressing first: {count, text, url, urgent}; nothing of which there is none."""
    requests, drafts = reverse("joining:list"), facets.address(_own_drafts())
    lines = [
        (found.answer, ngettext("request to answer", "requests to answer", found.answer), requests, True),
        (found.authorise, ngettext("request to authorise", "requests to authorise", found.authorise), requests, True),
        (
            found.asked,
            ngettext("idea of yours with a question", "ideas of yours with questions", found.asked),
            facets.address(_own_asked()),
            True,
        ),
        (
            found.shortlists,
            ngettext("shortlist to publish", "shortlists to publish", found.shortlists),
            reverse("shortlists:list"),
            False,
        ),
        (
            found.stranded,
            ngettext("idea of yours whose call has closed", "ideas of yours whose calls have closed", found.stranded),
            facets.address(_own_stranded()),
            False,
        ),
        (found.drafts, ngettext("draft of yours", "drafts of yours", found.drafts), drafts, False),
    ]
    return [{"count": count, "text": text, "url": url, "urgent": urgent} for count, text, url, urgent in lines if count]


def _own_drafts() -> IdeaFilters:
    return IdeaFilters(state=(IdeaState.DRAFT,), mine=True)


def _own_asked() -> IdeaFilters:
    return IdeaFilters(state=(IdeaState.NEEDS_INFO,), mine=True)


def _own_stranded() -> IdeaFilters:
    """One's own by their deadline: those that have passed come first."""
    return IdeaFilters(state=tuple(sorted(IDEA_JOINABLE)), mine=True, sort="closing")


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


def _sorts(filters: IdeaFilters) -> list[dict[str, Any]]:
    labels = {"activity": _("Latest activity"), "newest": _("Newest"), "closing": _("Closing first")}
    if filters.q:
        labels = {RELEVANCE: _("Best match"), **labels}
    return [
        {"label": label, "url": facets.address(replace(filters, sort=sort)), "current": filters.sort == sort}
        for sort, label in labels.items()
    ]
