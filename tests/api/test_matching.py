from datetime import timedelta

import pytest

from ideas.choices import Visibility
from ideas.models import Idea, Member, ValueChain
from tests.api.conftest import Api
from tests.factories import make_call, make_idea, make_ket

pytestmark = pytest.mark.django_db


def test_member_reads_the_calls_that_fit_an_idea_with_codes(researcher: Member, company: Member, chain: ValueChain):
    ket = make_ket("AMT")
    call = make_call("A", title="Hydraulic valves", trl_min=5, budget_max=500_000, closes_in=timedelta(days=60))
    call.value_chains.add(chain)
    call.kets.add(ket)
    idea = make_idea(
        researcher, chain=chain, kets=[ket], keywords="valvole", trl_now=4, trl_target=6, budget_eur=700_000,
        language="it",
    )  # fmt: skip

    (shown,) = Api(company).data(f"ideas/{idea.pk}/calls/")

    assert shown.pop("score") > 3
    assert shown == {
        "id": call.pk,
        "identifier": "A",
        "title": "Hydraulic valves",
        "level": "european",
        "deadline": Api(None).data("calls/A/")["deadlines"][0],
        "reasons": [
            {"code": "value_chain", "values": [chain.code]},
            {"code": "ket", "values": ["AMT"]},
            {"code": "words", "values": ["valvole"]},
            {"code": "trl", "values": ["4", "6", "5", ""]},
            {"code": "time", "values": ["45"]},
        ],
        "cautions": [{"code": "budget", "values": ["700000", "", "500000.00"]}],
    }


def test_who_does_not_see_the_idea_learns_nothing(
    secret: Idea, researcher: Member, outsider: Member, chain: ValueChain
):
    make_call("A").value_chains.add(chain)
    hidden = make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN, public_teaser=True)

    answers = [
        Api(viewer).get(f"/api/v1/ideas/{idea.pk}/calls/").status_code
        for idea in (secret, hidden)
        for viewer in (outsider, None)
    ]

    assert answers == [404] * 4


def test_unknown_idea_is_not_found(researcher: Member):
    assert [Api(researcher).get(f"/api/v1/ideas/{key}/calls/").status_code for key in ("9" * 300, "x", "٣", "7")] == [
        404
    ] * 4
