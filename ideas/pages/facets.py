"""The board's facets and chips: what to narrow by, what is chosen, and the address that each leads to."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas.choices import ConsortiumRole, IdeaState, OrganisationKind, Scheme
from ideas.models import Term
from ideas.pages import radar
from ideas.pages.filters import Facet, Option, facet
from ideas.pages.parts import Names
from ideas.queries.board import Board
from ideas.queries.catalogue import TRLS
from ideas.queries.filters import MANY, NOT_KEPT, IdeaFilters
from ideas.queries.stamped import tags_under
from ideas.queries.taxonomy import terms

CALLS_SHOWN = 8


def address(filters: IdeaFilters, cursor: str = "") -> str:
    """Write the board's address for these filters: the same filters have one address, to be shared and kept."""
    return reverse("ideas:list") + query(filters, cursor)


def query(filters: IdeaFilters, cursor: str = "") -> str:
    """What follows the path in that address, with its question mark; "" where nothing is asked."""
    pairs = _pairs(filters) + ([("cursor", cursor)] if cursor else [])
    return f"?{urlencode(pairs)}" if pairs else ""


def groups(filters: IdeaFilters, board: Board, names: Names, *, member: bool) -> list[Facet]:
    """Make the groups of `components/_facets.html`, with their counts. Visitors: value chains and KETs alone."""
    params = QueryDict(urlencode(_pairs(filters)))

    def group(name: str, key: str, title: str, options: list[Option], keep: Collection[str] = ()) -> Facet:
        chosen = getattr(filters, name)
        current = chosen if name in MANY else ["1"] * chosen
        # Scripts find by its key a count that the live log moves.
        live = "" if name in NOT_KEPT else key
        return facet(params, name, title, options, board.counts.get(key, {}), current, keep=keep, key=live)

    def switch(name: str, label: str) -> Facet:
        return group(name, name, _("Show"), [Option("1", label)], keep=["1"])

    chains = [Option(code, chain["name"], code, chain["glyph"]) for code, chain in names.chains.items()]
    kets = [Option(code, ket["name"], code) for code, ket in names.kets.items()]
    tags = [
        group("value_chain", "chain", _("Value chain"), chains, _in_use(names.chains)),
        group("ket", "ket", _("Key enabling technology"), kets, _in_use(names.kets)),
    ]
    if not member:
        return tags
    soon, mine = switch("closing_soon", _("Closing within 30 days")), switch("mine", _("Mine"))
    shown = Facet(soon.title, soon.facets + mine.facets, soon.chips + mine.chips)
    states = group("state", "state", _("State"), [Option(state, label) for state, label in IdeaState.choices])
    calls = group("call", "call", _("Target call"), [Option(call, "", call) for call in _calls(filters, board)])
    sought = [
        group("role", "role", _("Role looked for"), [Option(code, label) for code, label in ConsortiumRole.choices]),
        group(
            "kind", "kind", _("Partner looked for"), [Option(code, label) for code, label in OrganisationKind.choices]
        ),
        group("trl", "trl", _("Readiness level (TRL)"), [Option(str(trl), "", str(trl)) for trl in TRLS]),
        group("province", "province", _("Province of who proposes it"), _provinces(filters, board)),
    ]
    lacks = group("lacks", "lacks", _("What the line-up lacks"), [Option(*one) for one in radar.lacks_labels().items()])
    return [found for found in (shown, *tags, states, calls, lacks, *sought) if found.facets]


def chips(filters: IdeaFilters, shown: list[Facet]) -> list[dict[str, Any]]:
    """List the filters in use, each with the address without it: the groups' own, then the words searched for."""
    words = {"kind": _("Text"), "label": filters.q, "url": address(replace(filters, q=""))}
    return [*(chip for group in shown for chip in group.chips), *([words] if filters.q else [])]


def titles() -> list[tuple[str, str]]:
    """Name what the board is narrowed by: [(filter, name)]."""
    return [
        ("value_chain", _("Value chain")),
        ("ket", _("Key enabling technology")),
        ("call", _("Target call")),
        ("state", _("State")),
        ("role", _("Role looked for")),
        ("kind", _("Partner looked for")),
        ("trl", _("Readiness level (TRL)")),
        ("province", _("Province of who proposes it")),
        ("lacks", _("What the line-up lacks")),
        ("closing_soon", _("Closing within 30 days")),
        ("mine", _("Mine")),
        ("q", _("Text")),
    ]


def said(filters: IdeaFilters, names: Names) -> list[tuple[str, str]]:
    """Say in words what the filters ask: [(facet, value)]. No query, but one where provinces are asked for."""
    values: dict[str, dict[str, Any]] = {
        "value_chain": {code: chain["name"] for code, chain in names.chains.items()},
        "ket": {code: ket["name"] for code, ket in names.kets.items()},
        "state": dict(IdeaState.choices),
        "role": dict(ConsortiumRole.choices),
        "kind": dict(OrganisationKind.choices),
        "province": _named(terms(Scheme.PROVINCE)) if filters.province else {},
        "lacks": radar.lacks_labels(),
    }
    asked = []
    for name, title in titles():
        chosen = getattr(filters, name)
        if name in MANY:
            asked += [(title, str(values.get(name, {}).get(value, value))) for value in chosen]
        elif chosen:
            asked.append((title, filters.q) if name == "q" else (_("Show"), title))
    return asked


def saving(filters: IdeaFilters) -> str:
    """Write the address at which these filters are saved as a search."""
    return f"{reverse('searches:save')}?{urlencode(_pairs(replace(filters, sort='activity')))}"


def hidden(filters: IdeaFilters) -> list[tuple[str, str]]:
    """What the search form must carry along, so that typing narrows what is already chosen."""
    return _pairs(replace(filters, q=""))


def _pairs(filters: IdeaFilters) -> list[tuple[str, str]]:
    pairs = [(name, value) for name in MANY for value in getattr(filters, name)]
    pairs += [("q", filters.q)] if filters.q else []
    pairs += [(name, "1") for name in ("closing_soon", "mine") if getattr(filters, name)]
    return pairs + ([("sort", filters.sort)] if filters.sort != "activity" else [])


def _calls(filters: IdeaFilters, board: Board) -> list[str]:
    """The calls that most ideas aim at, and those chosen."""
    counts = board.counts.get("call", {})
    most = sorted(counts, key=lambda call: (-counts[call], call))[:CALLS_SHOWN]
    return list(dict.fromkeys([*most, *filters.call]))


def _provinces(filters: IdeaFilters, board: Board) -> list[Option]:
    """The provinces of the ideas there are, by name."""
    codes = {*board.counts.get("province", {}), *filters.province}
    names = _named(tags_under(board.stamp).provinces)
    return [Option(code, names.get(code, code)) for code in sorted(codes, key=lambda code: names.get(code, code))]


def _named(provinces: Iterable[Term]) -> dict[str, str]:
    return {term.code: term.name for term in provinces}


def _in_use(tags: dict[str, dict[str, Any]]) -> set[str]:
    return {code for code, tag in tags.items() if tag["in_use"]}
