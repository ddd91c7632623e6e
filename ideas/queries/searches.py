"""Reads of saved searches: what each asks, and how much of it is new."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ideas.choices import SearchKind
from ideas.models import Member, SavedSearch
from ideas.queries.board import Chosen, choose
from ideas.queries.board_words import having
from ideas.queries.filters import IdeaFilters
from ideas.queries.ideas import audiences_of, visible_to
from ideas.questions import read_question

# Of a member who was away for years the newest ideas are looked through, and no more.
MOST_NEW = 5_000
# A search is looked at once a day, and ideas count when whoever published them has surely finished.
DAY, QUIET = timedelta(days=1), timedelta(minutes=2)
_PLAIN = IdeaFilters()


def written(filters: IdeaFilters) -> str:
    """Write filters down to be kept: alike for the same filters, whatever their order of rows was."""
    chosen = {name: value for name, value in asdict(replace(filters, sort=_PLAIN.sort)).items() if value}
    chosen.pop("sort")
    ordered = {name: sorted(value) if isinstance(value, tuple) else value for name, value in chosen.items()}
    return json.dumps(ordered, sort_keys=True)


def filters_of(search: SavedSearch) -> IdeaFilters:
    """Read kept filters again; what the board no longer knows is left out."""
    known = {field.name for field in fields(IdeaFilters)}
    kept: dict[str, Any] = {name: value for name, value in json.loads(search.query).items() if name in known}
    asked: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in kept.items()}
    return IdeaFilters(**asked)


def searches_of(member: Member) -> list[SavedSearch]:
    """The member's own searches, by name."""
    return list(SavedSearch.objects.filter(member=member))


class Counts(NamedTuple):
    """How many ideas a search finds, and how many of them are new."""

    total: int
    new: int


def new_in(
    member: Member, searches: Iterable[SavedSearch], *, since: str, at: datetime, others_only: bool = False
) -> dict[int, int]:
    """Count what was published since each search's `seen_at` or `told_at`, of what the member may see: {id: ideas}."""
    counts = counts_in(member, searches, since=since, at=at, others_only=others_only)
    return {pk: count.new for pk, count in counts.items()}


def counts_in(
    member: Member, searches: Iterable[SavedSearch], *, since: str, at: datetime, others_only: bool = False
) -> dict[int, Counts]:
    """Count what each search finds of what the member may see, and what of it was published since its `since`.

    A fixed number of queries, and one more for each search with words. `others_only` leaves one's own new ideas out.
    """
    asked = {search.pk: (getattr(search, since), filters_of(search)) for search in searches}
    if not asked:
        return {}
    audiences = audiences_of(member)
    ideas = visible_to(member, audiences).filter(
        opened_at__gt=min(instant for instant, _ in asked.values()), opened_at__lte=at
    )
    if others_only:
        ideas = ideas.exclude(authors=member)
    fresh = list(ideas.order_by("-opened_at", "-id").values_list("opened_at", "id")[:MOST_NEW])
    whole = choose(member, _PLAIN, at=at, audiences=audiences)
    counts = {}
    for pk, (instant, filters) in asked.items():
        chosen = replace(whole, filters=filters, seen=_with_words(whole, filters.q))
        new = chosen.known.select([idea for opened_at, idea in fresh if opened_at > instant])
        counts[pk] = Counts(chosen.selected.bit_count(), (chosen.selected & new).bit_count())
    return counts


def _with_words(whole: Chosen, words: str) -> int:
    question = read_question(words, typing=True)
    return whole.seen & having(whole.known, question, SearchKind.IDEA) if question else whole.seen


def searches_due(at: datetime, limit: int) -> list[int]:
    """Find the searches that are to be looked at again: those with alerts, a day after the last time."""
    due = SavedSearch.objects.filter(alerts=True, told_at__lte=at - DAY, member__is_active=True)
    return list(due.order_by("told_at", "id").values_list("id", flat=True)[:limit])
