"""What writes tell the boards: each card to who sees it, and counts that add up to those kept."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.comments import delete_comment
from ideas.actions.ideas import change_state, edit_idea, post_idea
from ideas.actions.imports import import_calls
from ideas.choices import DeadlineKind, IdeaState, Visibility
from ideas.errors import Conflict
from ideas.exchange.calls import CallRow, DeadlineRow
from ideas.exchange.deadlines import Reading
from ideas.models import BoardCount, Call, Idea, Member, Organisation, ValueChain
from ideas.queries.board_counts import closing_value
from ideas.queries.ideas import CARD_FIELDS
from ideas.serializers.ideas import IdeaRowSerializer
from realtime.models import Change
from tests.factories import make_call, make_comment, make_idea, make_ket, make_partner, make_slot

pytestmark = pytest.mark.django_db
Told = list[tuple[str, str, dict[str, Any]]]


@contextmanager
def told() -> Iterator[Told]:
    """Collect what the boards are told inside the block, topic by topic."""
    last = Change.objects.order_by("pk").last()
    found: Told = []
    yield found
    rows = Change.objects.filter(pk__gt=last.pk if last else 0, topic__name__startswith="board.")
    found += rows.order_by("topic__name", "seq").values_list("topic__name", "kind", "payload")


def card(idea: Idea) -> dict[str, Any]:
    """The card as a page loaded now shows it."""
    row = Idea.objects.filter(pk=idea.pk).values(*CARD_FIELDS).get()
    return dict(IdeaRowSerializer(row).data)


def changed(idea: Idea, audience: str, *counts: list[Any]) -> tuple[str, str, dict[str, Any]]:
    return f"board.{audience}", "card.changed", {"id": idea.pk, "counts": list(counts), "card": card(idea)}


def gone(idea: Idea, audience: str, *counts: list[Any]) -> tuple[str, str, dict[str, Any]]:
    return f"board.{audience}", "card.gone", {"id": idea.pk, "counts": list(counts)}


def edit(idea: Idea, by: Member, **content: Any) -> Idea:
    return edit_idea(by=by, idea=idea, content=content, version=idea.version, at=timezone.now())


def test_a_draft_tells_no_board(researcher: Member, chain: ValueChain):
    with told() as changes:
        idea = post_idea(by=researcher, content={"title": "T", "value_chain": chain}, at=timezone.now())
        edit(idea, researcher, title="U", visibility=Visibility.MEMBERS, public_teaser=True)

    assert changes == []


def test_opening_brings_a_card_and_its_counts(researcher: Member, chain: ValueChain):
    ket, call = make_ket(), make_call()
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT, kets=[ket], call=call)

    with told() as changes:
        idea = change_state(by=researcher, idea=idea, state=IdeaState.OPEN, at=timezone.now())

    assert idea.closes_at is not None
    counts = [
        ["call", call.identifier, 1],
        ["chain", "MOVES", 1],
        ["closes", closing_value(idea.closes_at), 1],
        ["ket", ket.code, 1],
        ["state", "open", 1],
        ["total", "", 1],
    ]
    assert changes == [changed(idea, "members", *counts)]


def test_a_card_goes_from_one_audience_to_the_next(idea: Idea, researcher: Member, chain: ValueChain):
    less = [["chain", "MOVES", -1], ["state", "open", -1], ["total", "", -1]]
    more = [["chain", "MOVES", 1], ["state", "open", 1], ["total", "", 1]]

    with told() as changes:
        idea = edit(idea, researcher, visibility=Visibility.VALUE_CHAIN)
    assert changes == [changed(idea, f"chains:{chain.pk}", *more), gone(idea, "members", *less)]

    with told() as changes:
        idea = edit(idea, researcher, visibility=Visibility.PRIVATE)
    assert changes == [gone(idea, f"chains:{chain.pk}", *less)]

    with told() as changes:
        edit(idea, researcher, title="CANARY")
    assert changes == []


def test_withdrawing_takes_the_card_away(idea: Idea, researcher: Member):
    with told() as changes:
        change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    assert changes == [gone(idea, "members", ["chain", "MOVES", -1], ["state", "open", -1], ["total", "", -1])]


def test_a_step_moves_one_count_to_another(idea: Idea, researcher: Member):
    with told() as changes:
        change_state(by=researcher, idea=idea, state=IdeaState.PREPARING, at=timezone.now())

    assert changes == [changed(idea, "members", ["state", "open", -1], ["state", "preparing", 1])]


def test_comments_come_and_go_on_the_card(idea: Idea, company: Member):
    with told() as changes:
        comment = make_comment(idea, company)
    assert changes == [changed(idea, "members")]
    assert changes[0][2]["card"]["comment_count"] == 1

    with told() as changes:
        delete_comment(by=company, comment=comment, at=timezone.now())
    assert changes == [changed(idea, "members")]
    assert changes[0][2]["card"]["comment_count"] == 0


def test_places_and_partners_change_the_card(idea: Idea, administrator: Member, firm: Organisation):
    with told() as changes:
        slot = make_slot(idea, wanted=2)
    assert changes == [changed(idea, "members")]
    assert changes[0][2]["card"]["open_slots"] == 2

    with told() as changes:
        make_partner(idea, administrator, firm, slot=slot)
    assert changes == [changed(idea, "members")]
    assert [changes[0][2]["card"][name] for name in ("open_slots", "partner_count")] == [1, 1]


def test_a_moved_deadline_moves_the_card(researcher: Member, chain: ValueChain):
    at = timezone.now().replace(microsecond=0)
    first, later = at + timedelta(days=20), at + timedelta(days=40)
    call = import_deadline(first, at)
    ideas = sorted((make_idea(researcher, chain=chain, call=call) for _ in range(2)), key=lambda idea: idea.pk)
    secret = make_idea(researcher, chain=chain, call=call, visibility=Visibility.PRIVATE)

    with told() as changes:
        import_deadline(later, at)

    counts = [["closes", closing_value(first), -1], ["closes", closing_value(later), 1]]
    assert changes == [changed(idea, "members", *counts) for idea in ideas]
    secret.refresh_from_db()
    assert secret.closes_at == later


def import_deadline(closes_at: datetime, at: datetime) -> Call:
    reading = Reading(closes_at, "Europe/Brussels", closes_at.isoformat(), verified=True)
    deadline = DeadlineRow(kind=DeadlineKind.SINGLE, reading=reading)
    row = CallRow(line=1, identifier="MOVING", title="A call", level="european", deadlines=(deadline,))
    log = import_calls(by=None, rows=[row], source="csv", name="calls.csv", at=at)
    assert log.refused == []
    return Call.objects.get(identifier="MOVING")


def test_a_refused_write_tells_no_board(idea: Idea, researcher: Member):
    with told() as changes, pytest.raises(Conflict):
        edit_idea(by=researcher, idea=idea, content={"title": "T"}, version=idea.version + 1, at=timezone.now())

    assert changes == []


def test_counts_told_add_up_to_the_counts_kept(
    researcher: Member, company: Member, chain: ValueChain, other_chain: ValueChain
):
    kets, call = [make_ket(), make_ket()], make_call()
    ideas = [make_idea(researcher, chain=chain, kets=kets[:1], call=call) for _ in range(3)]
    ideas[0] = edit(ideas[0], researcher, kets=kets, other_chains=[other_chain], call=None)
    ideas[1] = edit(ideas[1], researcher, visibility=Visibility.VALUE_CHAIN, public_teaser=True)
    make_comment(ideas[1], company)
    ideas[1] = edit(ideas[1], researcher, visibility=Visibility.MEMBERS)
    change_state(by=researcher, idea=ideas[2], state=IdeaState.WITHDRAWN, at=timezone.now())

    sums: Counter[tuple[str, str, str]] = Counter()
    for topic, payload in Change.objects.filter(topic__name__startswith="board.").values_list("topic__name", "payload"):
        for facet, value, step in payload["counts"]:
            sums[topic.removeprefix("board."), facet, value] += step
    kept = BoardCount.objects.values_list("audience", "facet", "value", "count")
    assert dict(sums) == {(audience, facet, value): count for audience, facet, value, count in kept}
