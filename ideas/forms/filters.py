"""Reading filters out of an address: unknown values are left out, so that a bad link shows the plain list."""

from collections.abc import Collection

from django.http import QueryDict

MOST_VALUES = 20
MOST_CHARS = 120


def chosen(params: QueryDict, name: str, allowed: Collection[str] | None = None) -> tuple[str, ...]:
    """Read the values chosen of a facet, each once; only `allowed` ones where given."""
    values = dict.fromkeys(_plain(value) for value in params.getlist(name)[:MOST_VALUES])
    return tuple(value for value in values if value and (allowed is None or value in allowed))


def searched(params: QueryDict, name: str = "q") -> str:
    """Read the words searched for, in one line."""
    return " ".join(_plain(params.get(name, "")).split())


def page_cursor(params: QueryDict) -> str:
    """Read where the page begins."""
    return _plain(params.get("cursor", ""))


def _plain(value: str) -> str:
    # PostgreSQL refuses a null character in any parameter.
    return value.replace("\x00", "")[:MOST_CHARS]
