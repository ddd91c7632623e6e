"""The words that many ideas have, kept in the memory of the process: they are what the engine would find now."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.choices import SearchKind, Visibility
from ideas.models import Idea, Member, SearchEntry
from ideas.queries import board_words
from ideas.queries.board import board
from ideas.queries.board_index import board_index
from ideas.queries.filters import IdeaFilters
from ideas.queries.search import find, scope_of
from ideas.questions import read_question
from tests.factories import make_comment, make_idea

pytestmark = pytest.mark.django_db
TURBINE = read_question("turbine ")
WRITES: dict[str, Callable[[Idea], Any]] = {
    "a word goes": lambda idea: SearchEntry.objects.filter(object_id=idea.pk).update(head="pump", body=""),
    "a word comes": lambda idea: SearchEntry.objects.exclude(object_id=idea.pk).update(names="turbine"),
    "an entry goes": lambda idea: SearchEntry.objects.filter(object_id=idea.pk).delete(),
    "its idea changes": lambda idea: SearchEntry.objects.filter(object_id=idea.pk).update(object_id=2**52),
    "an idea goes": lambda idea: Idea.objects.filter(pk=idea.pk).delete(),
}


@pytest.fixture(autouse=True)
def keeping(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the answer to every question that finds something."""
    monkeypatch.setattr(board_words, "COMMON", 1)
    board_words.forget_words()
    yield
    board_words.forget_words()


@pytest.fixture
def ideas(researcher: Member) -> list[Idea]:
    return [make_idea(researcher, title=title, public_teaser=True) for title in ("Turbine one", "Pump", "Turbine two")]


def found(kind: str = SearchKind.IDEA) -> list[int]:
    known = board_index()
    return list(known.ids(board_words.having(known, TURBINE, kind)))


@pytest.mark.parametrize("kind", [SearchKind.IDEA, SearchKind.TEASER])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_what_is_kept_follows_every_write_and_its_rollback(write: Callable[[Idea], Any], kind: str, ideas: list[Idea]):
    before = found(kind)

    with transaction.atomic():
        write(ideas[0])
        changed = found(kind)
        board_words.forget_words()
        asked_anew = found(kind)
        transaction.set_rollback(True)

    assert changed == asked_anew
    assert found(kind) == before == sorted([ideas[0].pk, ideas[2].pk])


def test_ideas_that_come_are_found_and_move_no_other(ideas: list[Idea], researcher: Member):
    found()

    for number in range(6):
        another = make_idea(researcher, title=f"Turbine {number}" if number % 2 else "Pump")
        kept = found()
        board_words.forget_words()
        assert (kept, another.pk in kept) == (found(), bool(number % 2))


def test_what_is_kept_is_not_asked_again_and_a_changed_bucket_is_compared(
    ideas: list[Idea], researcher: Member, django_assert_num_queries: Any
):
    found()

    with django_assert_num_queries(2):  # the stamps alone
        found()
    make_comment(ideas[0], researcher, "A comment with a turbine.")
    with django_assert_num_queries(2):
        found()
    SearchEntry.objects.filter(object_id=ideas[0].pk).update(head="pump")
    with CaptureQueriesContext(connection) as queries:
        assert found() == [ideas[2].pk]

    assert len(queries) == 4
    assert not any("ideas_search " in query["sql"] or "to_tsquery" in query["sql"] for query in queries)


def test_what_is_kept_for_one_reader_tells_another_nothing(
    researcher: Member, outsider: Member, company: Member, ideas: list[Idea]
):
    at = timezone.now()
    hidden = make_idea(researcher, title="Turbine of mine", visibility=Visibility.PRIVATE)
    filters, scope = IdeaFilters(q="turbine "), scope_of(outsider)

    own = board(researcher, filters, at=at)
    others = [board(viewer, filters, at=at) for viewer in (outsider, company, AnonymousUser())]

    assert (own.total, [other.total for other in others]) == (3, [2, 2, 2])
    assert not any(hidden.pk in {row["id"] for row in other.page.rows} for other in others)
    assert find(TURBINE, scope).counts[SearchKind.IDEA] == 2


def test_counts_of_more_than_are_ranked_are_those_of_the_board(
    researcher: Member, outsider: Member, ideas: list[Idea], monkeypatch: pytest.MonkeyPatch
):
    make_idea(researcher, title="Turbine of mine", visibility=Visibility.PRIVATE)
    monkeypatch.setattr("ideas.queries.search.MAX_RANKED", 1)

    counts = [find(TURBINE, scope_of(viewer)).counts for viewer in (researcher, outsider, AnonymousUser())]

    assert [count.get(SearchKind.IDEA, count.get(SearchKind.TEASER)) for count in counts] == [3, 2, 2]


def test_only_so_many_answers_are_kept(ideas: list[Idea], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(board_words, "MAX_KEPT", 2)
    known = board_index()

    for text in ("turbine ", "pump ", "one ", "two "):
        board_words.having(known, read_question(text), SearchKind.IDEA)

    assert [question.terms[0].text for question, _ in board_words._kept] == ["one", "two"]
