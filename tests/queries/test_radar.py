"""How many proposals an organisation is in: what everybody may know of it, and what its administrators may."""

from typing import Any

import pytest

from ideas.actions.rule_sets import rules_state, write_call_rules
from ideas.choices import IdeaState, Visibility
from ideas.models import Call, Idea, Member, Organisation, ValueChain
from ideas.queries.joining import consortium_of
from ideas.queries.radar import own_proposals, proposals_for
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db: None) -> Call:
    """One organisation is in one proposal at the most."""
    return make_call("LIMITED", rules={"max_proposals": 1})


@pytest.fixture
def aimed(researcher: Member, administrator: Member, chain: ValueChain, call: Call, firm: Organisation) -> Idea:
    """An idea that everybody sees, with the firm as partner."""
    idea = make_idea(researcher, chain=chain, call=call)
    make_partner(idea, administrator, firm)
    return idea


def another(
    by: Member, administrator: Member, chain: ValueChain, call: Call, firm: Organisation, **fields: Any
) -> Idea:
    """Another idea aimed at the call, with the firm in it."""
    idea = make_idea(by, chain=chain, call=call)
    make_partner(idea, administrator, firm)
    return idea


def busiest(idea: Idea) -> int:
    (judged,) = consortium_of(Idea.objects.get(pk=idea.pk)).checks
    return judged.interested  # who has not confirmed can still be left out: see `Check.verdict`


def test_ideas_that_every_member_sees_are_counted(
    aimed: Idea, other_author: Member, administrator: Member, chain: ValueChain, call: Call, firm: Organisation
):
    alone = busiest(aimed)

    another(other_author, administrator, chain, call, firm)

    assert (alone, busiest(aimed)) == (1, 2)


def test_the_proposer_counts_as_a_partner_does(
    aimed: Idea, administrator: Member, chain: ValueChain, call: Call, firm: Organisation
):
    make_idea(administrator, chain=chain, call=call, organisation=firm)

    assert busiest(aimed) == 2


@pytest.mark.parametrize("state", [IdeaState.DRAFT, IdeaState.PARKED, IdeaState.WITHDRAWN])
def test_what_is_no_proposal_is_not_counted(
    aimed: Idea, administrator: Member, chain: ValueChain, call: Call, firm: Organisation, state: str
):
    make_idea(administrator, chain=chain, call=call, organisation=firm, state=state)

    assert busiest(aimed) == 1


def test_an_idea_for_another_call_is_not_counted(
    aimed: Idea, other_author: Member, administrator: Member, chain: ValueChain, firm: Organisation
):
    another(other_author, administrator, chain, make_call("OTHER"), firm)

    assert busiest(aimed) == 1


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.VALUE_CHAIN])
def test_no_number_tells_of_an_idea_that_not_every_member_sees(
    aimed: Idea, researcher: Member, administrator: Member, outsider: Member, company: Member, staff: Member,
    chain: ValueChain, call: Call, firm: Organisation, visibility: str,
):  # fmt: skip
    before = {who: panel_of(who, aimed) for who in (researcher, outsider, staff)}
    secret = make_idea(
        company, chain=chain, call=call, organisation=firm, visibility=visibility, title="CANARY", teaser="CANARY"
    )

    after = {who: panel_of(who, aimed) for who in (researcher, outsider, staff)}
    told = [row.payload for row in Change.objects.filter(topic__name=f"idea.{aimed.pk}")]

    assert (after, busiest(aimed)) == (before, 1)
    assert "CANARY" not in repr(told)
    assert str(secret.pk) not in repr(told)
    assert set(proposals_for(call.pk).get(firm.pk, ())) == {aimed.pk}


def panel_of(who: Member, idea: Idea) -> Any:
    panel = signed_in(who).get(f"/ideas/{idea.reference}/consortium/").context["panel"]
    return panel["checks"], panel["verdict"], panel["own_limits"]


def test_who_administers_the_organisation_knows_the_full_count(
    aimed: Idea, administrator: Member, company: Member, chain: ValueChain, call: Call,
    firm: Organisation,
):  # fmt: skip
    make_idea(company, chain=chain, call=call, organisation=firm, visibility=Visibility.PRIVATE, title="CANARY")

    page = signed_in(administrator).get(f"/ideas/{aimed.reference}/consortium/")

    assert own_proposals(administrator, {firm.pk}, call.pk) == {"Firm": 2}
    assert [("Firm" in said, "2" in said) for said in page.context["panel"]["own_limits"]] == [(True, True)]
    assert (page.content.decode().count("data-own-limit"), "CANARY" in page.content.decode()) == (1, False)
    assert panel_of(company, aimed)[2] == []


def test_cards_and_filters_keep_nothing_of_other_ideas(
    aimed: Idea, other_author: Member, administrator: Member, staff: Member, chain: ValueChain, call: Call,
    firm: Organisation,
):  # fmt: skip
    another(other_author, administrator, chain, call, firm)
    write_call_rules(by=staff, call=call, rules={"max_proposals": 1, "min_companies": 1}, seen=rules_state(call))

    aimed.refresh_from_db()

    assert (aimed.tags["lacks"], aimed.lacking) == ({}, "confirmation")


@pytest.mark.parametrize("count", [1, 3])
def test_a_limit_costs_two_queries_however_many_ideas(
    aimed: Idea, other_author: Member, administrator: Member, chain: ValueChain, call: Call, firm: Organisation,
    count: int, django_assert_num_queries: Any,
):  # fmt: skip
    for _ in range(count):
        another(other_author, administrator, chain, call, firm)
    idea = Idea.objects.select_related("call", "organisation").get(pk=aimed.pk)

    with django_assert_num_queries(5):
        consortium_of(idea)
