"""Search over everything that a viewer may see: the same questions and the same answers on both engines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import QuerySet

from ideas.choices import SearchKind
from ideas.models import Member, Organisation, SearchEntry
from ideas.queries.board_index import board_index, seen_by
from ideas.queries.board_words import having
from ideas.queries.ideas import Viewer, audiences_of, related_ids
from ideas.queries.matches import ANYWHERE, HEADS, audience_token, kind_token, matches, on_sqlite
from ideas.questions import Question, Term
from ideas.stems import words_of

# So many matches are ranked: the newest in names and titles, and the newest anywhere.
MAX_RANKED = 500
MAX_RELATED = 3_000
MIN_NAME_CHARS = 4
MEMBER_KINDS = (SearchKind.IDEA, SearchKind.CALL, SearchKind.ORGANISATION, SearchKind.MEMBER, SearchKind.COMMENT)
OF_IDEAS = {SearchKind.IDEA, SearchKind.COMMENT}
# Whose names are all their own; an idea is found by those of its partners, too.
NAMED = (SearchKind.ORGANISATION, SearchKind.MEMBER)
VISITOR_KINDS = (SearchKind.TEASER, SearchKind.CALL, SearchKind.ORGANISATION)
# Who may find an entry that belongs to no idea.
EVERYBODY, EVERY_MEMBER = "everybody", "everymember"


# Who may find what --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Where a viewer may look: in `kinds`, behind `gates`, and in the entries `related` to them for their own sake.

    `viewer` and their `audiences` are who that is, for counting ideas where the board does.
    """

    kinds: tuple[str, ...]
    gates: tuple[str, ...]
    related: tuple[int, ...] = ()
    viewer: Viewer = field(default_factory=AnonymousUser)
    audiences: tuple[str, ...] = ()

    def within(self, kinds: Iterable[str]) -> "Scope":
        """The same, in some kinds only; all where none is named."""
        named = set(kinds)
        chosen = tuple(kind for kind in self.kinds if kind in named or not named)
        # What is related to somebody hangs on an idea.
        return replace(self, kinds=chosen, related=self.related if {*chosen} & OF_IDEAS else ())


def gate_of(kind: str, audience: str) -> str:
    """Write an entry's gate: its kind and audience as two tokens. No audience: found only by who is related to it."""
    return f"{kind_token(kind)} {audience_token(audience)}" if audience else kind_token(kind)


def scope_of(member: Viewer, audiences: Sequence[str] | None = None) -> Scope:
    """Say where the viewer may look: by the audiences and the own reasons of `visible_to`. Visitors: what is public."""
    if not isinstance(member, Member) or not member.is_active:
        return Scope(VISITOR_KINDS, (audience_token(EVERYBODY),))
    keys = audiences_of(member) if audiences is None else audiences
    own = SearchEntry.objects.filter(idea__in=related_ids(member)).exclude(idea__audience__in=keys)
    related = tuple(own.order_by("-id").values_list("id", flat=True)[:MAX_RELATED])
    gates = tuple(map(audience_token, (EVERYBODY, EVERY_MEMBER, *keys)))
    return Scope(MEMBER_KINDS, gates, related, member, tuple(keys))


def of_ideas(viewer: Viewer) -> SearchKind:
    """Say as what a viewer finds ideas: a visitor by their teasers alone."""
    return SearchKind.IDEA if isinstance(viewer, Member) else SearchKind.TEASER


# Finding ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    kind: str
    object_id: int
    score: int
    at: datetime | None


@dataclass
class Found:
    """The hits, best first, and how many there are of each kind. `question` is the one that was answered: where the
    words as typed find nothing, with names spelt right (`corrected`) or without the words that nothing has beside the
    others (`without`).
    """

    question: Question
    hits: list[Hit] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    corrected: bool = False
    without: tuple[str, ...] = ()

    @cached_property
    def total(self) -> int:
        return sum(self.counts.values())


def find(question: Question, scope: Scope) -> Found:
    """Find what has all the words of a question, best first: in names, in titles, anywhere; then ideas, then the new.

    Of words that very many have, the newest 500 in names and titles and the newest 500 anywhere are ranked. Counts are
    of all matches.
    """
    if not question or not scope.kinds:
        return Found(question)
    ids = {*_newest(question, scope, HEADS), *_newest(question, scope, ANYWHERE)}
    rows = SearchEntry.objects.filter(id__in=ids).values_list("kind", "object_id", "names", "head", "at")
    hits = [Hit(kind, key, question.score(names, head, own=kind in NAMED), at) for kind, key, names, head, at in rows]
    hits.sort(key=_worth, reverse=True)
    if len(ids) < MAX_RANKED:
        return Found(question, hits, {kind: sum(hit.kind == kind for hit in hits) for kind in scope.kinds})
    return Found(question, hits, {kind: _count(question, scope.within([kind]), kind) for kind in scope.kinds})


def _count(question: Question, scope: Scope, kind: str) -> int:
    """Count all matches of a kind: of ideas, which may be very many, as the board does."""
    if kind != of_ideas(scope.viewer):
        return matching(question, scope).count()
    known = board_index()
    return (seen_by(known, scope.viewer, scope.audiences)[0] & having(known, question, kind)).bit_count()


def _worth(hit: Hit) -> tuple[int, int, float, int]:
    """What a hit is sorted by: of equal scores the kinds in the order of `MEMBER_KINDS`, then the newest."""
    kind = -MEMBER_KINDS.index(SearchKind(hit.kind)) if hit.kind in MEMBER_KINDS else 0
    return hit.score, kind, hit.at.timestamp() if hit.at else 0, hit.object_id


def find_or_nearest(question: Question, scope: Scope, member: Viewer) -> Found:
    """Find as `find` does; where there is nothing, what begins so, what was probably meant, what has most of it."""
    found = find(question, scope)
    if found.hits or not question:
        return found
    begun = question.begun()
    if begun != question and (so := find(begun, scope)).hits:
        return so
    # A word that something has is spelt right, however near it is to a name.
    right = {term for term in question.terms if matching(Question((term,)), scope).exists()}
    names = with_names_spelt_right(question, member)
    spelt = Question(tuple(a if a in right else b for a, b in zip(question.terms, names.terms, strict=True)))
    if spelt != question and (better := find(spelt, scope)).hits:
        better.corrected = True
        return better
    known = _together(spelt, scope)
    if not known:
        return found
    rest = find(known, scope)
    rest.without = tuple(term.text for term in spelt.terms if term not in known.terms)
    return rest


def _together(question: Question, scope: Scope) -> Question:
    """Keep of the words, in the order in which they were typed, those that something has together."""
    kept: tuple[Term, ...] = ()
    for term in question.terms:
        if matching(Question((*kept, term)), scope).exists():
            kept = (*kept, term)
    return Question(kept)


def with_names_spelt_right(question: Question, member: Viewer) -> Question:
    """Put the nearest word of a name in the place of each word that is nearly one. Names of people: for members."""
    names = list(Organisation.objects.values_list("name", "short_name"))
    if isinstance(member, Member):
        names += [(name, "") for name in Member.objects.filter(is_active=True).values_list("name", flat=True)]
    known = {word for pair in names for name in pair for word in words_of(name) if len(word) >= MIN_NAME_CHARS}
    return Question(tuple(_spelt_right(term, known) for term in question.terms))


def _spelt_right(term: Term, known: set[str]) -> Term:
    from rapidfuzz import process  # here: a process starts sooner, and only one that answers searches needs it
    from rapidfuzz.distance import OSA

    if term.text in known or len(term.text) < MIN_NAME_CHARS or not term.text.isalpha():
        return term
    slips = 1 if len(term.text) < 8 else 2
    nearest = process.extractOne(term.text, sorted(known), scorer=OSA.distance, score_cutoff=slips)
    return Term(nearest[0], (nearest[0],)) if nearest else term


def matching(question: Question, scope: Scope) -> QuerySet[SearchEntry]:
    """Select the entries that have all the words of a question, in no order."""
    shared = SearchEntry.objects.filter(matches(question, ANYWHERE, scope.kinds, scope.gates))
    if not scope.related:
        return shared
    own = SearchEntry.objects.filter(matches(question, ANYWHERE, scope.kinds), id__in=scope.related)
    return SearchEntry.objects.filter(id__in=shared.values("id").union(own.values("id")))


def matching_ideas(question: Question, scope: Scope) -> "QuerySet[SearchEntry, Any]":
    """Select the ids of ideas that have all the words, for the board's filters to narrow further."""
    return matching(question, scope.within([of_ideas(scope.viewer)])).values_list("object_id", flat=True)


def _newest(question: Question, scope: Scope, columns: Sequence[str]) -> list[int]:
    """Read the ids of the newest matches, 500 of what is shared and 500 of what is one's own."""
    on = _newest_on_sqlite if connection.vendor == "sqlite" else _newest_on_postgres
    ids = on(question, scope, columns)
    if scope.related:
        own = SearchEntry.objects.filter(matches(question, columns, scope.kinds), id__in=scope.related)
        ids += list(own.order_by("-id").values_list("id", flat=True)[:MAX_RANKED])
    return ids


def _newest_on_sqlite(question: Question, scope: Scope, columns: Sequence[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM ideas_search WHERE ideas_search MATCH %s ORDER BY rowid DESC LIMIT %s",
            [on_sqlite(question, columns, scope.kinds, scope.gates), MAX_RANKED],
        )
        return [row[0] for row in cursor.fetchall()]


def _newest_on_postgres(question: Question, scope: Scope, columns: Sequence[str]) -> list[int]:
    """For a rare word the planner would walk all entries by date: so it is asked first whether the word is rare."""
    found = SearchEntry.objects.filter(matches(question, columns, scope.kinds, scope.gates)).values_list(
        "id", flat=True
    )
    some = list(found[: 4 * MAX_RANKED])
    if len(some) < 4 * MAX_RANKED:
        return sorted(some, reverse=True)[:MAX_RANKED]
    return list(found.order_by("-id")[:MAX_RANKED])
