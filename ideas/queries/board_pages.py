"""Pages of the board: in an order that an index has, from a key on and never by an offset."""

from collections.abc import Callable, Hashable
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


# So many cards as the engine says them are kept with what they mean; some megabytes.
MOST_KNOWN = 3_000
Raw = tuple[Any, ...]


class CardRow(dict[str, Any]):
    """A card's columns by name, to be read alone: the same one may be on several pages at once.

    `key` is equal for equal rows only, so that what is made of one can be found by it.
    """

    def __init__(self, row: Raw, key: Hashable = None) -> None:
        super().__init__(zip(COLUMNS, row, strict=True))
        self.key = key if key is not None else repr(row)


@dataclass
class Page:
    """A page of rows, and where the next one begins ("" at the end)."""

    rows: list[CardRow]
    next_cursor: str = ""


def read_page(ideas: QuerySet[Idea], sort: str = "activity", cursor: str = "") -> Page:
    """Read 25 cards after a cursor ("<key>~<id>", the sort key and id of the last card). A bad cursor: page one."""
    key, ideas = after(ideas, sort, cursor)
    return _page([CardRow(row) for row in ideas.values_list(*COLUMNS)[: PAGE_SIZE + 1]], key)


def first_page(by: Member, audiences: list[str], sort: str) -> Page:
    """Read the first page of all that a member sees: what `read_page` reads of `visible_to`, written once."""
    sort = sort if sort in ORDERS else "activity"
    return _page(first_rows(by, audiences, sort), ORDERS[sort][0].lstrip("-"))


def first_rows(by: Member, audiences: list[str], sort: str) -> list[CardRow]:
    """The same as rows, and one more where there are more."""
    if not by.is_active:
        return []
    asked = {"member": by.pk, "audiences": audiences}
    return _cards_of(_FIRST[sort].raw(**asked), lambda rows: _FIRST[sort].converted(rows, **asked))


_known: dict[Hashable, CardRow] = {}


def _cards_of(rows: list[Raw], convert: Callable[[list[Raw]], list[Raw]]) -> list[CardRow]:
    """Make rows of the engine cards, each once: most were on the board before, as they are."""
    found = {row: _known.get(row) for row in rows}
    new = [row for row, card in found.items() if card is None]
    if len(_known) + len(new) > MOST_KNOWN:
        _known.clear()
    made = {row: CardRow(card, row) for row, card in zip(new, convert(new), strict=True)}
    _known.update(made)
    return [found[row] or made[row] for row in rows]


def forget_cards() -> None:
    """Let every row be read into a card anew; for measurements."""
    _known.clear()


def _page(cards: list[CardRow], key: str) -> Page:
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
