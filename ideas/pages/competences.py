"""The page on which staff look after the vocabulary, and what forms propose to who types a word."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ideas.actions.competences import accept_competence, add_competence, merge_competence, retire_competence
from ideas.choices import CompetenceKind, CompetenceState
from ideas.errors import Conflict
from ideas.forms.competences import (
    MergeCompetenceForm,
    NamesForm,
    NewCompetenceForm,
    RetireCompetenceForm,
    read_competence_filters,
)
from ideas.forms.filters import chosen, page_cursor, searched
from ideas.models import Competence
from ideas.pages.filters import address
from ideas.pages.parts import allowed, put_on, see_other
from ideas.queries.competences import competence_page, counts_by_state, suggested_words
from ideas.rules.competences import can_settle_competences

KINDS = dict(CompetenceKind.choices)
STATES = dict(CompetenceState.choices)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    by = allowed(request, can_settle_competences)
    if request.method != "POST":
        return _show(request)
    form = NewCompetenceForm(request.POST)
    if not form.is_valid():
        return _show(request, new=form, status=400)
    typed = {name: form.cleaned_data[name] for name in ("kind", "name_it", "name_en")}
    try:
        word = add_competence(by=by, at=timezone.now(), **typed)
    except ValidationError as refusal:
        return _show(request, new=form, status=put_on(form, refusal))
    messages.success(request, _("“%(word)s” is in the vocabulary.") % {"word": word.name})
    return see_other(request.get_full_path())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    allowed(request, can_settle_competences)
    word = get_object_or_404(Competence.objects.select_related("merged_into", "proposed_by", "settled_by"), pk=pk)
    if request.method != "POST":
        return _show_one(request, word)
    acts = {"accept": (_accept, "names"), "merge": (_merge, "merging"), "retire": (_retire, "retiring")}
    take, name = acts.get(request.POST.get("act", ""), (_accept, "names"))
    form = _forms_of(word, request)[name]
    if not form.is_valid():
        return _show_one(request, word, {name: form}, status=400)
    try:
        said = take(request, word, form.cleaned_data)
    except ValidationError as refusal:
        return _show_one(request, word, {name: form}, status=put_on(form, refusal))
    except Conflict as refusal:
        newer = get_object_or_404(Competence.objects.select_related("merged_into"), pk=pk)
        return _show_one(request, newer, refused=str(refusal.text), status=409)
    messages.success(request, said)
    return see_other(reverse("competences:list"))


@login_required
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    kinds = chosen(request.GET, "kind", CompetenceKind.values)
    words = suggested_words(kinds[0], searched(request.GET)) if kinds else []
    return JsonResponse({"suggestions": [{"label": word.name, "state": word.state} for word in words]})


# Steps ----------------------------------------------------------------------------------------------------------------


def _accept(request: HttpRequest, word: Competence, typed: dict[str, Any]) -> str:
    by = allowed(request, can_settle_competences)
    accept_competence(by=by, competence=word, at=timezone.now(), **typed)
    return _("“%(word)s” is in the vocabulary.") % {"word": typed["name_it"] or typed["name_en"]}


def _merge(request: HttpRequest, word: Competence, typed: dict[str, Any]) -> str:
    by = allowed(request, can_settle_competences)
    into = merge_competence(by=by, competence=word, at=timezone.now(), **typed)
    return _("“%(word)s” went into “%(into)s”.") % {"word": word.name, "into": into.name}


def _retire(request: HttpRequest, word: Competence, typed: dict[str, Any]) -> str:
    by = allowed(request, can_settle_competences)
    retire_competence(by=by, competence=word, at=timezone.now(), **typed)
    return _("“%(word)s” can't be chosen any more.") % {"word": word.name}


# Showing --------------------------------------------------------------------------------------------------------------


def _show(request: HttpRequest, *, new: Form | None = None, status: int = 200) -> HttpResponse:
    filters = read_competence_filters(request.GET)
    words, cursor = competence_page(filters, cursor=page_cursor(request.GET))
    counts = counts_by_state(filters)
    tabs = [(value, label, counts.get(value, 0)) for value, label in CompetenceState.choices]
    context = {
        "words": [_row(word) for word in words],
        "filters": filters,
        "kinds": CompetenceKind.choices,
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": address(request.GET, state=value, cursor=None),
                "current": value == (filters.state or "all"),
            }
            for value, label, count in [*tabs, ("all", _("All"), sum(counts.values()))]
        ],
        "new": new or NewCompetenceForm(initial={"kind": filters.kind or CompetenceKind.COMPETENCE}),
        "next": address(request.GET, cursor=cursor) if cursor else "",
    }
    return render(request, "competences/list.html", context, status=status)


def _row(word: Any) -> dict[str, Any]:
    return {
        "word": word,
        "url": reverse("competences:detail", args=[word.pk]),
        "kind": KINDS[word.kind],
        "state": STATES[word.state],
        "count": word.organisation_count,
        "directory": reverse("organisations:list", query={word.kind: word.slug}),
    }


def _forms_of(word: Competence, request: HttpRequest | None = None) -> dict[str, Form]:
    """The three forms of a word, empty or with what was typed."""
    typed = request.POST if request else None
    seen = {"version": word.version}
    return {
        "names": NamesForm(typed, initial={**seen, "name_it": word.name_it, "name_en": word.name_en}),
        "merging": MergeCompetenceForm(typed, competence=word, initial=seen),
        "retiring": RetireCompetenceForm(typed, initial=seen),
    }


def _show_one(
    request: HttpRequest,
    word: Competence,
    typed: dict[str, Form] | None = None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    used = word.organisations.count()
    context = {
        "word": word,
        "kind": KINDS[word.kind],
        "state": STATES[word.state],
        "count": used,
        "directory": reverse("organisations:list", query={word.kind: word.slug}),
        "merged": word.state == CompetenceState.MERGED,
        "retired": word.state == CompetenceState.RETIRED,
        "refused": refused,
        **_forms_of(word),
        **(typed or {}),
    }
    return render(request, "competences/detail.html", context, status=status)
