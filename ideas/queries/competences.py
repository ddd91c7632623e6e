"""Reads of the vocabulary of competences."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from ideas.choices import CompetenceState
from ideas.models import Competence
from ideas.models.competences import key_of

PAGE_SIZE = 50
# Words that may be chosen, or stand on profiles until staff have looked at them.
IN_USE = (CompetenceState.PROPOSED, CompetenceState.ACCEPTED)
MOST_SUGGESTIONS = 12


@dataclass(frozen=True)
class CompetenceFilters:
    """Which words to look through; `state` and `kind` are "" for all."""

    state: str = ""
    kind: str = ""
    q: str = ""


def competences_with(filters: CompetenceFilters) -> QuerySet[Competence]:
    """Select words of the vocabulary, those that were proposed last first; else by name."""
    rows = Competence.objects.select_related("merged_into", "proposed_by")
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    for word in filters.q.split()[:12]:
        key = key_of(word)
        rows = rows.filter(Q(key_it__contains=key) | Q(key_en__contains=key))
    return rows


def competence_page(filters: CompetenceFilters, *, cursor: str = "") -> tuple[list[Any], str]:
    """Read a page for staff, the newest first, with `organisation_count`: (words, next cursor or "")."""
    rows = competences_with(filters).annotate(organisation_count=Count("organisations")).order_by("-pk")
    if cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18:
        rows = rows.filter(pk__lt=int(cursor))
    page = list(rows[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], str(page[PAGE_SIZE - 1].pk) if len(page) > PAGE_SIZE else ""


def counts_by_state(filters: CompetenceFilters) -> dict[str, int]:
    """Count the words of each state, whatever state is asked for: {state: n}."""
    rows = competences_with(CompetenceFilters(kind=filters.kind, q=filters.q)).order_by().select_related(None)
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def proposed_count() -> int:
    """Count the words that wait for staff."""
    return Competence.objects.filter(state=CompetenceState.PROPOSED).count()


def accepted_words(kind: str) -> QuerySet[Competence]:
    """Select the words of a kind into which another one may be merged, by name."""
    return Competence.objects.filter(kind=kind, state=CompetenceState.ACCEPTED)


def suggested_words(kind: str, typed: str) -> list[Competence]:
    """Suggest words for what somebody is typing: those that begin so before those that have it somewhere."""
    key = key_of(typed)
    if not key:
        return []
    begins = Q(key_it__startswith=key) | Q(key_en__startswith=key)
    has = Q(key_it__contains=f" {key}") | Q(key_en__contains=f" {key}")
    words = Competence.objects.filter(kind=kind, state__in=IN_USE)
    first = list(words.filter(begins)[:MOST_SUGGESTIONS])
    return first + list(words.filter(has).exclude(begins)[: MOST_SUGGESTIONS - len(first)])


def names_of_slugs(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Name words in the reader's language: {(kind, slug): name}. One query."""
    asked = set(pairs)
    rows = Competence.objects.filter(slug__in={slug for _, slug in asked})
    return {(row.kind, row.slug): row.name for row in rows if (row.kind, row.slug) in asked}
