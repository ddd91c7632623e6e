from typing import Any

import pytest

from ideas.models import Idea, Member, Organisation
from ideas.queries.plans import plan_of
from tests.api.conftest import Api, codes
from tests.factories import make_partner, make_planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(researcher: Member, administrator: Member, firm: Organisation) -> Idea:
    idea = make_planned(researcher, 45, 14)[0].idea
    make_partner(idea, administrator, firm)
    return idea


def test_the_team_reads_the_plan_by_id_and_by_reference(planned: Idea, company: Member, researcher: Member):
    steps = plan_of(planned).steps

    by_id = Api(company).get(f"/api/v1/ideas/{planned.pk}/plan/").json()
    by_reference = Api(researcher).get(f"/api/v1/ideas/{planned.reference}/plan/").json()

    assert by_id == by_reference
    assert [row["day"] for row in by_id["milestones"]] == [step.day.isoformat() for step in steps if step.day]
    assert by_id["milestones"][1]["days_left"] - by_id["milestones"][0]["days_left"] == 31
    assert (by_id["idea"], by_id["deadline"]["zone"]) == (planned.pk, "Europe/Brussels")
    first = steps[0].milestone
    assert by_id["milestones"][0] | {"days_left": 0} == {
        "id": first.pk,
        "step": first.step.code if first.step else None,
        "name_it": first.step.name_it if first.step else "",
        "name_en": first.step.name_en if first.step else "",
        "days_before": 45,
        "day": steps[0].day.isoformat() if steps[0].day else None,
        "done_at": None,
        "done_by": None,
        "days_left": 0,
    }


def test_partners_tick_off(planned: Idea, company: Member):
    first = planned.milestones.first()
    assert first
    path = f"/api/v1/ideas/{planned.reference}/plan/{first.pk}/tick/"

    ticked = Api(company).post(path, {"done": True}, format="json")
    assert ticked.json()["milestones"][0]["done_by"] == {"id": company.pk, "name": "Carlo Company"}
    back = Api(company).post(path, {"done": False}, format="json")

    assert (back.status_code, back.json()["milestones"][0]["done_by"]) == (200, None)


@pytest.mark.parametrize("viewer", ["outsider", "lead", "staff"])
def test_nobody_else_finds_it(viewer: str, planned: Idea, request: pytest.FixtureRequest):
    api, first = Api(request.getfixturevalue(viewer)), planned.milestones.first()
    assert first

    hidden = api.get(f"/api/v1/ideas/{planned.pk}/plan/")
    unknown = api.get("/api/v1/ideas/7/plan/")
    tick = api.post(f"/api/v1/ideas/{planned.pk}/plan/{first.pk}/tick/", {"done": True}, format="json")

    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert (tick.status_code, planned.milestones.filter(done_at=None).count()) == (404, 2)


def test_visitors_must_sign_in(planned: Idea):
    assert Api(None).get(f"/api/v1/ideas/{planned.pk}/plan/").status_code == 401


@pytest.mark.parametrize("milestone", ["0", "x", "9" * 30, "１", "%00"])
def test_a_step_that_is_not_there_is_not_found(planned: Idea, researcher: Member, milestone: str):
    path = f"/api/v1/ideas/{planned.pk}/plan/{milestone}/tick/"

    assert Api(researcher).post(path, {"done": True}, format="json").status_code == 404


@pytest.mark.parametrize("body", [{}, {"done": "perhaps"}, {"done": None}, {"done": [1]}])
def test_a_bad_tick_is_refused_by_field(planned: Idea, researcher: Member, body: dict[str, Any]):
    first = planned.milestones.first()
    assert first

    answer = Api(researcher).post(f"/api/v1/ideas/{planned.pk}/plan/{first.pk}/tick/", body, format="json")

    assert (answer.status_code, [attribute for _, attribute in codes(answer)]) == (400, ["done"])


def test_without_a_deadline_there_is_no_day(planned: Idea, researcher: Member):
    Idea.objects.filter(pk=planned.pk).update(call=None, deadline=None)

    plan = Api(researcher).get(f"/api/v1/ideas/{planned.pk}/plan/").json()

    assert (plan["deadline"], [(row["day"], row["days_left"]) for row in plan["milestones"]]) == (
        None,
        [(None, None)] * 2,
    )
