"""Pages of saved searches: keep one, come back to it, be told of what is new."""

from dataclasses import replace
from textwrap import shorten

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions import searches as actions
from ideas.forms.filters import read_idea_filters, switched_on
from ideas.forms.searches import SearchForm
from ideas.models import SavedSearch
from ideas.pages import facets
from ideas.pages.parts import member_of, put_on, read_names, see_other
from ideas.queries.searches import counts_in, filters_of, new_in, searches_of


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    member, names = member_of(request), read_names()
    searches = searches_of(member)
    counts = counts_in(member, searches, since="seen_at", at=timezone.now())
    rows = [
        {
            "search": one,
            "asked": facets.said(filters_of(one), names),
            "total": counts[one.pk].total,
            "new": counts[one.pk].new,
        }
        for one in searches
    ]
    return render(request, "searches/list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def save(request: HttpRequest) -> HttpResponse:
    """The board's filters are in the address, the name in the form: what is refused keeps both."""
    member = member_of(request)
    filters = read_idea_filters(request.GET, member)
    asked = facets.said(filters, read_names())
    name = shorten(", ".join(label for _kind, label in asked), 80, placeholder="…")
    form = SearchForm(request.POST or None, initial={"name": name, "alerts": True})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                actions.save_search(by=member, filters=filters, at=timezone.now(), **form.cleaned_data)
                messages.success(request, _("The search is saved."))
                return see_other(reverse("searches:list"))
            except ValidationError as refusal:
                status = put_on(form, refusal)
    context = {"form": form, "asked": asked, "board": facets.address(filters)}
    return render(request, "searches/form.html", context, status=status)


@require_safe
@login_required
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    # A GET that writes: a visit is just what it notes, and twice is once.
    search, by, at = _own(request, pk), member_of(request), timezone.now()
    if new := new_in(by, [search], since="seen_at", at=at)[pk]:
        said = ngettext(
            "%(n)s idea is new since you last looked here. It comes first.",
            "%(n)s ideas are new since you last looked here. They come first.",
            new,
        )
        messages.info(request, said % {"n": new})
    actions.visit_search(by=by, search=search, at=at)
    return see_other(facets.address(replace(filters_of(search), sort="newest")))


@require_POST
@login_required
def alerts(request: HttpRequest, pk: int) -> HttpResponse:
    wanted = switched_on(request.POST, "alerts")
    actions.choose_alerts(by=member_of(request), search=_own(request, pk), alerts=wanted, at=timezone.now())
    return see_other(reverse("searches:list"))


@require_POST
@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove_search(by=member_of(request), search=_own(request, pk))
    messages.success(request, _("The search is no longer saved."))
    return see_other(reverse("searches:list"))


def _own(request: HttpRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch, pk=pk, member=member_of(request))
