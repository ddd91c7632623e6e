"""Filters that live in the address: facets that turn on and off, and chips that take one away."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Option:
    """A value of a facet, and how it is shown."""

    value: str
    label: Words
    code: str = ""
    glyph: str = ""


@dataclass
class Facet:
    """A group of `components/_facets.html`; `chips` are its values in use."""

    title: Words
    facets: list[dict[str, Any]] = field(default_factory=list)
    chips: list[dict[str, Any]] = field(default_factory=list)


def address(params: QueryDict, **changes: str | None) -> str:
    """Write the same address with some values set, or taken away by None."""
    copy = params.copy()
    for name, value in changes.items():
        if value is None:
            copy.pop(name, None)
        else:
            copy[name] = value
    return _relative(copy)


def facet(
    params: QueryDict,
    name: str,
    title: Words,
    options: Iterable[Option],
    counts: Mapping[str, int],
    current: Iterable[str],
    *,
    one: bool = False,
    keep: Collection[str] = (),
    key: str = "",
) -> Facet:
    """Make a facet with its counts. Values that are neither counted nor chosen nor in `keep` are left out.

    `one`: choosing a value takes the place of the one before. `key`: scripts find a count by "key-value".
    """
    group, chosen = Facet(title), set(current)
    toggled = _toggling(params, name, one)
    for option in options:
        count = counts.get(option.value, 0)
        if not count and option.value not in chosen and option.value not in keep:
            continue
        entry = {
            "label": option.label,
            "code": option.code,
            "glyph": option.glyph,
            "count": count,
            "current": option.value in chosen,
            "url": toggled(option.value),
            "key": f"{key}-{option.value}" if key else "",
        }
        group.facets.append(entry)
        if entry["current"]:
            group.chips.append(
                {"kind": title, "label": option.code or option.label, "count": count, "url": entry["url"]}
            )
    return group


def _toggling(params: QueryDict, name: str, one: bool) -> Callable[[str], str]:
    """Prepare the addresses that turn a value of a facet on or off: what stays in all of them is written once."""
    chosen = params.getlist(name)
    names = [other for other in params if other != "cursor"]
    place = names.index(name) if name in names else len(names)
    before, after = (_written(params, some) for some in (names[:place], names[place + 1 :]))

    def toggled(value: str) -> str:
        if value in chosen:
            values = [other for other in chosen if other != value]
        else:
            values = [value] if one else [*chosen, value]
        query = "&".join(filter(None, (before, urlencode([(name, other) for other in values]), after)))
        return f"?{query}" if query else "./"

    return toggled


def _written(params: QueryDict, names: Iterable[str]) -> str:
    return urlencode([(name, value) for name in names for value in params.getlist(name)])


def _relative(params: QueryDict) -> str:
    query = params.urlencode()
    return f"?{query}" if query else "./"
