"""Putting an idea on a shortlist, from wherever one meets it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions.shortlists import add_to_shortlist
from ideas.errors import CONFLICTS, Conflict
from ideas.forms.shortlists import AddForm
from ideas.models import Idea
from ideas.pages.parts import member_of, put_on, see_other, visible_idea
from ideas.queries.conflicts import has_conflict
from ideas.queries.shortlists import curated_codes, lists_with


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, reference: str) -> HttpResponse:
    by, idea = member_of(request), visible_idea(request, reference)
    form = AddForm(request.POST or None, by=by, idea=idea)
    if request.method != "POST" or not form.is_valid():
        return _show_add(request, form, idea, 400 if form.is_bound else 200)
    shortlist = form.cleaned_data["shortlist"]
    try:
        add_to_shortlist(by=by, idea=idea, at=timezone.now(), **form.cleaned_data)
    except (ValidationError, Conflict) as refusal:
        return _show_add(request, form, idea, put_on(form, refusal))
    messages.success(request, _("The idea is on the shortlist “%(title)s”.") % {"title": shortlist.title})
    return see_other(_way_back(request) or idea.get_absolute_url())


def addable(request: HttpRequest, chains: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Say which ideas of a page their reader may put on a list: {references, query: what leads back here after it}.

    `chains`: by reference, the codes of an idea's value chains.
    """
    codes = curated_codes(request.user)
    references = {reference for reference, of_idea in chains.items() if codes.intersection(of_idea)}
    return {"references": references, "query": "?" + urlencode({"next": request.get_full_path()})}


def _show_add(request: HttpRequest, form: AddForm, idea: Idea, status: int) -> HttpResponse:
    by = member_of(request)
    context = {
        "form": form,
        "idea": idea,
        "lists": lists_with(by, idea),
        "refused": CONFLICTS["own_interest"] if has_conflict(by, idea) else "",
        "back": _way_back(request) or idea.get_absolute_url(),
    }
    return render(request, "shortlists/add.html", context, status=status)


def _way_back(request: HttpRequest) -> str:
    """The page of ours from which the reader came to add an idea; "" for any other address."""
    url = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith("/")
    return url if ours else ""
