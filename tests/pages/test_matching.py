from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import edit_idea
from ideas.choices import IdeaState, Visibility
from ideas.models import Call, Idea, Member, Organisation, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_idea, make_ket, make_partner

pytestmark = pytest.mark.django_db
HEADING = 'id="calls-that-fit"'
AIM = "Aim at this call"


@pytest.fixture
def call(chain: ValueChain) -> Call:
    """A call of the idea's value chain."""
    return make_fitting(chain, "FITS", title="A call that fits")


def make_fitting(chain: ValueChain, identifier: str = "", **fields: Any) -> Call:
    call = make_call(identifier, **fields)
    call.value_chains.add(chain)
    return call


def page(member: Member | None, address: str) -> str:
    client = signed_in(member)
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def calls_page(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/calls/"


def aim(member: Member | None, idea: Idea, call: Any, version: Any = None) -> Any:
    typed = {"call": getattr(call, "pk", call), "version": idea.version if version is None else version}
    return signed_in(member).post(f"/ideas/{idea.reference}/calls/aim/", typed, headers={"accept-language": "en"})


def test_author_of_an_idea_without_a_call_finds_those_that_fit_on_its_page(
    idea: Idea, call: Call, researcher: Member, company: Member, staff: Member
):
    shown = page(researcher, idea.get_absolute_url())

    assert HEADING in shown
    assert call.title in shown
    for other in (company, staff):
        assert HEADING not in page(other, idea.get_absolute_url())


@pytest.mark.parametrize("state", [IdeaState.WITHDRAWN, IdeaState.PARKED])
def test_only_an_idea_that_can_still_go_somewhere_is_offered_calls(
    state: str, researcher: Member, chain: ValueChain, call: Call
):
    idea = make_idea(researcher, chain=chain, state=state)

    assert (HEADING in page(researcher, idea.get_absolute_url())) == (state == IdeaState.PARKED)


def test_idea_whose_call_is_ahead_is_left_alone_and_one_whose_call_closed_is_shown_the_next_ones(
    researcher: Member, chain: ValueChain, call: Call
):
    target = make_fitting(chain, "TARGET")
    idea = make_idea(researcher, chain=chain, call=target)
    before = page(researcher, idea.get_absolute_url())

    Call.objects.filter(pk=target.pk).update(closes_at=timezone.now() - timedelta(hours=1))

    assert HEADING not in before
    assert HEADING in page(researcher, idea.get_absolute_url())
    assert "TARGET has closed" in page(researcher, calls_page(idea))


def test_reasons_are_said_in_words(researcher: Member):
    chain, ket = make_chain("FLUID"), make_ket("AMT")
    call = make_fitting(
        chain, title="Hydraulic valves and pumps", trl_min=5, trl_max=7, budget_min=400_000, budget_max=1_200_000
    )
    call.kets.add(ket)
    late = make_fitting(chain, "LATE", closes_in=timedelta(days=10), trl_min=8, budget_max=500_000, language="it")
    late.kets.add(ket)
    idea = make_idea(
        researcher, chain=chain, kets=[ket], keywords="hydraulic, valvola, pumps", trl_now=4, trl_target=6,
        budget_eur=550_000, language="it",
    )  # fmt: skip

    shown = page(researcher, calls_page(idea)).replace("\xa0", " ")

    for sentence in (
        "Value chain: Chain FLUID",
        "Technology: Technology AMT",
        "Words in common: hydraulic, pumps, valvola (valves)",
        "TRL 4 → 6 is what the call asks for: 5 – 7",
        "Budget €550,000 is within the call&#x27;s: €400,000 – €1,200,000",
        "Time enough for a plan of 45 days",
    ):
        assert sentence in shown, sentence
    assert "LATE" not in shown


def test_what_is_against_a_call_is_said_too(researcher: Member, chain: ValueChain):
    kets = [make_ket("AMT"), make_ket("AMN")]
    call = make_fitting(chain, closes_in=timedelta(days=20), budget_max=500_000)
    call.kets.add(*kets)
    idea = make_idea(researcher, chain=chain, kets=kets, budget_eur=550_000, trl_now=4, trl_target=6)
    Call.objects.update(trl_min=4, budget_max=400_000)

    shown = page(researcher, calls_page(idea))

    assert "Budget €550,000; the call&#x27;s is up to €400,000" in shown
    assert "Less time than a plan of 45 days needs" in shown


def test_no_call_that_fits_says_what_would_help(idea: Idea, researcher: Member):
    assert "No call fits yet" in page(researcher, calls_page(idea))
    assert "No call fits yet" in page(researcher, idea.get_absolute_url())


def test_partner_sees_the_calls_but_aims_at_none(
    idea: Idea, call: Call, company: Member, administrator: Member, firm: Organisation
):
    make_partner(idea, administrator, firm)

    shown = page(company, calls_page(idea))

    assert (call.title in shown, AIM in shown) == (True, False)
    assert aim(company, idea, call).status_code == 403


def test_outsiders_and_visitors_find_nothing(
    secret: Idea, researcher: Member, chain: ValueChain, call: Call, outsider: Member
):
    hidden = make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN, public_teaser=True)

    for idea in (secret, hidden):
        assert signed_in(outsider).get(calls_page(idea)).status_code == 404
        assert aim(outsider, idea, call).status_code == 404
        assert signed_in(None).get(calls_page(idea)).status_code == 302
        assert aim(None, idea, call)["Location"].startswith("/account/login/")


# Aiming -------------------------------------------------------------------------------------------------------------


def test_aiming_keeps_everything_else(idea: Idea, call: Call, researcher: Member):
    before = Idea.objects.filter(pk=idea.pk).values("title", "teaser", "problem", "visibility", "state").get()

    answer = aim(researcher, idea, call)

    idea.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, idea.get_absolute_url())
    assert (idea.call, idea.deadline, idea.version) == (call, call.deadlines.get(), 2)
    assert Idea.objects.filter(pk=idea.pk).values(*before).get() == before


def test_aiming_anew_takes_the_new_calls_deadline(researcher: Member, chain: ValueChain, call: Call):
    idea = make_idea(researcher, chain=chain, call=make_fitting(chain, "OLD"))

    aim(researcher, idea, call)

    idea.refresh_from_db()
    assert idea.deadline == call.deadlines.get()
    assert idea.closes_at == call.closes_at


def test_somebody_saved_meanwhile(idea: Idea, call: Call, researcher: Member):
    edit_idea(by=researcher, idea=idea, content={"title": "Newer"}, version=1, at=timezone.now())

    answer = aim(researcher, idea, call, version=1)

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "The idea was changed meanwhile" in shown
    assert 'name="version" value="2"' in shown
    assert Idea.objects.get(pk=idea.pk).call is None


def test_call_that_closed_meanwhile_is_refused(idea: Idea, call: Call, researcher: Member):
    call.deadlines.update(at=timezone.now() - timedelta(minutes=1))

    answer = aim(researcher, idea, call)

    assert answer.status_code == 400
    assert "This call is closed" in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "x", "9" * 300, "٣", "7\x00", "-1", "999999"])
def test_unknown_calls_are_not_found_and_odd_versions_are_old_ones(
    typed: str, idea: Idea, call: Call, researcher: Member
):
    assert aim(researcher, idea, typed).status_code == 404
    assert aim(researcher, idea, call, version=typed).status_code == 409


def test_reference_with_a_null_character_is_not_found(researcher: Member):
    assert signed_in(researcher).get("/ideas/JVL%00/calls/").status_code == 404


# The call's page ----------------------------------------------------------------------------------------------------


def test_call_shows_the_ideas_without_a_target_with_reasons(
    call: Call, researcher: Member, company: Member, chain: ValueChain
):
    make_idea(researcher, chain=chain, title="Homeless idea")

    shown = page(company, call.get_absolute_url())

    assert "Ideas that would fit" in shown
    assert "Homeless idea" in shown
    assert f"Value chain: Chain {chain.code}" in shown


def test_call_tells_nobody_of_ideas_that_are_not_theirs_to_see(
    call: Call, secret: Idea, researcher: Member, outsider: Member, chain: ValueChain
):
    make_idea(researcher, chain=chain, title="CANARY draft", state=IdeaState.DRAFT)
    make_idea(researcher, chain=chain, title="CANARY chain", visibility=Visibility.VALUE_CHAIN, public_teaser=True)

    for viewer in (outsider, None):
        shown = page(viewer, call.get_absolute_url())
        assert "CANARY" not in shown
        assert "Ideas that would fit" not in shown
    assert "CANARY draft" in page(researcher, call.get_absolute_url())


# Costs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_database_a_fixed_number_of_times(
    count: int, idea: Idea, researcher: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(count):
        make_fitting(chain)
    client: Client = signed_in(researcher)
    client.get(calls_page(idea))

    with django_assert_num_queries(14):
        answer = client.get(calls_page(idea))

    assert answer.content.decode().count('name="call"') == count


def test_form_of_an_idea_leads_to_its_calls(idea: Idea, researcher: Member):
    assert calls_page(idea) in page(researcher, f"/ideas/{idea.reference}/edit/")


def test_board_leads_to_ideas_whose_call_has_closed(researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, call=make_call("A"))
    Call.objects.filter(pk=idea.call_id).update(closes_at=timezone.now() - timedelta(hours=1))

    assert "idea of yours whose call has closed" in page(researcher, "/")
