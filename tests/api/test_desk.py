from datetime import timedelta

import pytest
from django.utils import timezone

from ideas.models import Idea, Member, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_idea, make_slot

LONG_AGO = timezone.now() - timedelta(days=40)


def test_a_lead_reads_their_desk(lead: Member, researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, title="Quiet", at=LONG_AGO)
    make_slot(idea, wanted=2)

    desk = Api(lead).data("desk/")

    silent = next(some for some in desk["alarms"] if some["kind"] == "silent")
    assert silent["total"] == 1
    assert silent["lines"] == [
        {
            "idea": idea.pk,
            "reference": idea.reference,
            "title": "Quiet",
            "state": "open",
            "since": LONG_AGO.isoformat().replace("+00:00", "Z"),
            "over_days": 33,
            "comment": None,
            "places": [],
            "asked": 0,
            "unauthorised": 0,
        }
    ]
    assert desk["glance"] == {"states": {"open": 1}, "closings": [], "places": 2, "filled": 0}
    assert (desk["reviews"], desk["shortlists"], desk["meetings"]) == ([], [], [])


def test_one_chain_and_one_kind(lead: Member, researcher: Member, chain: ValueChain, other_chain: ValueChain):
    other_chain.leads.add(lead)
    for place in (chain, other_chain):
        make_idea(researcher, chain=place, title=place.code, at=LONG_AGO)

    desk = Api(lead).data("desk/", value_chain="NAUTICA", only="silent")

    assert [(some["kind"], [line["title"] for line in some["lines"]]) for some in desk["alarms"]] == [
        ("silent", ["NAUTICA"])
    ]


@pytest.mark.parametrize("viewer", ["outsider", "company", "researcher", "administrator"])
def test_who_leads_nothing_is_refused(viewer: str, request: pytest.FixtureRequest, idea: Idea):
    assert Api(request.getfixturevalue(viewer)).get("/api/v1/desk/").status_code == 403


def test_a_visitor_is_asked_who_they_are():
    assert Api(None).get("/api/v1/desk/").status_code == 401


def test_other_chains_are_refused_and_unknown_ones_named(lead: Member, other_chain: ValueChain):
    api = Api(lead)

    assert api.get("/api/v1/desk/", {"value_chain": "NAUTICA"}).status_code == 403
    for asked in ("NOTHING", "\x00", "9" * 300):
        refused = api.get("/api/v1/desk/", {"value_chain": asked})
        assert (refused.status_code, [attr for _, attr in codes(refused)]) == (400, ["value_chain"])
    assert codes(api.get("/api/v1/desk/", {"only": "nothing"})) == [("invalid_choice", "only")]


def test_what_a_lead_doesnt_see_is_nowhere(lead: Member, secret: Idea):
    Idea.objects.filter(pk=secret.pk).update(opened_at=LONG_AGO)

    answer = Api(lead).get("/api/v1/desk/").content.decode()

    assert "CANARY" not in answer
    assert str(secret.pk) not in answer
