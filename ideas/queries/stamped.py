"""What every board shows of value chains, terms and calls, read once in a process and kept for as long as it is so.

The database itself says when one of them changed (`ideas/management/triggers.py`): under an equal stamp all is the
same. A page has read the stamp with its rows (`Board.stamp`), and asks for nothing more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

from ideas.choices import NOT_CLOSING, Scheme
from ideas.models import BoardStamp, CatalogueStamp, Deadline, Term, ValueChain
from ideas.queries.prepared import Prepared
from ideas.queries.taxonomy import all_kets, terms

Stamp = tuple[int, ...]
P = ParamSpec("P")
T = TypeVar("T")
RULER_DAYS = 60
MOST_CLOSINGS = 200


def read_stamp() -> Stamp:
    """Say how calls, chains and terms stand. Before they are read: newer ones under an old stamp are read once more."""
    return tuple(stamp for (stamp,) in _STAMPS.rows())


_STAMPS = Prepared(lambda: CatalogueStamp.objects.order_by("id").values_list("stamp"))


_BOARD_STAMPS = BoardStamp._meta.db_table
# Two sums that take every bit of every stamp, each with its place. No engine's integers overflow by them.
_SUMS = f"SELECT count(*), sum(stamp >> 20), sum((stamp & 1048575) * (id + 1)) FROM {_BOARD_STAMPS}"  # noqa: S608 - a name of our own
_last_read: tuple[tuple[int, ...], dict[int, int]] = (), {}


def read_board_stamps() -> dict[int, int]:
    """Read how the ideas stand, by bucket. First as sums: five hundred rows take longer, and mostly they are the same.

    One query, and one more after a change.
    """
    global _last_read
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(_SUMS)
        sums: tuple[int, ...] = cursor.fetchone()
    known, stamps = _last_read
    if known != sums:
        # Sums before stamps: newer ones under old sums only mean to read them again.
        stamps = dict(BoardStamp.objects.values_list("id", "stamp"))
        _last_read = sums, stamps
    return stamps


class UnderStamp(Generic[P, T]):
    """Something that is read of them, kept for who brings the same stamp and asks for the same."""

    def __init__(self, read: Callable[P, T]) -> None:
        self._read = read
        self._kept: tuple[object, T] | None = None

    def __call__(self, stamp: Stamp, *asked: P.args, **more: P.kwargs) -> T:
        """Give what is true under a stamp that the caller has just read."""
        key = stamp, asked, more
        kept = self._kept
        if kept is None or kept[0] != key:
            kept = self._kept = key, self._read(*asked, **more)
        return kept[1]


# Tags ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tags:
    """What ideas are classified by, each in order."""

    chains: list[ValueChain]
    kets: list[Term]
    provinces: list[Term]


def read_tags() -> Tags:
    """Read them from the database. Three queries."""
    chains = ValueChain.objects.order_by("position", "code")
    return Tags(list(chains), list(all_kets()), list(terms(Scheme.PROVINCE)))


tags_under = UnderStamp(read_tags)


# Closings -----------------------------------------------------------------------------------------------------------


class Closing(NamedTuple):
    """A closing of a call, as the ruler shows it."""

    at: datetime
    identifier: str
    title: str
    language: str
    url: str


def closings_ahead(stamp: Stamp, at: datetime) -> list[Closing]:
    """List the closings of the next 60 days, soonest first: for the ruler. A query a day, and after a change."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    closings = _closings_under(stamp, day)
    first = bisect_left(closings, at, key=_instant)
    last = bisect_right(closings, ruler_end(at), key=_instant)
    return closings[first : min(last, first + MOST_CLOSINGS)]


def ruler_end(at: datetime) -> datetime:
    """Say up to when the ruler goes."""
    return at + timedelta(days=RULER_DAYS)


def _read_closings(day: datetime) -> list[Closing]:
    """Read those of which an instant of that day may be asked."""
    found = Deadline.objects.filter(at__gte=day, at__lt=day + timedelta(days=RULER_DAYS + 1))
    rows = (
        found.exclude(kind__in=NOT_CLOSING)
        .select_related("call")
        .only("at", "call__identifier", "call__title", "call__language", "call__slug")
        .order_by("at", "id")
    )
    return [
        Closing(row.at, row.call.identifier, row.call.title, row.call.language, row.call.get_absolute_url())
        for row in rows
    ]


_closings_under = UnderStamp(_read_closings)


def _instant(closing: Closing) -> datetime:
    return closing.at
