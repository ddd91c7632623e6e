"""The board: a page of cards, the counts of each facet, and what is near where nothing fits."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from ideas.models import Idea, Member
from ideas.queries.board_counts import SOON, Counts, kept_counts
from ideas.queries.board_index import BoardIndex, board_index, seen_by, shared_with
from ideas.queries.board_pages import COLUMNS, PAGE_SIZE, CardRow, Page, after, cursor_at, first_page, read_page
from ideas.queries.board_rows import Bits
from ideas.queries.board_words import having
from ideas.queries.filters import MANY, NOT_KEPT, RELEVANCE, VISITORS, IdeaFilters
from ideas.queries.ideas import Viewer, audiences_of, public_teasers, visible_to
from ideas.queries.search import find, find_or_nearest, of_ideas, scope_of
from ideas.queries.stamped import Stamp
from ideas.questions import read_question

# A selection of this size is read by its ids; of a larger one the next are soon met in the order of the list.
FEW = 400


@dataclass(frozen=True)
class Nearest:
    """What would find something where nothing fits: other words, or one filter less: (its name, the rest, ideas)."""

    words: IdeaFilters | None = None
    corrected: bool = False
    without: tuple[str, ...] = ()
    count: int = 0
    wider: tuple[tuple[str, IdeaFilters, int], ...] = ()


@dataclass
class Board:
    page: Page
    counts: Counts = field(default_factory=dict)
    total: int = 0
    stamp: Stamp = ()  # of what the cards are named by: see `queries.stamped`
    mine: list[int] = field(default_factory=list)


def board(
    by: Viewer, filters: IdeaFilters, *, at: datetime, cursor: str = "", audiences: list[str] | None = None
) -> Board:
    """Read one page of cards and the counts of each facet, in a fixed number of queries.

    Counts of a facet leave that facet's own choice open, so that a reader sees what else there is. `audiences` saves
    the queries of `audiences_of`. `mine` are the ids that the filters leave of what the reader sees for their own sake.
    """
    audiences = audiences_of(by) if audiences is None else audiences
    chosen = choose(by, filters, at=at, audiences=audiences)
    if isinstance(by, Member) and not filters.narrows and not cursor:
        page = first_page(by, audiences, filters.sort)
    else:
        seen = visible_to(by, audiences) if isinstance(by, Member) else public_teasers()
        page = _page_of(chosen, seen, cursor) if filters.narrows else read_page(seen, filters.sort, cursor)
    counts = chosen.counts() if filters.narrows else _whole_counts(chosen, by, audiences)
    mine = list(chosen.known.ids(chosen.selected & chosen.own))
    counts["mine"] = {"1": len(mine)}
    total = counts["total"].get("", 0)
    return Board(page=page, counts=counts, total=total, stamp=chosen.known.names.stamp, mine=mine)


def _whole_counts(chosen: "Chosen", by: Viewer, audiences: list[str]) -> Counts:
    """Count all that a viewer sees, most of it as it was kept at the write; once for all who see the same."""
    counts = kept_counts(by, audiences, chosen.others, chosen.at, chosen.remembered)
    if chosen.public:
        return counts
    return counts | chosen.remembered("sought", lambda: {facet: chosen.count(facet) for facet in NOT_KEPT})


@dataclass(frozen=True)
class Chosen:
    """What a reader sees of all ideas, and what their filters leave of it. `best`: ids, the best matches first."""

    known: BoardIndex
    filters: IdeaFilters
    at: datetime
    seen: Bits  # with the words that are searched for
    own: Bits
    audiences: tuple[str, ...]
    public: bool
    best: tuple[int, ...] = ()

    @cached_property
    def others(self) -> tuple[int, ...]:
        """The ids of what a member sees for their own sake alone."""
        return tuple(self.known.ids(self.own & ~shared_with(self.known, self.audiences)))

    def remembered(self, asked: Hashable, answer: Callable[[], Counts]) -> Counts:
        """Give what is the same for all who see the same ideas, as long as none changes; found out once."""
        return self.known.remembered((asked, self.public, self.others, *self.audiences), answer)

    @property
    def selected(self) -> Bits:
        return self._narrowed(self.filters)

    def counts(self) -> Counts:
        """Count the values of every facet, and all. Words, moments and a reader's own ideas are counted anew."""
        asked = replace(self.filters, sort="")
        passing = asked.q or asked.closing_soon or asked.mine
        counts = self._counts() if passing else self.remembered(asked, self._counts)
        if self.public:
            return {**counts, "closing_soon": {}}
        soon = self._narrowed(replace(self.filters, closing_soon=True))
        return {**counts, "closing_soon": {"1": soon.bit_count()}}

    def _counts(self) -> Counts:
        none: Counts = {"call": {}, "state": {}}
        counts = {MANY[facet]: self.count(facet) for facet in (VISITORS if self.public else MANY)}
        return {**none, **counts, "total": {"": self.selected.bit_count()}}

    def count(self, facet: str) -> dict[str, int]:
        """Count the values of a facet, its own choice left open."""
        return self.known.count(MANY[facet], self._narrowed(self.filters.without(facet)))

    def _narrowed(self, filters: IdeaFilters) -> Bits:
        selected = self.seen & _narrowed(self.known, filters)
        if filters.closing_soon:
            selected &= self.known.closing(self.at, self.at + SOON)
        return selected & self.own if filters.mine and not self.public else selected


def choose(by: Viewer, filters: IdeaFilters, *, at: datetime, audiences: list[str]) -> Chosen:
    """Select what `visible_to` gives the viewer, and their filters leave of it: in memory, by few queries."""
    known = board_index()
    seen, own = seen_by(known, by, audiences)
    question = read_question(filters.q, typing=True)
    best: tuple[int, ...] = ()
    if question:
        seen &= having(known, question, of_ideas(by))
        if filters.sort == RELEVANCE:
            scope = scope_of(by, audiences)
            hits = find(question, scope.within([scope.kinds[0]])).hits
            best = tuple(hit.object_id for hit in hits)
    return Chosen(known, filters, at, seen, own, tuple(audiences), not isinstance(by, Member), best)


def nearest(by: Viewer, filters: IdeaFilters, *, at: datetime) -> Nearest:
    """Find what is near to filters that leave nothing: names spelt right, a word less, or a filter less."""
    audiences = audiences_of(by)
    chosen = choose(by, filters, at=at, audiences=audiences)

    def size(others: IdeaFilters) -> int:
        return replace(chosen, filters=others).selected.bit_count()

    used = [name for name in (*MANY, "closing_soon", "mine") if getattr(filters, name)]
    wider = tuple((name, less, size(less)) for name in used if size(less := filters.without(name)))
    question = read_question(filters.q, typing=True)
    if not question:
        return Nearest(wider=wider)
    scope = scope_of(by, audiences)
    close = find_or_nearest(question, scope.within([scope.kinds[0]]), by)
    words = replace(filters, q=" ".join(term.text for term in close.question.terms))
    count = choose(by, words, at=at, audiences=audiences).selected.bit_count() if close.hits else 0
    return Nearest(words if count else None, close.corrected, close.without, count, wider)


def _narrowed(known: BoardIndex, filters: IdeaFilters, facets: Collection[str] = tuple(MANY)) -> Bits:
    """Select what the choices in these facets leave of all ideas."""
    selected = known.everything
    for facet in facets:
        if values := getattr(filters, facet):
            selected &= known.among(MANY[facet], values)
    return selected


# One page of it --------------------------------------------------------------------------------------------------


def _page_of(chosen: Chosen, ideas: QuerySet[Idea], cursor: str) -> Page:
    """Read one page of what is chosen out of `ideas`, which the reader may see."""
    if chosen.best:
        return _best_page(chosen, ideas, cursor)
    sort, selected = chosen.filters.sort, chosen.selected
    if selected.bit_count() <= FEW:
        return read_page(ideas.filter(id__in=list(chosen.known.ids(selected))), sort, cursor)
    return read_page(ideas.filter(id__in=_next_ids(chosen.known, selected, sort, cursor)), sort, cursor)


def _next_ids(known: BoardIndex, selected: Bits, sort: str, cursor: str) -> list[int]:
    """Walk along the order of the list until a page of what is selected is found: an index alone is read."""
    found: list[int] = []
    marks = selected.to_bytes(selected.bit_length() // 8 + 1, "little")
    step = FEW
    while len(found) <= PAGE_SIZE:
        key, ideas = after(Idea.objects.all(), sort, cursor)
        rows = list(ideas.values_list(key, "id")[:step])
        places = ((pk, known.place_of(pk)) for _, pk in rows)
        found += [pk for pk, place in places if 0 <= place >> 3 < len(marks) and marks[place >> 3] >> (place & 7) & 1]
        if len(rows) < step:
            break
        cursor, step = cursor_at(*rows[-1]), step * 8
    return found[: PAGE_SIZE + 1]


def _best_page(chosen: Chosen, ideas: QuerySet[Idea], cursor: str) -> Page:
    """Read one page by relevance; its cursor is how many came before."""
    start = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 5 else 0
    places = ((pk, chosen.known.place_of(pk)) for pk in chosen.best)
    best = [pk for pk, place in places if place >= 0 and chosen.selected >> place & 1]
    shown = best[start : start + PAGE_SIZE]
    cards = map(CardRow, ideas.filter(id__in=shown).order_by().values_list(*COLUMNS))
    rows = {card["id"]: card for card in cards}
    following = str(start + PAGE_SIZE) if len(best) > start + PAGE_SIZE else ""
    return Page([rows[pk] for pk in shown if pk in rows], following)
