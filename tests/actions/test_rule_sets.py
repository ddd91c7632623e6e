"""What staff write of calls' rules: what it does to ideas, cards, counts and open pages."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ideas.actions.calls import edit_call
from ideas.actions.calls import state_of as call_state
from ideas.actions.reference import load_reference
from ideas.actions.rule_sets import (
    MAX_SAMPLES,
    add_rule_set,
    drop_sample,
    edit_rule_set,
    judge_everything,
    keep_sample,
    rules_state,
    state_of,
    write_call_rules,
)
from ideas.errors import Conflict, NotAllowed
from ideas.models import BoardCount, Call, Idea, Member, Organisation, RuleSet, ValueChain
from realtime.models import Change
from tests.factories import affiliate, make_call, make_idea, make_member, make_organisation, make_partner

pytestmark = pytest.mark.django_db
CONTENT: dict[str, Any] = {
    "name_it": "Bando",
    "name_en": "Scheme",
    "programmes": ["Regional*"],
    "action_types": [],
    "rules": {"min_companies": 1},
    "position": 1,
    "retired": False,
}
PARTY = {
    "name": "", "kind": "sme", "country": "IT", "accredited": False, "coordinates": False, "certainty": 2,
    "proposals": 1,
}  # fmt: skip


@pytest.fixture
def call(db: None) -> Call:
    return make_call("REGIONAL-1", programme="Regional fund 2027")


@pytest.fixture
def aimed(researcher: Member, chain: ValueChain, call: Call) -> Idea:
    """An idea of a laboratory, aimed at the call."""
    return make_idea(researcher, chain=chain, call=call, organisation=researcher.affiliations.get().organisation)


def kept(idea: Idea) -> tuple[dict[str, int], str]:
    idea.refresh_from_db()
    return idea.tags["lacks"], idea.lacking


def counted() -> dict[str, int]:
    return dict(BoardCount.objects.filter(facet="lacks", count__gt=0).values_list("value", "count"))


def told_since(last: int) -> list[tuple[str, str]]:
    rows = Change.objects.filter(pk__gt=last).exclude(topic__name="~").order_by("topic__name", "seq")
    return list(rows.values_list("topic__name", "kind"))


def last() -> int:
    return max(Change.objects.values_list("pk", flat=True), default=0)


def test_a_new_kind_judges_the_ideas_that_aim_at_its_calls(staff: Member, aimed: Idea):
    before = last()

    add_rule_set(by=staff, content=CONTENT)

    assert kept(aimed) == ({"min_companies": 1}, "min_companies")
    assert counted() == {"min_companies": 1}
    assert told_since(before) == [("board.members", "card.changed"), (f"idea.{aimed.pk}", "consortium.changed")]


def test_the_change_of_a_card_says_what_can_be_filtered_and_counted(staff: Member, aimed: Idea):
    add_rule_set(by=staff, content=CONTENT)

    card = Change.objects.filter(topic__name="board.members").latest("seq").payload
    panel = Change.objects.filter(topic__name=f"idea.{aimed.pk}").latest("seq").payload
    assert (card["card"]["lacks"], card["card"]["lacking"]) == ({"min_companies": 1}, ["min_companies"])
    assert card["counts"] == [["lacks", "min_companies", 1]]
    assert [(one["rule"], one["verdict"]) for one in panel["checks"]] == [("min_companies", "missing")]


def test_a_changed_kind_moves_the_counts_both_ways(staff: Member, aimed: Idea):
    rule_set = add_rule_set(by=staff, content=CONTENT)

    edit_rule_set(
        by=staff, rule_set=rule_set, content={**CONTENT, "rules": {"min_laboratories": 1}}, seen=state_of(rule_set)
    )

    assert kept(aimed) == ({}, "nothing")
    assert counted() == {"nothing": 1}


def test_a_rule_that_is_met_anyway_moves_no_card_and_tells_the_panel(staff: Member, aimed: Idea):
    rule_set = add_rule_set(by=staff, content={**CONTENT, "rules": {"min_laboratories": 1}})
    before = last()

    edit_rule_set(
        by=staff, rule_set=rule_set, content={**CONTENT, "rules": {"min_accredited": 1}}, seen=state_of(rule_set)
    )

    assert told_since(before) == [(f"idea.{aimed.pk}", "consortium.changed")]


def test_what_concerns_no_call_with_ideas_tells_nobody(staff: Member, aimed: Idea):
    before = last()

    add_rule_set(by=staff, content={**CONTENT, "programmes": ["Other*"]})

    assert (told_since(before), kept(aimed)) == ([], ({}, ""))


def test_a_retired_kind_asks_nothing_any_more(staff: Member, aimed: Idea):
    rule_set = add_rule_set(by=staff, content=CONTENT)

    edit_rule_set(by=staff, rule_set=rule_set, content={**CONTENT, "retired": True}, seen=state_of(rule_set))

    assert (kept(aimed), counted()) == (({}, ""), {})


def test_the_first_kind_that_fits_counts(staff: Member, aimed: Idea):
    add_rule_set(by=staff, content={**CONTENT, "position": 2})

    add_rule_set(by=staff, content={**CONTENT, "rules": {"min_smes": 2}, "position": 1})

    assert kept(aimed)[0] == {"min_smes": 2}


def test_a_calls_own_rules_go_before_its_kinds(staff: Member, aimed: Idea, call: Call):
    add_rule_set(by=staff, content=CONTENT)
    before = last()

    rules = {"min_companies": 0, "min_laboratories": 2}
    call = write_call_rules(by=staff, call=call, rules=rules, seen=rules_state(call))

    assert (call.rules, kept(aimed)) == (rules, ({"min_laboratories": 1}, "min_laboratories"))
    assert told_since(before) == [("board.members", "card.changed"), (f"idea.{aimed.pk}", "consortium.changed")]


def test_empty_numbers_are_the_kinds_again_and_what_programs_wrote_stays(staff: Member, aimed: Idea):
    add_rule_set(by=staff, content=CONTENT)
    call = Call.objects.get()
    Call.objects.update(rules={"min_companies": 5, "de_minimis": "yes"})
    call.refresh_from_db()

    call = write_call_rules(by=staff, call=call, rules={"min_companies": None}, seen=rules_state(call))

    assert (call.rules, kept(aimed)[0]) == ({"de_minimis": "yes"}, {"min_companies": 1})


def test_a_call_that_becomes_one_of_another_kind_tells_the_panels(staff: Member, aimed: Idea, call: Call):
    add_rule_set(by=staff, content={**CONTENT, "programmes": ["National*"]})
    before = last()

    edit_call(
        by=staff, call=call, content={"programme": "National fund"}, dates=[], seen=call_state(call), at=timezone.now()
    )

    assert kept(aimed)[0] == {"min_companies": 1}
    assert (f"idea.{aimed.pk}", "consortium.changed") in told_since(before)


def test_limits_are_kept_for_card_and_filter_too(staff: Member, aimed: Idea, call: Call):
    write_call_rules(by=staff, call=call, rules={"max_laboratories": 0, "min_smes": 0}, seen=rules_state(call))
    nothing_asked = kept(aimed)
    call.refresh_from_db()

    write_call_rules(by=staff, call=call, rules={"max_organisations": 1}, seen=rules_state(call))

    assert (nothing_asked, kept(aimed)) == (({}, ""), ({}, "nothing"))


def test_who_is_interested_is_waited_for(
    staff: Member, aimed: Idea, call: Call, administrator: Member, firm: Organisation
):
    make_partner(aimed, administrator, firm)

    write_call_rules(by=staff, call=call, rules={"min_companies": 1}, seen=rules_state(call))

    assert kept(aimed) == ({}, "confirmation")


def test_two_who_write_at_once_lose_nothing_of_each_other(staff: Member, call: Call):
    rule_set = add_rule_set(by=staff, content=CONTENT)
    seen, of_call = state_of(rule_set), rules_state(call)
    edit_rule_set(by=staff, rule_set=rule_set, content={**CONTENT, "rules": {"min_smes": 1}}, seen=seen)
    write_call_rules(by=staff, call=call, rules={"min_smes": 3}, seen=of_call)

    with pytest.raises(Conflict, match="rules_changed"):
        edit_rule_set(by=staff, rule_set=rule_set, content=CONTENT, seen=seen)
    with pytest.raises(Conflict, match="rules_changed"):
        write_call_rules(by=staff, call=call, rules={}, seen=of_call)

    assert (RuleSet.objects.get().rules, Call.objects.get().rules) == ({"min_smes": 1}, {"min_smes": 3})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_it": "  "}, "name_it"),
        ({"name_en": "x" * 121}, "name_en"),
        ({"name_en": "a\x00b"}, "name_en"),
        ({"programmes": [], "action_types": []}, "programmes"),
        ({"programmes": ["x" * 201]}, "programmes"),
        ({"action_types": [f"type {n}" for n in range(31)]}, "action_types"),
        ({"rules": {"min_smes": -1}}, "min_smes"),
        ({"rules": {"min_smes": 100}}, "min_smes"),
        ({"rules": {"min_sme_percent": 101}}, "min_sme_percent"),
        ({"rules": {"company_coordinates": 2}}, "company_coordinates"),
        ({"rules": {"min_laboratories": 4, "max_laboratories": 3}}, "max_laboratories"),
        ({"rules": {"min_organisations": 4, "max_organisations": 3}}, "max_organisations"),
        ({"position": 1000}, "position"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(staff: Member, changes: dict[str, Any], field: str):
    with pytest.raises(ValidationError) as refusal:
        add_rule_set(by=staff, content={**CONTENT, **changes})

    assert (list(refusal.value.message_dict), RuleSet.objects.count()) == ([field], 0)


def test_a_call_cant_contradict_its_kind(staff: Member, call: Call):
    add_rule_set(by=staff, content={**CONTENT, "rules": {"min_laboratories": 3}})

    with pytest.raises(ValidationError) as refusal:
        write_call_rules(by=staff, call=call, rules={"max_laboratories": 2}, seen=rules_state(call))

    assert list(refusal.value.message_dict) == ["max_laboratories"]


@pytest.mark.parametrize("who", ["researcher", "lead", "outsider"])
def test_only_staff_write_rules(request: pytest.FixtureRequest, staff: Member, call: Call, who: str):
    member: Member = request.getfixturevalue(who)
    rule_set = add_rule_set(by=staff, content=CONTENT)
    writes = [
        lambda: add_rule_set(by=member, content=CONTENT),
        lambda: edit_rule_set(by=member, rule_set=rule_set, content=CONTENT, seen=state_of(rule_set)),
        lambda: keep_sample(by=member, rule_set=rule_set, name="x", parties=[PARTY]),
        lambda: drop_sample(by=member, rule_set=rule_set, name="x"),
        lambda: write_call_rules(by=member, call=call, rules={}, seen=rules_state(call)),
    ]

    for write in writes:
        with pytest.raises(NotAllowed):
            write()


def test_samples_are_kept_by_name_and_no_more_than_fit(staff: Member):
    rule_set = add_rule_set(by=staff, content=CONTENT)
    for number in range(MAX_SAMPLES):
        keep_sample(by=staff, rule_set=rule_set, name=f"Sample {number}", parties=[PARTY])

    again = keep_sample(by=staff, rule_set=rule_set, name=" Sample   0 ", parties=[PARTY, PARTY])
    with pytest.raises(Conflict, match="too_many_samples"):
        keep_sample(by=staff, rule_set=rule_set, name="One more", parties=[PARTY])
    with pytest.raises(ValidationError):
        keep_sample(by=staff, rule_set=rule_set, name="", parties=[PARTY])
    with pytest.raises(ValidationError):
        keep_sample(by=staff, rule_set=rule_set, name="Empty", parties=[])
    fewer = drop_sample(by=staff, rule_set=rule_set, name="Sample 3")

    assert [(one["name"], len(one["parties"])) for one in again.samples][-1] == ("Sample 0", 2)
    assert (len(again.samples), len(fewer.samples)) == (MAX_SAMPLES, MAX_SAMPLES - 1)


def test_a_copy_has_the_samples_and_a_code_of_its_own(staff: Member):
    first = keep_sample(by=staff, rule_set=add_rule_set(by=staff, content=CONTENT), name="x", parties=[PARTY])

    copy = add_rule_set(by=staff, content=CONTENT, samples=first.samples)

    assert (first.code, copy.code, copy.samples) == ("scheme", "scheme-2", first.samples)


def test_reference_data_judges_the_ideas_of_an_older_installation():
    load_reference()
    RuleSet.objects.all().delete()
    call = make_call("H", programme="Horizon Europe", action_type="HORIZON Innovation Actions")
    idea = make_idea(
        affiliate(make_member("Ada"), make_organisation()).member,
        call=call,
        organisation=Organisation.objects.latest("pk"),
    )

    load_reference()

    assert kept(idea) == ({"min_eligible_countries": 2}, "min_eligible_countries")


def test_what_staff_wrote_of_a_shipped_kind_stays(staff: Member):
    load_reference()
    rule_set = RuleSet.objects.get(code="eic-accelerator")
    edit_rule_set(by=staff, rule_set=rule_set, content=CONTENT, seen=state_of(rule_set))

    load_reference()

    assert RuleSet.objects.get(code="eic-accelerator").rules == CONTENT["rules"]


def test_everything_can_be_judged_anew(staff: Member, aimed: Idea, call: Call):
    Call.objects.update(rules={"min_smes": 2})  # as a program might, past the actions

    changed, again = judge_everything(), judge_everything()

    assert (changed, again, kept(aimed), counted()) == (1, 0, ({"min_smes": 2}, "min_smes"), {"min_smes": 1})


def test_a_change_of_rules_costs_little_for_each_idea(staff: Member, researcher: Member, chain: ValueChain, call: Call):
    """Ideas whose card stays as it is cost no query of their own but the number of their topic."""
    costs = []
    for _ in range(2):
        make_idea(researcher, chain=chain, call=call, organisation=researcher.affiliations.get().organisation)
        call.refresh_from_db()
        write_call_rules(by=staff, call=call, rules={"min_laboratories": 1}, seen=rules_state(call))
        call.refresh_from_db()
        with CaptureQueriesContext(connection) as queries:
            write_call_rules(
                by=staff, call=call, rules={"min_laboratories": 1, "min_accredited": 1}, seen=rules_state(call)
            )
        costs.append(len(queries))

    assert costs[1] - costs[0] == 1
