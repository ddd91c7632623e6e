"""Up to four ideas side by side: the same of each in one line."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ideas.forms.ideas import TEXTS, IdeaForm
from ideas.models import Idea
from ideas.moments import days_left, is_urgent
from ideas.money import euros
from ideas.pages import radar
from ideas.pages.parts import Names, read_names
from ideas.queries.comparisons import ideas_to_compare
from ideas.queries.joining import Consortium, consortiums_of

MOST = 4


@login_required
@require_safe
def detail(request: HttpRequest) -> HttpResponse:
    """`?ideas=` once for each reference, in either case; of more than four the first are shown, and it is said."""
    asked = list(
        dict.fromkeys(one.strip().upper() for value in request.GET.getlist("ideas") for one in value.split(","))
    )
    asked = [one for one in asked if one]
    ideas = ideas_to_compare(request.user, asked[:MOST])
    names, at = read_names(), timezone.now()
    columns = [_column(line_up, names, at) for line_up in consortiums_of(ideas)]
    context = {
        "columns": columns,
        "rows": _rows(columns),
        "left_out": len(asked) > MOST,
        "most": MOST,
    }
    return render(request, "comparisons/detail.html", context)


def _column(line_up: Consortium, names: Names, at: datetime) -> dict[str, Any]:
    """All that is said of one idea: its head, and what stands in each line, by the line's name."""
    idea = line_up.idea
    left = days_left(idea.closes_at, at)
    return {
        "reference": idea.reference,
        "url": idea.get_absolute_url(),
        "title": idea.title,
        "acronym": idea.acronym,
        "language": idea.language,
        "state": idea.state,
        "state_label": idea.get_state_display(),
        "chains": [names.chain(code) for code in idea.tags["chains"]],
        "kets": [names.ket(code) for code in idea.tags["kets"]],
        "call": idea.call,
        "closes_at": idea.closes_at,
        "days_left": left,
        "urgent": is_urgent(left),
        "lacks": radar.lacks_in_words(idea.tags.get("lacks", {}), idea.lacking),
        "organisation": idea.organisation,
        "partners": list(dict.fromkeys(partner.organisation.name for partner in line_up.partners)),
        "places": [slot.expertise or slot.get_role_display() for slot in line_up.slots if slot.filled < slot.wanted],
        **{name: say(idea) for name, _label, say in _plain()},
        **{name: idea.html.get(name, "") for name, _label in _texts()},
    }


def _rows(columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The plain lines: {label, is_html, cells: [{text or html, language}]}, without those that nobody filled."""
    lines = [(name, label, False) for name, label, _say in _plain()] + [(*text, True) for text in _texts()]
    return [
        {
            "label": label,
            "is_html": is_html,
            "cells": [{"html" if is_html else "text": one[name], "language": one["language"]} for one in columns],
        }
        for name, label, is_html in lines
        if any(one[name] for one in columns)
    ]


def _plain() -> list[tuple[str, str, Callable[[Idea], str]]]:
    return [
        ("trl", _("TRL"), _trl),
        ("nature", _("Nature"), lambda idea: str(idea.get_nature_display())),
        ("duration", _("Duration"), _duration),
        ("budget", _("Budget"), lambda idea: euros(idea.budget_eur) if idea.budget_eur else ""),
        ("ipr", _("Protection of results"), lambda idea: str(idea.get_ipr_status_display())),
        ("keywords", _("Keywords"), lambda idea: idea.keywords),
    ]


def _texts() -> list[tuple[str, str]]:
    return [(name, str(IdeaForm.base_fields[name].label)) for name in TEXTS]


def _trl(idea: Idea) -> str:
    now, target = idea.trl_now or "?", idea.trl_target
    return (f"{now} → {target}" if target else str(now)) if idea.trl_now or target else ""


def _duration(idea: Idea) -> str:
    months = idea.duration_months
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months} if months else ""
