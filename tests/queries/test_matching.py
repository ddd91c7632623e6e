from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from ideas.choices import DeadlineKind, IdeaState, Visibility
from ideas.models import Call, Deadline, Idea, Member, PlanStep, ValueChain
from ideas.queries.matching import calls_for, ideas_for
from tests.factories import make_call, make_idea, make_ket

pytestmark = pytest.mark.django_db


def make_tagged(identifier: str, chain: ValueChain | None = None, **fields: Any) -> Call:
    call = make_call(identifier, **fields)
    if chain:
        call.value_chains.add(chain)
    return call


def names(idea: Idea, **more: Any) -> list[str]:
    return [one.call.identifier for one in calls_for(idea, timezone.now(), **more)]


def reasons(idea: Idea) -> dict[str, dict[str, tuple[Any, ...]]]:
    found = calls_for(idea, timezone.now())
    return {one.call.identifier: {reason.code: reason.values for reason in one.fit.reasons} for one in found}


def cautions(idea: Idea) -> list[str]:
    return [reason.code for one in calls_for(idea, timezone.now()) for reason in one.fit.cautions]


def test_call_of_ones_value_chain_fits_and_says_why(researcher: Member, chain: ValueChain):
    ket = make_ket("AMT")
    call = make_tagged("A", chain, trl_min=5, trl_max=7, budget_min=400_000, budget_max=1_200_000)
    call.kets.add(ket)
    idea = make_idea(researcher, chain=chain, kets=[ket], trl_now=4, trl_target=6, budget_eur=980_000)

    assert reasons(idea) == {
        "A": {
            "value_chain": (chain.code,),
            "ket": ("AMT",),
            "trl": (4, 6, 5, 7),
            "budget": (980_000, 400_000, 1_200_000),
            "time": (45,),
        }
    }


def test_call_of_another_chain_without_a_word_in_common_does_not_fit(
    researcher: Member, chain: ValueChain, other_chain: ValueChain
):
    ket = make_ket("AMT")
    make_tagged("A", other_chain, trl_min=1, trl_max=9).kets.add(ket)
    idea = make_idea(researcher, chain=chain, kets=[ket], trl_now=4, trl_target=6)

    assert names(idea) == []


def test_own_call_is_not_among_them(researcher: Member, chain: ValueChain):
    call = make_tagged("A", chain)
    make_tagged("B", chain)
    idea = make_idea(researcher, chain=chain, call=call)

    assert names(idea) == ["B"]


def test_only_calls_ahead_fit(researcher: Member, chain: ValueChain):
    make_tagged("CLOSED", chain, closes_in=timedelta(days=-1))
    make_tagged("GONE", chain, missing_since=timezone.now())
    make_tagged("UNDATED", chain, closes_in=None)
    make_tagged("FORTHCOMING", chain, opens_in=timedelta(days=5), closes_in=timedelta(days=70))
    make_tagged("EXHAUSTED", chain, opens_in=timedelta(days=-5), closes_in=None)

    assert sorted(names(make_idea(researcher, chain=chain))) == ["EXHAUSTED", "FORTHCOMING"]


def test_call_between_its_stages_counts_to_the_second_one(researcher: Member, chain: ValueChain):
    now = timezone.now()
    call = make_tagged("A", chain, closes_in=timedelta(days=80))
    call.deadlines.update(kind=DeadlineKind.STAGE_2)
    Deadline.objects.create(call=call, kind=DeadlineKind.STAGE_1, at=now - timedelta(days=3), changed_at=now)

    assert reasons(make_idea(researcher, chain=chain))["A"]["time"] == (45,)


def test_two_rare_words_are_enough_without_tags(researcher: Member):
    make_call("A", title="Hydraulic valves for mobile machines")
    make_call("B", title="Hydraulic networks of cities")
    idea = make_idea(researcher, title="A quieter valve", keywords="hydraulic, noise", language="en")

    found = calls_for(idea, timezone.now())

    assert [(one.call.identifier, one.words) for one in found] == [
        ("A", {"hydraulics": ("hydraulic", "hydraulic"), "valve": ("valve", "valves")})
    ]


def test_italian_idea_meets_an_english_call(researcher: Member):
    make_call("A", title="Hydraulic valves for mobile machines")
    idea = make_idea(researcher, title="Una valvola più silenziosa", keywords="oleodinamica", language="it")

    assert [one.words for one in calls_for(idea, timezone.now())] == [
        {"hydraulics": ("oleodinamica", "hydraulic"), "valve": ("valvola", "valves")}
    ]


def test_word_that_most_calls_use_says_nothing(researcher: Member):
    for number in range(50):
        make_call(f"C{number}", title="Battery recycling")
    idea = make_idea(researcher, title="Battery recycling", language="en")

    assert names(idea) == []


def test_budget_of_another_order_and_a_wrong_trl_are_said_and_count(researcher: Member, chain: ValueChain):
    ket = make_ket("AMT")
    for identifier, low in (("LARGE", 11_000_000), ("RIGHT", 800_000)):
        call = make_tagged(identifier, chain, trl_min=7, trl_max=8, budget_min=low)
        call.kets.add(ket)
    idea = make_idea(researcher, chain=chain, kets=[ket], budget_eur=1_000_000, trl_now=2, trl_target=8)

    assert names(idea) == ["RIGHT"]
    idea.trl_target = 6
    idea.save()
    assert (names(idea), cautions(idea)) == (["RIGHT"], ["trl"])


def test_little_time_left_is_said(researcher: Member, chain: ValueChain):
    ket = make_ket("AMT")
    make_tagged("A", chain, closes_in=timedelta(days=20)).kets.add(ket)
    idea = make_idea(researcher, chain=chain, kets=[ket])

    assert cautions(idea) == ["time"]
    PlanStep.objects.create(code="x", name_it="x", name_en="x", days_before=10)
    assert cautions(idea) == []


def test_changed_call_is_read_again(researcher: Member, chain: ValueChain):
    call = make_call("A", title="Something else")
    idea = make_idea(researcher, chain=chain, title="Hydraulic valve", language="en")
    before = names(idea)

    Call.objects.filter(pk=call.pk).update(title="Hydraulic valves")

    assert (before, names(idea)) == ([], ["A"])


@pytest.mark.parametrize("count", [1, 3])
def test_calls_for_an_idea_in_so_many_queries(
    researcher: Member, chain: ValueChain, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        make_tagged("", chain)
    idea = Idea.objects.get(pk=make_idea(researcher, chain=chain).pk)
    at = timezone.now()

    with django_assert_num_queries(9):
        calls_for(idea, at)
    with django_assert_num_queries(4):
        calls_for(idea, at)


# Ideas for a call ---------------------------------------------------------------------------------------------------


def titles(call: Call, member: Any) -> list[str]:
    return [one.row["title"] for one in ideas_for(call, member, timezone.now())]


def test_ideas_without_a_target_fit_and_those_with_one_do_not(researcher: Member, company: Member, chain: ValueChain):
    call = make_tagged("A", chain)
    make_idea(researcher, chain=chain, title="Free")
    make_idea(researcher, chain=chain, title="Taken", call=make_call("B"))
    make_idea(researcher, chain=chain, title="Parked", state=IdeaState.PARKED)
    late = make_idea(researcher, chain=chain, title="Late", call=make_call("C"))
    Call.objects.filter(pk=late.call_id).update(closes_at=timezone.now() - timedelta(days=1))

    assert sorted(titles(call, company)) == ["Free", "Late", "Parked"]


def test_closed_call_asks_for_no_ideas(researcher: Member, chain: ValueChain):
    call = make_tagged("A", chain, closes_in=timedelta(days=-1))
    make_idea(researcher, chain=chain)

    assert titles(call, researcher) == []


def test_nobody_is_offered_what_they_may_not_see(
    researcher: Member, company: Member, outsider: Member, staff: Member, chain: ValueChain, secret: Idea
):
    call = make_tagged("A", chain)
    make_idea(researcher, chain=chain, title="Draft", state=IdeaState.DRAFT)
    make_idea(researcher, chain=chain, title="Chain", visibility=Visibility.VALUE_CHAIN)
    make_idea(researcher, chain=chain, title="Members")

    seen = {member.name: sorted(titles(call, member)) for member in (researcher, company, outsider, staff)}

    assert seen == {
        "Ada Researcher": ["CANARY title", "Chain", "Draft", "Members"],
        "Carlo Company": ["Chain", "Members"],
        "Olga Outsider": ["Members"],
        "Stella Staff": ["Chain", "Members"],
    }
    assert titles(call, AnonymousUser()) == []


@pytest.mark.parametrize("count", [1, 3])
def test_ideas_for_a_call_in_so_many_queries(
    researcher: Member, company: Member, chain: ValueChain, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        make_idea(researcher, chain=chain)
    make_tagged("A", chain)
    call = Call.objects.prefetch_related("deadlines", "value_chains", "kets").get()
    at = timezone.now()
    ideas_for(call, company, at)

    with django_assert_num_queries(5):
        found = ideas_for(call, company, at)

    assert len(found) == count
