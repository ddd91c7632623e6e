"""Ideas like the one being written: for the form's script, and for previews."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ideas.choices import Language
from ideas.forms.filters import searched
from ideas.models import Member
from ideas.pages import parts
from ideas.queries.similar import similar_ideas


@login_required
@require_safe
def similar(request: HttpRequest) -> HttpResponse:
    """A fragment: what is like `?title=` in `?language=`, without the idea `?but=`."""
    language = request.GET.get("language", "")
    found = shown_similar(
        parts.member_of(request),
        title=searched(request.GET, "title"),
        language=language if language in Language.values else parts.member_of(request).language,
        but=searched(request.GET, "but"),
    )
    return render(request, "ideas/_similar.html", {"similar": found})


def shown_similar(by: Member, *, title: str, language: str, but: str = "") -> list[dict[str, Any]]:
    """What `ideas/_similar.html` draws: {title, language, url, shared}."""
    return [
        {
            "title": row["title"],
            "language": row["language"],
            "url": reverse("ideas:detail", args=[row["reference"]]),
            "shared": ", ".join(row["shared"]),
        }
        for row in similar_ideas(title, language, by, but=but)
    ]
