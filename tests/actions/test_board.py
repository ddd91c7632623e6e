"""What writes keep for the board: whatever happens, the kept counts are what counting would give."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from ideas.actions.board import audience_of, retarget
from ideas.actions.ideas import change_state, edit_idea, post_idea
from ideas.choices import IDEA_NEXT, IDEA_NOT_BY_HAND, DeadlineKind, IdeaState, Visibility
from ideas.models import BoardCount, Idea, Member, ValueChain
from ideas.queries.board import board
from ideas.queries.board_counts import closing_value
from ideas.queries.filters import IdeaFilters
from tests.factories import make_call, make_chain, make_idea, make_ket, make_member


def kept() -> dict[tuple[str, str, str], int]:
    rows = BoardCount.objects.exclude(count=0).values_list("audience", "facet", "value", "count")
    return {(audience, facet, value): count for audience, facet, value, count in rows}


def recounted() -> dict[tuple[str, str, str], int]:
    """Count again from the rows themselves, by joins and not by what writes keep."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for idea in Idea.objects.all():
        audience = audience_of(idea)
        if not audience:
            continue
        chains = {idea.value_chain.code, *idea.other_chains.values_list("code", flat=True)}
        values = [("total", ""), ("state", idea.state)]
        values += [("chain", code) for code in chains]
        values += [("ket", code) for code in idea.kets.values_list("code", flat=True)]
        values += [("call", idea.call.identifier)] if idea.call else []
        values += [("closes", closing_value(idea.deadline.at))] if idea.deadline else []
        counts.update((audience, facet, value) for facet, value in values)
    return dict(counts)


CHAINS, KETS, CALLS = 3, 3, 2
CONTENT = st.fixed_dictionaries(
    {
        "value_chain": st.integers(0, CHAINS - 1),
        "other_chains": st.sets(st.integers(0, CHAINS - 1)),
        "kets": st.sets(st.integers(0, KETS - 1)),
        "call": st.none() | st.integers(0, CALLS - 1),
        "visibility": st.sampled_from(Visibility.values),
        "public_teaser": st.booleans(),
    }
)
WRITES = st.lists(
    st.tuples(st.just("post"), CONTENT)
    | st.tuples(st.just("edit"), CONTENT)
    | st.tuples(st.just("step"), st.integers(0, 9))
    | st.tuples(st.just("move deadline"), st.integers(1, 90)),
    min_size=1,
    max_size=8,
)


class CountsTest(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.author = make_member()
        self.chains = [make_chain() for _ in range(CHAINS)]
        self.kets = [make_ket() for _ in range(KETS)]
        self.calls = [make_call() for _ in range(CALLS)]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(writes=WRITES, which=st.integers(0, 7))
    def test_random_writes_keep_the_counts(self, writes: list[tuple[str, object]], which: int) -> None:
        for kind, value in [("post", None), *writes]:
            self.write(kind, value, which)

            assert kept() == recounted()
        for viewer in (self.author, make_member(is_staff=True), make_member()):
            self.check_board(viewer)

    def write(self, kind: str, value: object, which: int) -> None:
        at = timezone.now()
        ideas = list(Idea.objects.order_by("id"))
        idea = ideas[which % len(ideas)] if ideas else None
        if kind == "post" or idea is None:
            make_idea(self.author, chain=self.chains[0], **(self.content(value) if value else {}))
        elif kind == "edit" and idea.state not in {IdeaState.WITHDRAWN, IdeaState.MERGED}:
            edit_idea(by=self.author, idea=idea, content=self.content(value), version=idea.version, at=at)
        elif kind == "step" and IDEA_NEXT[idea.state] - IDEA_NOT_BY_HAND:
            steps = sorted(IDEA_NEXT[idea.state] - IDEA_NOT_BY_HAND)
            change_state(by=self.author, idea=idea, state=steps[int(str(value)) % len(steps)], at=at)
        elif kind == "move deadline" and idea.call:
            idea.call.deadlines.update(at=at + timedelta(days=int(str(value))))
            with transaction.atomic():
                retarget(idea.call, at)

    def content(self, picked: object) -> dict[str, object]:
        assert isinstance(picked, dict)
        return {
            **picked,
            "value_chain": self.chains[picked["value_chain"]],
            "other_chains": [self.chains[number] for number in picked["other_chains"]],
            "kets": [self.kets[number] for number in picked["kets"]],
            "call": None if picked["call"] is None else self.calls[picked["call"]],
        }

    def check_board(self, viewer: Member) -> None:
        """Kept counts say what live counts say: a filter that every idea passes makes the board count live."""
        at = timezone.now()
        quick = board(viewer, IdeaFilters(), at=at)
        live = board(viewer, IdeaFilters(state=tuple(IdeaState.values)), at=at)

        def some(counts: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
            return {facet: {value: n for value, n in values.items() if n} for facet, values in counts.items()}

        assert some(quick.counts) == some(live.counts)


@pytest.mark.django_db
def test_audience_says_who_may_see_it(researcher: Member, chain: ValueChain, other_chain: ValueChain):
    def audience(**content: object) -> str:
        return make_idea(researcher, chain=chain, **content).audience

    both = sorted([chain.pk, other_chain.pk])
    assert audience() == "members"
    assert audience(public_teaser=True) == "members+"
    assert audience(visibility=Visibility.PRIVATE, public_teaser=True) == ""
    assert audience(visibility=Visibility.VALUE_CHAIN) == f"chains:{chain.pk}"
    assert audience(visibility=Visibility.VALUE_CHAIN, other_chains=[other_chain]) == f"chains:{both[0]}.{both[1]}"
    assert audience(state=IdeaState.DRAFT, public_teaser=True) == ""
    assert audience(state=IdeaState.WITHDRAWN, public_teaser=True) == ""


@pytest.mark.django_db
def test_a_count_has_room_for_the_longest_identifier(researcher: Member, chain: ValueChain):
    identifier = "X" * 120
    idea = make_idea(researcher, chain=chain, call=make_call(identifier))

    row = BoardCount.objects.get(facet="call")
    row.full_clean()
    assert (row.value, row.count, idea.tags["call"]["identifier"]) == (identifier, 1, identifier)


@pytest.mark.django_db
def test_a_chain_named_twice_counts_once(researcher: Member, chain: ValueChain, other_chain: ValueChain):
    idea = make_idea(researcher, chain=chain, other_chains=[chain, other_chain])
    assert idea.tags["chains"] == [chain.code, other_chain.code]

    idea = edit_idea(
        by=researcher, idea=idea, content={"value_chain": other_chain}, version=idea.version, at=timezone.now()
    )
    assert idea.tags["chains"] == [other_chain.code]
    assert kept() == recounted()


@pytest.mark.django_db
def test_references_say_nothing_of_how_many_ideas_there_are(researcher: Member, chain: ValueChain):
    at = datetime(2031, 5, 1, tzinfo=UTC)
    ideas = [post_idea(by=researcher, content={"title": "T", "value_chain": chain}, at=at) for _ in range(20)]

    references = [idea.reference for idea in ideas]
    assert len(set(references)) == 20
    assert all(reference.startswith("JVL-2031-") for reference in references)
    assert references != sorted(references)


@pytest.mark.django_db
def test_a_moved_deadline_moves_its_ideas(researcher: Member, chain: ValueChain):
    call = make_call(closes_in=timedelta(days=10))
    idea = make_idea(researcher, chain=chain, call=call)
    later = timezone.now() + timedelta(days=50)
    call.deadlines.filter(kind=DeadlineKind.SINGLE).update(at=later)

    with transaction.atomic():
        moved = retarget(call, timezone.now())

    before = idea.closes_at
    assert before is not None
    idea.refresh_from_db()
    assert idea.closes_at == later
    moves = [("closes", closing_value(before), -1), ("closes", closing_value(later), 1)]
    assert [(row.pk, how) for row, how in moved] == [(idea.pk, {"members": moves})]
    assert kept() == recounted()


@pytest.mark.django_db
def test_the_database_refuses_an_audience_for_a_draft(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT)

    with pytest.raises(IntegrityError), transaction.atomic():
        Idea.objects.filter(pk=idea.pk).update(audience="members")
