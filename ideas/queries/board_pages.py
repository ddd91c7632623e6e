"""Pages of the board: in an order that an index has, from a key on and never by an offset."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, TextField

from ideas.models import Idea, Member
from ideas.queries.ideas import CARD_FIELDS, seen_with
from ideas.queries.prepared import Prepared, Slot

PAGE_SIZE = 25
ORDERS: dict[str, tuple[str, ...]] = {
    "activity": ("-activity_at", "-id"),
    "closing": ("closes_at", "id"),
    "newest": ("-opened_at", "-id"),
}
# A card's, and what it is sorted by.
COLUMNS = (*CARD_FIELDS, "opened_at")


@dataclass
class Page:
    """A page of rows, and where the next one begins ("" at the end)."""

    rows: list[dict[str, Any]]
    next_cursor: str = ""


def read_page(ideas: QuerySet[Idea], sort: str = "activity", cursor: str = "") -> Page:
    """Read 25 cards after a cursor ("<key>~<id>", the sort key and id of the last card). A bad cursor: page one."""
    key, ideas = after(ideas, sort, cursor)
    return _page(_cards(ideas.values_list(*COLUMNS)[: PAGE_SIZE + 1]), key)


def first_page(by: Member, audiences: list[str], sort: str) -> Page:
    """Read the first page of all that a member sees: what `read_page` reads of `visible_to`, written once."""
    sort = sort if sort in ORDERS else "activity"
    return _page(first_rows(by, audiences, sort), ORDERS[sort][0].lstrip("-"))


def first_rows(by: Member, audiences: list[str], sort: str) -> list[dict[str, Any]]:
    """The same as rows, and one more where there are more."""
    return _cards(_FIRST[sort].rows(member=by.pk, audiences=audiences)) if by.is_active else []


def _cards(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def _page(cards: list[dict[str, Any]], key: str) -> Page:
    if len(cards) <= PAGE_SIZE:
        return Page(cards)
    last = cards[PAGE_SIZE - 1]
    return Page(cards[:PAGE_SIZE], cursor_at(last[key], last["id"]))


def _first_of(sort: str) -> Prepared:
    def written(member: Slot, audiences: list[Slot]) -> "QuerySet[Any, Any]":
        return after(seen_with(member, audiences), sort, "")[1].values_list(*COLUMNS)[: PAGE_SIZE + 1]

    return Prepared(written, member=BigIntegerField(), audiences=TextField())


_FIRST = {sort: _first_of(sort) for sort in ORDERS}


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
