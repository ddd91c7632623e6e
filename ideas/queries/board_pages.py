"""Pages of the board: in an order that an index has, from a key on and never by an offset."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from ideas.models import Idea
from ideas.queries.ideas import CARD_FIELDS

PAGE_SIZE = 25
ORDERS: dict[str, tuple[str, ...]] = {
    "activity": ("-activity_at", "-id"),
    "closing": ("closes_at", "id"),
    "newest": ("-opened_at", "-id"),
}


@dataclass
class Page:
    """A page of rows, and where the next one begins ("" at the end)."""

    rows: list[dict[str, Any]]
    next_cursor: str = ""


def read_page(ideas: QuerySet[Idea], sort: str = "activity", cursor: str = "") -> Page:
    """Read 25 cards after a cursor ("<key>~<id>", the sort key and id of the last card). A bad cursor: page one."""
    key, ideas = after(ideas, sort, cursor)
    rows = list(ideas.values(*{*CARD_FIELDS, key})[: PAGE_SIZE + 1])
    if len(rows) <= PAGE_SIZE:
        return Page(rows)
    last = rows[PAGE_SIZE - 1]
    return Page(rows[:PAGE_SIZE], cursor_at(last[key], last["id"]))


def after(ideas: QuerySet[Idea], sort: str, cursor: str) -> tuple[str, QuerySet[Idea]]:
    """Put ideas in order, from after a cursor on; also says by which column. What has none is left out."""
    order = ORDERS.get(sort, ORDERS["activity"])
    key = order[0].lstrip("-")
    if key != "activity_at":
        ideas = ideas.filter(**{f"{key}__isnull": False})
    after = _read_cursor(cursor)
    if after:
        less = "lt" if order[0].startswith("-") else "gt"
        # A row-value comparison in two steps: the first lets the index seek, the second breaks ties.
        bound = Q(**{f"{key}__{less}e": after[0]})
        ideas = ideas.filter(bound, Q(**{f"{key}__{less}": after[0]}) | Q(**{f"id__{less}": after[1]}))
    return key, ideas.order_by(*order)


def cursor_at(key: datetime, pk: int) -> str:
    return f"{key.isoformat()}~{pk}"


def _read_cursor(cursor: str) -> tuple[datetime, int] | None:
    instant, _, number = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(instant)
        # Years 1 and 9999 have instants that UTC can't express.
        return (moment.astimezone(UTC), int(number)) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
