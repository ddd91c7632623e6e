from typing import Any

import pytest

from ideas.choices import OrganisationKind
from ideas.models import Idea, Member, Organisation, RoleSlot, SuggestionMark, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def slot(idea: Idea) -> RoleSlot:
    return make_slot(idea, expertise="Saldatura laser", kinds=["sme"])


@pytest.fixture
def welders(firm: Organisation, company: Member, administrator: Member, chain: ValueChain) -> Organisation:
    """The firm, which welds."""
    firm.competences, firm.kind = ["Saldatura laser"], OrganisationKind.SME
    firm.save()
    firm.value_chains.add(chain)
    return firm


def reasons(chain: ValueChain) -> list[dict[str, Any]]:
    return [
        {"code": "competence", "values": ["Saldatura laser"]},
        {"code": "value_chain", "values": [chain.code]},
        {"code": "kind", "values": ["sme"]},
    ]


def test_author_reads_who_fits_and_why(slot: RoleSlot, welders: Organisation, researcher: Member, chain: ValueChain):
    (shown,) = Api(researcher).data(f"ideas/{slot.idea_id}/partners/")

    (one,) = shown.pop("found")
    assert shown == {"slot": slot.pk, "expertise": "Saldatura laser", "left_out": []}
    assert one.pop("score") > 2
    assert one.pop("organisation")["id"] == welders.pk
    assert one == {"sees_idea": True, "may_answer": True, "reasons": reasons(chain), "refusals": []}


def test_author_sets_aside_and_reads_why(slot: RoleSlot, welders: Organisation, researcher: Member):
    api, address = Api(researcher), f"/api/v1/ideas/{slot.idea.reference}/partners/"
    mark = {"slot": slot.pk, "organisation": welders.pk, "verdict": "aside", "reason": "A competitor"}

    answer = api.post(address, mark, format="json")

    (shown,) = api.data(f"ideas/{slot.idea_id}/partners/")
    assert answer.status_code == 200
    assert shown["found"] == []
    refusal = shown["left_out"][0]["refusals"][0]
    assert refusal["at"].endswith("Z")
    assert (refusal["idea"], refusal["state"], refusal["reason"]) == (slot.idea.reference, "", "A competitor")


def test_only_authors_read_and_say_it(slot: RoleSlot, welders: Organisation, company: Member, staff: Member):
    address = f"/api/v1/ideas/{slot.idea_id}/partners/"
    mark = {"slot": slot.pk, "organisation": welders.pk, "verdict": "aside"}

    for member in (company, staff):
        assert Api(member).get(address).status_code == 403
        assert Api(member).post(address, mark, format="json").status_code == 403
    assert Api(None).get(address).status_code == 401
    assert SuggestionMark.objects.count() == 0


def test_place_of_another_idea_is_refused(slot: RoleSlot, welders: Organisation, researcher: Member, into: Idea):
    mark = {"slot": make_slot(into).pk, "organisation": welders.pk, "verdict": "aside"}

    answer = Api(researcher).post(f"/api/v1/ideas/{slot.idea_id}/partners/", mark, format="json")

    assert (answer.status_code, [attr for _, attr in codes(answer)]) == (400, ["slot"])


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "maybe"}, {"organisation": 10**30}, {"slot": "x"}, {"reason": "a\x00b"}, {"reason": "x" * 1001}],
)
def test_what_cannot_be_read_is_refused(
    wrong: dict[str, Any], slot: RoleSlot, welders: Organisation, researcher: Member
):
    mark = {"slot": slot.pk, "organisation": welders.pk, "verdict": "aside", **wrong}

    answer = Api(researcher).post(f"/api/v1/ideas/{slot.idea_id}/partners/", mark, format="json")

    assert answer.status_code == 400
    assert SuggestionMark.objects.count() == 0


def test_people_read_the_ideas_that_want_what_they_have(
    slot: RoleSlot, welders: Organisation, company: Member, outsider: Member, chain: ValueChain
):
    (shown,) = Api(company).data(f"organisations/{welders.slug}/ideas/")

    assert shown["idea"]["id"] == slot.idea_id
    assert (shown["slot"], shown["reasons"]) == (slot.pk, reasons(chain))
    assert Api(outsider).get(f"/api/v1/organisations/{welders.pk}/ideas/").status_code == 403
    assert Api(None).get(f"/api/v1/organisations/{welders.pk}/ideas/").status_code == 401


def test_people_say_that_an_idea_is_not_for_them(slot: RoleSlot, secret: Idea, welders: Organisation, company: Member):
    api, address = Api(company), f"/api/v1/organisations/{welders.pk}/ideas/"

    answer = api.post(address, {"idea": slot.idea.reference, "verdict": "aside"}, format="json")
    hidden = api.post(address, {"idea": secret.reference, "verdict": "aside"}, format="json")

    assert (answer.status_code, hidden.status_code) == (200, 400)
    assert api.data(f"organisations/{welders.pk}/ideas/") == []


def test_leads_and_staff_read_what_nobody_can_fill(
    slot: RoleSlot, welders: Organisation, lead: Member, staff: Member, company: Member
):
    make_slot(slot.idea, expertise="Ornitologia", wanted=2)

    gap = {"expertise": "Ornitologia", "wanted": 2, "ideas": [slot.idea.reference]}
    assert Api(staff).data("gaps/") == Api(lead).data("gaps/") == [gap]
    assert Api(company).get("/api/v1/gaps/").status_code == 403
    assert Api(None).get("/api/v1/gaps/").status_code == 401
