"""Ideas that leave as files: a selection of the board; one idea as a pitch, a document, partner-search fields."""

import json
from collections.abc import Callable, Iterable
from typing import IO, Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.exchange.tables import Sheet, write_csv, write_xlsx
from ideas.forms.filters import read_idea_filters
from ideas.models import Idea
from ideas.pages import facets, parts
from ideas.pages.downloads import send, temporary_file
from ideas.queries.exports import selected_ideas, whole_ideas
from ideas.queries.filters import IdeaFilters
from ideas.serializers.exports import COLUMNS, export_head, idea_line, idea_record

# A workbook is packed at the end, which takes its time: longer selections leave as CSV or JSON.
MOST_IN_WORKBOOK = 10_000


@login_required
@require_safe
def ideas(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind not in WRITERS:
        raise Http404
    by, at = parts.member_of(request), timezone.now()
    filters = read_idea_filters(request.GET, by)
    found = selected_ideas(by, filters, at=at)
    total = found.count()
    if kind == "xlsx" and total > MOST_IN_WORKBOOK:
        said = _("A workbook holds %(limit)d ideas. Narrow the selection, or export it as CSV or JSON.")
        messages.error(request, said % {"limit": MOST_IN_WORKBOOK})
        return parts.see_other(facets.address(filters))
    head = export_head(by=by.name, at=at, total=total, filters=parse_qsl(facets.query(filters).lstrip("?")))
    file = temporary_file()
    WRITERS[kind](whole_ideas(found), head, file)
    return send(file, f"jvl-ideas-{timezone.localtime(at):%Y-%m-%d}.{kind}")


def _write_csv(ideas: Iterable[Idea], head: dict[str, Any], out: IO[bytes]) -> None:
    write_csv(Sheet("ideas", COLUMNS, (idea_line(idea) for idea in ideas)), out)


def _write_xlsx(ideas: Iterable[Idea], head: dict[str, Any], out: IO[bytes]) -> None:
    about = [(name, json.dumps(value) if isinstance(value, list) else value) for name, value in head.items()]
    lines = Sheet("ideas", COLUMNS, (idea_line(idea) for idea in ideas))
    write_xlsx([lines, Sheet("about", ("name", "value"), about)], out)


def _write_json(ideas: Iterable[Idea], head: dict[str, Any], out: IO[bytes]) -> None:
    """Write {…head, "ideas": […]}, one idea a line."""
    out.write(json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "ideas": [')
    for number, idea in enumerate(ideas):
        record = json.dumps(idea_record(idea), ensure_ascii=False)
        out.write((",\n" if number else "\n").encode() + record.encode())
    out.write(b"\n]}\n")


WRITERS: dict[str, Callable[[Iterable[Idea], dict[str, Any], IO[bytes]], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "json": _write_json,
}


def links(filters: IdeaFilters) -> list[dict[str, str]]:
    """List the ways in which what a board shows can leave, with the same filters and order: {label, url}."""
    query = facets.query(filters)
    return [{"label": kind.upper(), "url": reverse("exports:ideas", args=[kind]) + query} for kind in WRITERS]
