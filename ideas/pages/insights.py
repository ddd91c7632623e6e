"""Insights: what the ideas that a member sees add up to, drawn, as tables, and as files."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.choices import IdeaState
from ideas.exchange.cells import Cell
from ideas.exchange.tables import Sheet, write_csv, write_xlsx
from ideas.forms.filters import read_idea_filters
from ideas.pages import facets, parts
from ideas.pages.downloads import send, temporary_file
from ideas.queries.filters import IdeaFilters
from ideas.queries.insights import Insights, choices_of, insights
from ideas.rules.suggestions import can_see_gaps

FIRST_YEAR, LAST_YEAR = 2000, 2100
STATES = dict(IdeaState.choices)
SHAPES = {"map": "is-wide", "months": "is-tall"}


@dataclass
class Part:
    """A drawing with its table: {name, title, what it says}, its columns (the first names the row), its rows."""

    name: str
    title: str
    text: str
    columns: list[str]
    rows: list[tuple[Cell, ...]]
    nothing: str = ""


@dataclass
class Asked:
    """What the address asks for, and what was found."""

    filters: IdeaFilters
    year: int | None
    found: Insights
    names: parts.Names


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    asked = _ask(request)
    query = _query(asked)
    context = {
        "total": asked.found.total,
        "parts": [_shown(part, asked, query) for part in _parts(asked)],
        "choices": _choices(request, asked),
        "carried": facets.hidden(replace(asked.filters, value_chain=(), ket=(), call=(), sort="activity"))
        + ([("q", asked.filters.q)] if asked.filters.q else []),
        "narrowed": bool(query),
        "board_url": facets.address(asked.filters),
        "workbook_url": reverse("insights:workbook") + query,
        "may_see_gaps": can_see_gaps(parts.member_of(request)),
    }
    return render(request, "insights/page.html", context)


@login_required
@require_safe
def table(request: HttpRequest, name: str) -> HttpResponseBase:
    found = {part.name: part for part in _parts(_ask(request))}
    if name not in found:
        raise Http404
    file = temporary_file()
    write_csv(_sheet(found[name]), file)
    return send(file, f"jvl-insights-{name}-{_today()}.csv")


@login_required
@require_safe
def workbook(request: HttpRequest) -> HttpResponseBase:
    file = temporary_file()
    write_xlsx([_sheet(part) for part in _parts(_ask(request))], file)
    return send(file, f"jvl-insights-{_today()}.xlsx")


# What is asked ------------------------------------------------------------------------------------------------------


def _ask(request: HttpRequest) -> Asked:
    by = parts.member_of(request)
    filters, year = read_idea_filters(request.GET, by), _year(request.GET.get("year"))
    found = insights(
        by,
        filters,
        at=timezone.now(),
        zone=timezone.get_current_timezone(),
        language=(get_language() or "it")[:2],
        year=year,
    )
    return Asked(filters, year, found, parts.read_names())


def _year(typed: str | None) -> int | None:
    number = parts.number_in(typed)
    return number if number is not None and FIRST_YEAR <= number < LAST_YEAR else None


def _query(asked: Asked) -> str:
    """The address's question mark and what follows, for the same selection."""
    query = facets.query(replace(asked.filters, sort="activity"))
    if not asked.year:
        return query
    return f"{query}{'&' if query else '?'}{urlencode({'year': asked.year})}"


def _choices(request: HttpRequest, asked: Asked) -> list[dict[str, Any]]:
    calls, years = choices_of(parts.member_of(request))
    chains = [(code, f"{code} · {chain['name']}") for code, chain in asked.names.chains.items() if chain["in_use"]]
    kets = [(code, ket["name"]) for code, ket in asked.names.kets.items()]
    chosen = (str(asked.year),) if asked.year else ()
    return [
        _choice("value_chain", _("Value chain"), chains, asked.filters.value_chain),
        _choice("ket", _("Key enabling technology"), kets, asked.filters.ket),
        _choice("call", _("Target call"), [(call, call) for call in calls], asked.filters.call),
        _choice("year", _("Written in"), [(str(year), str(year)) for year in years], chosen),
    ]


def _choice(name: str, label: str, options: list[tuple[str, str]], chosen: Iterable[str]) -> dict[str, Any]:
    chosen = tuple(chosen)
    # Several at once come from the board's address: here they stay until another one is chosen.
    known = [*options, *((value, value) for value in chosen if value not in dict(options))]
    return {
        "name": name,
        "label": label,
        "options": [{"value": value, "label": text, "chosen": value in chosen} for value, text in known],
    }


# What is shown ------------------------------------------------------------------------------------------------------


def _parts(asked: Asked) -> list[Part]:
    return [make(asked) for make in (_map, _pipeline, _months, _places)]


def _map(asked: Asked) -> Part:
    found, chains, kets = asked.found, _chains(asked), _kets(asked)
    return Part(
        "map",
        _("Value chains and key enabling technologies"),
        _("How many ideas are in each; an idea counts in all its chains and technologies."),
        [_("Value chain"), *(asked.names.ket(code)["name"] for code in kets), _("All ideas")],
        [
            (
                asked.names.chain(chain)["name"],
                *(found.heat.get((chain, ket), 0) for ket in kets),
                found.chains.get(chain, 0),
            )
            for chain in chains
        ],
        _("None of these ideas names a technology."),
    )


def _pipeline(asked: Asked) -> Part:
    rows = [(str(STATES[state]), asked.found.states.get(state, 0)) for state in STATES if state in asked.found.states]
    return Part("states", _("Pipeline"), _("How far the ideas are."), [_("State"), _("Ideas")], list(rows))


def _months(asked: Asked) -> Part:
    rows: list[tuple[Cell, ...]] = [
        (date_format(month, "F Y").capitalize(), n) for month, n in asked.found.months.items()
    ]
    if asked.found.undated:
        rows.append((_("Without a closing date"), asked.found.undated))
    text = _("The month in which the target call closes.")
    return Part("months", _("Ideas by closing month"), text, [_("Month"), _("Ideas")], rows)


def _places(asked: Asked) -> Part:
    columns = [_("Subject"), _("Open places"), _("Ideas"), _("Organisations that know it")]
    rows: list[tuple[Cell, ...]] = [
        (one.subject, one.places, one.ideas, one.organisations) for one in asked.found.wanted
    ]
    return Part(
        "places",
        _("Partners wanted, and competences at hand"),
        _("The subjects that open places name most, beside the organisations of the cluster that know them."),
        columns,
        rows,
        _("No open place of these ideas names a subject that is known in both languages."),
    )


def _chains(asked: Asked) -> list[str]:
    chains = asked.names.chains
    return [code for code in chains if chains[code]["in_use"] or asked.found.chains.get(code)]


def _kets(asked: Asked) -> list[str]:
    kets = asked.names.kets
    return [code for code in kets if kets[code]["in_use"] or asked.found.kets.get(code)]


def _shown(part: Part, asked: Asked, query: str) -> dict[str, Any]:
    columns = [{"label": label, "figure": bool(place)} for place, label in enumerate(part.columns)]
    cells = [
        [{"text": text, "label": column["label"], "figure": column["figure"]} for text, column in zip(row, columns)]  # noqa: B905  # as long as each other by `Part`
        for row in part.rows
    ]
    return {
        "name": part.name,
        "title": part.title,
        "text": part.text,
        "nothing": part.nothing,
        "columns": columns,
        "rows": cells,
        "shape": SHAPES.get(part.name, ""),
        "csv_url": reverse("insights:table", args=[part.name]) + query,
        **DRAWINGS.get(part.name, _as_bars)(part, asked),
    }


def _as_map(part: Part, asked: Asked) -> dict[str, Any]:
    chains = _chains(asked)
    rows = [{"code": code, "cells": row[1:-1]} for code, row in zip(chains, part.rows, strict=True)]
    return {"drawn": rows, "codes": _kets(asked)}


def _as_bars(part: Part, asked: Asked) -> dict[str, Any]:
    return {"drawn": [{"label": row[0], "n": row[1]} for row in part.rows]}


def _as_pairs(part: Part, asked: Asked) -> dict[str, Any]:
    return {"drawn": [{"label": row[0], "n": row[1], "other": row[3]} for row in part.rows]}


DRAWINGS: dict[str, Callable[[Part, Asked], dict[str, Any]]] = {"map": _as_map, "places": _as_pairs}


def _sheet(part: Part) -> Sheet:
    return Sheet(part.name, part.columns, part.rows)


def _today() -> str:
    return f"{timezone.localdate():%Y-%m-%d}"
