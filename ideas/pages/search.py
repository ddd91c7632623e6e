"""The page of the search, and what it proposes while somebody types."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ideas.choices import SearchKind
from ideas.forms.filters import page_cursor, searched
from ideas.pages import adding, facets
from ideas.queries.filters import RELEVANCE, IdeaFilters
from ideas.queries.found import Thing, things_of
from ideas.queries.search import Found, find, find_or_nearest, scope_of
from ideas.questions import Question, excerpt, mark, read_question

PAGE_SIZE = 20
SUGGESTIONS = 8
KINDS = dict(SearchKind.choices)
# What one find of a kind is called.
ONE: dict[str, Any] = {
    SearchKind.IDEA: _("Idea"),
    SearchKind.CALL: _("Call"),
    SearchKind.ORGANISATION: _("Organisation"),
    SearchKind.MEMBER: _("Person"),
    SearchKind.COMMENT: _("Comment"),
    SearchKind.TEASER: _("Idea"),
}


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    text = searched(request.GET)
    scope = scope_of(request.user)
    kind = request.GET.get("kind", "")
    kind = kind if kind in scope.kinds else ""
    found = find_or_nearest(read_question(text), scope, request.user)
    hits = [hit for hit in found.hits if kind in ("", hit.kind)]
    start = _start(page_cursor(request.GET))
    things = things_of(hits[start : start + PAGE_SIZE], request.user)
    context = {
        "text": text,
        "found": found,
        "answered": " ".join(term.text for term in found.question.terms),
        "tabs": _tabs(text, kind, found, scope.kinds),
        "addable": adding.addable(request, {thing.ref: thing.chains for thing in things if thing.chains}),
        "rows": [_row(thing, found.question) for thing in things],
        "next": _address(text, kind, start + PAGE_SIZE) if len(hits) > start + PAGE_SIZE else "",
        "board": _board(found),
    }
    return render(request, "search/list.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What a beginning may become: {"suggestions": [{"kind", "label", "url"}]}, for the field in the header."""
    question = read_question(searched(request.GET), typing=True)
    things = things_of(find(question, scope_of(request.user)).hits[:SUGGESTIONS], request.user)
    found = [{"kind": str(ONE[thing.kind]), "label": thing.title, "url": thing.url} for thing in things]
    response = JsonResponse({"suggestions": found})
    response["Cache-Control"] = "private, no-store"
    return response


def _start(cursor: str) -> int:
    return int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 5 else 0


def _address(text: str, kind: str = "", start: int = 0) -> str:
    query = {"q": text} | ({"kind": kind} if kind else {}) | ({"cursor": str(start)} if start else {})
    return reverse("search:list", query=query)


def _board(found: Found) -> str:
    """Where the ideas that were found can be narrowed further, sorted and kept as a search; "" where there are none."""
    words = " ".join(term.text for term in found.question.terms)
    return facets.address(IdeaFilters(q=words, sort=RELEVANCE)) if found.counts.get(SearchKind.IDEA) else ""


def _tabs(text: str, kind: str, found: Found, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    counts = [("", _("Everything"), found.total), *((one, KINDS[one], found.counts.get(one, 0)) for one in kinds)]
    return [
        {"label": label, "count": count, "url": _address(text, one), "current": one == kind}
        for one, label, count in counts
        if count or one in ("", kind)
    ]


def _row(thing: Thing, question: Question) -> dict[str, Any]:
    """One find: {kind, kind_label, url, reference, ref, title, language, said, where}.

    ref, title and said are cut into marked pieces.
    """
    return {
        "kind": thing.kind,
        "kind_label": ONE[thing.kind],
        "url": thing.url,
        "reference": thing.ref,
        "ref": mark(thing.ref, question),
        "title": mark(thing.title, question),
        "language": thing.language,
        "said": next((found for text in thing.texts if (found := excerpt(text, question))), [(thing.lead, False)]),
        "where": thing.where,
    }
