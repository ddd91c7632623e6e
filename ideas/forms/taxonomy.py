"""What staff tick when they tag many calls at once, and which calls they ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from ideas.actions.calls import Retag
from ideas.choices import CallTags
from ideas.forms.filters import chosen, page_cursor, searched, switched_on
from ideas.models import Call
from ideas.queries.taxonomy import TagFilters

MOST_SENT = 100


def read_tag_filters(params: QueryDict) -> TagFilters:
    """Read which calls to show: `show` (few, none, all), `q`, `programme`, `closed`. Unknown values are left out."""
    show = params.get("show", "")
    return TagFilters(
        show=show if show in CallTags.values else CallTags.FEW,
        programme=chosen(params, "programme"),
        q=searched(params),
        closed=switched_on(params, "closed"),
        cursor=page_cursor(params),
    )


@dataclass(frozen=True)
class Ticks:
    """What was ticked for a call, and what its page showed ticked when it was drawn: keys such as "c3" and "k7"."""

    shown: frozenset[str]
    ticked: frozenset[str]


def read_ticks(data: QueryDict, offered: Iterable[str]) -> dict[int, Ticks]:
    """Read the ticks of each call that the page showed: {call id: Ticks}. What isn't offered is left out."""
    known = frozenset(offered)
    ids = [name.removeprefix("shown-") for name in data if name.startswith("shown-")][:MOST_SENT]
    return {
        int(key): Ticks(known & set(data.get(f"shown-{key}", "").split()), known & set(data.getlist(f"tags-{key}")))
        for key in ids
        if key.isascii() and key.isdecimal() and len(key) <= 18
    }


def changes_of(ticks: Mapping[int, Ticks]) -> dict[int, Retag]:
    """What the person changed, by call: what somebody else ticked meanwhile stays as it is."""
    return {
        pk: Retag(
            add_chains=_ids("c", one.ticked - one.shown),
            add_kets=_ids("k", one.ticked - one.shown),
            drop_chains=_ids("c", one.shown - one.ticked),
            drop_kets=_ids("k", one.shown - one.ticked),
        )
        for pk, one in ticks.items()
        if one.ticked != one.shown
    }


def keys_of(call: Call) -> frozenset[str]:
    """The tags that a call has, as keys."""
    return frozenset(
        [*(f"c{chain.pk}" for chain in call.value_chains.all()), *(f"k{ket.pk}" for ket in call.kets.all())]
    )


def _ids(letter: str, keys: Iterable[Any]) -> frozenset[int]:
    return frozenset(int(key[1:]) for key in keys if key[0] == letter)
