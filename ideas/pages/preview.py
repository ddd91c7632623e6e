"""An author's look at their idea through others' eyes: the real page, drawn for another viewer."""

from copy import copy

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ideas.actions.preview import ViewerKind, as_seen_by
from ideas.forms.ideas import IdeaForm
from ideas.forms.sections import needed_of
from ideas.models import Idea
from ideas.pages import ideas, parts
from ideas.pages.similar import shown_similar
from ideas.rules.ideas import is_published


@login_required
@require_safe
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """`?as=` names the kind of viewer; an unknown one is a member of another value chain."""
    at, by = timezone.now(), parts.member_of(request)
    idea = parts.visible_idea(request, reference)
    asked = request.GET.get("as", "")
    kind = asked if asked in ViewerKind.values else str(ViewerKind.MEMBER)
    banner = {
        "idea": idea,
        "kind": ViewerKind(kind).label,
        "viewers": [
            {
                "label": label,
                "url": reverse("ideas:preview", args=[idea.reference], query={"as": one}),
                "on": one == kind,
            }
            for one, label in ViewerKind.choices
        ],
        "is_open": is_published(idea),
        "missing": _missing(request, idea),
        "similar": shown_similar(by, title=idea.title, language=idea.language, but=idea.reference),
    }
    with as_seen_by(by=by, idea=idea, kind=kind, at=at) as viewer:
        seen = copy(request)
        seen.user, seen.preview = viewer, banner  # type: ignore[attr-defined]  # base.html draws it above the page
        try:
            return ideas.detail(seen, reference)
        except Http404:
            return render(seen, "ideas/unseen.html")


def _missing(request: HttpRequest, idea: Idea) -> list[dict[str, object]]:
    form = IdeaForm(by=parts.member_of(request), at=timezone.now(), idea=idea)
    return [one for one in needed_of(form) if one["missing"]]
