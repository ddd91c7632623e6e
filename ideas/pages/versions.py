"""The page of an idea's versions: who saved when, and what changed from one to another."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.diff import diff_words
from ideas.errors import NotAllowed
from ideas.forms.ideas import IdeaForm
from ideas.models import Idea, IdeaVersion
from ideas.pages import parts
from ideas.queries.versions import Changed, changed_between, versions_of
from ideas.rules.versions import can_read_versions


@login_required
@require_safe
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    """Two versions compared: by `?from=` and `?to=`, otherwise the last save with the one before."""
    idea = parts.visible_idea(request, reference)
    if not can_read_versions(parts.member_of(request), idea):
        raise NotAllowed
    rows = versions_of(idea)
    new = _asked(rows, request.GET.get("to")) or rows[0]
    old = _asked(rows, request.GET.get("from")) or _before(rows, new)
    if old.number > new.number:
        old, new = new, old
    context = {
        "idea": idea,
        "versions": [_row(idea, row, rows, (old, new)) for row in rows],
        "old": old,
        "new": new,
        "changes": shown_changes(changed_between(old, new)),
    }
    return render(request, "versions/list.html", context)


def _asked(rows: list[IdeaVersion], number: str | None) -> IdeaVersion | None:
    """The version of a number in the address; None for none. Raises Http404 for one that isn't there."""
    if not number:
        return None
    found = next((row for row in rows if row.number == parts.number_in(number)), None)
    if found is None:
        raise Http404
    return found


def _before(rows: list[IdeaVersion], version: IdeaVersion) -> IdeaVersion:
    return next((row for row in rows if row.number < version.number), version)


def _row(idea: Idea, row: IdeaVersion, rows: list[IdeaVersion], compared: tuple[IdeaVersion, ...]) -> dict[str, Any]:
    before = _before(rows, row)
    query = {"from": before.number, "to": row.number}
    return {
        "number": row.number,
        "by": row.by.name,
        "at": row.at,
        "is_compared": row in compared,
        "url": reverse("versions:list", args=[idea.reference], query=query) if before != row else "",
    }


def shown_changes(changes: Iterable[Changed]) -> list[dict[str, Any]]:
    """What `versions/_change.html` draws of what differs between two versions, a field each."""
    return [_shown(change) for change in changes]


def _shown(change: Changed) -> dict[str, Any]:
    """What `versions/_change.html` draws: {label, pieces}."""
    words = {"True": _("yes"), "False": _("no")}
    old, new = (words.get(text, text) for text in (change.old, change.new))
    return {"label": str(IdeaForm.base_fields[change.name].label), "pieces": diff_words(old, new)}
