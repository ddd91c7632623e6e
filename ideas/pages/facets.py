"""The board's facets and chips: what to narrow by, what is chosen, and the address that each leads to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.choices import IdeaState
from ideas.pages.parts import Names
from ideas.queries.ideas import Board, IdeaFilters

CALLS_SHOWN = 8
MANY = ("value_chain", "ket", "call", "state")
Facet = dict[str, Any]


def address(filters: IdeaFilters, cursor: str = "") -> str:
    """Write the board's address for these filters: the same filters have one address, to be shared and kept."""
    pairs = [(name, value) for name in MANY for value in getattr(filters, name)]
    pairs += [("q", filters.q)] if filters.q else []
    pairs += [(name, "1") for name in ("closing_soon", "mine") if getattr(filters, name)]
    pairs += [("sort", filters.sort)] if filters.sort != "activity" else []
    pairs += [("cursor", cursor)] if cursor else []
    return reverse("ideas:list") + (f"?{urlencode(pairs)}" if pairs else "")


def toggled(filters: IdeaFilters, name: str, value: str) -> str:
    """The address with one value more, or without it where it is chosen."""
    chosen: tuple[str, ...] = getattr(filters, name)
    rest = tuple(other for other in chosen if other != value)
    changes: dict[str, Any] = {name: rest if value in chosen else (*chosen, value)}
    return address(replace(filters, **changes))


def switched(filters: IdeaFilters, name: str) -> str:
    """The address with a yes-or-no filter turned over."""
    changes: dict[str, Any] = {name: not getattr(filters, name)}
    return address(replace(filters, **changes))


def groups(filters: IdeaFilters, board: Board, names: Names, *, member: bool) -> list[dict[str, Any]]:
    """List the groups of `components/_facets.html`, with their counts. Visitors: value chains and KETs alone."""

    def facet(name: str, key: str, value: str, label: str, **more: Any) -> Facet:
        count = board.counts.get(key, {}).get(value, 0)
        current = value in getattr(filters, name)
        more |= {"key": f"{key}-{value}", "url": toggled(filters, name, value)}
        return {"label": label, "count": count, "current": current, **more}

    def worth(facets: list[Facet], in_use: set[str]) -> list[Facet]:
        return [row for row in facets if row["count"] or row["current"] or row.get("code") in in_use]

    chains = [
        facet("value_chain", "chain", code, chain["name"], code=code, glyph=chain["glyph"])
        for code, chain in names.chains.items()
    ]
    kets = [facet("ket", "ket", code, ket["name"], code=code) for code, ket in names.kets.items()]
    tags = [
        {"title": _("Value chain"), "facets": worth(chains, _in_use(names.chains))},
        {"title": _("Key enabling technology"), "facets": worth(kets, _in_use(names.kets))},
    ]
    if not member:
        return tags
    states = [facet("state", "state", state, str(label)) for state, label in IdeaState.choices]
    calls = [facet("call", "call", call, "", code=call) for call in _calls(filters, board)]
    shown = [group for group in (*tags, {"title": _("State"), "facets": worth(states, set())}) if group["facets"]]
    return [
        {"title": _("Show"), "facets": _switches(filters, board)},
        *shown,
        *([{"title": _("Target call"), "facets": calls}] if calls else []),
    ]


def chips(filters: IdeaFilters, names: Names) -> list[dict[str, Any]]:
    """List the filters in use, each with the address without it."""
    states = dict(IdeaState.choices)
    labels: dict[str, tuple[str, Callable[[str], str]]] = {
        "value_chain": (_("Value chain"), lambda code: names.chain(code)["name"]),
        "ket": (_("KET"), lambda code: names.ket(code)["name"]),
        "call": (_("Call"), str),
        "state": (_("State"), lambda state: str(states[state])),
    }
    chosen = [
        {"kind": kind, "label": label(value), "url": toggled(filters, name, value)}
        for name, (kind, label) in labels.items()
        for value in getattr(filters, name)
    ]
    if filters.q:
        chosen.append({"kind": _("Text"), "label": filters.q, "url": address(replace(filters, q=""))})
    if filters.closing_soon:
        chosen.append({"kind": "", "label": _("Closing within 30 days"), "url": switched(filters, "closing_soon")})
    if filters.mine:
        chosen.append({"kind": "", "label": _("Mine"), "url": switched(filters, "mine")})
    return chosen


def hidden(filters: IdeaFilters) -> list[tuple[str, str]]:
    """What the search form must carry along, so that typing narrows what is already chosen."""
    pairs = [(name, value) for name in MANY for value in getattr(filters, name)]
    pairs += [(name, "1") for name in ("closing_soon", "mine") if getattr(filters, name)]
    return pairs + ([("sort", filters.sort)] if filters.sort != "activity" else [])


def _switches(filters: IdeaFilters, board: Board) -> list[Facet]:
    labels = {"closing_soon": _("Closing within 30 days"), "mine": _("Mine")}
    return [
        {
            "label": label,
            "count": board.counts.get(name, {}).get("1", 0),
            "current": getattr(filters, name),
            "url": switched(filters, name),
            "key": name,
        }
        for name, label in labels.items()
    ]


def _calls(filters: IdeaFilters, board: Board) -> list[str]:
    """The calls that most ideas aim at, and those chosen."""
    counts = board.counts.get("call", {})
    most = sorted(counts, key=lambda call: (-counts[call], call))[:CALLS_SHOWN]
    return list(dict.fromkeys([*most, *filters.call]))


def _in_use(tags: dict[str, dict[str, Any]]) -> set[str]:
    return {code for code, tag in tags.items() if tag["in_use"]}
