import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import change_state
from ideas.actions.plans import tick_milestone
from ideas.choices import IdeaState
from ideas.models import Idea, Member, Milestone, Organisation, PlanStep
from ideas.queries.plans import plan_of
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_partner, make_planned, make_step

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def plan_url(idea: Idea, rest: str = "") -> str:
    return f"/ideas/{idea.reference}/plan/{rest}"


@pytest.fixture
def planned(researcher: Member, administrator: Member, company: Member, firm: Organisation) -> Idea:
    """An idea that every member sees, with a plan of two steps and the firm as a partner."""
    idea = make_planned(researcher, 45, 14)[0].idea
    make_partner(idea, administrator, firm)
    for row, name in zip(idea.milestones.all(), ("CANARY partners", "CANARY draft"), strict=True):
        row.name = name
        row.save()
    return idea


# Who sees it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["researcher", "company", "administrator"])
def test_the_team_sees_the_plan_on_the_idea_and_on_its_own_page(
    viewer: str, planned: Idea, request: pytest.FixtureRequest
):
    client = signed_in(request.getfixturevalue(viewer))

    for path in (planned.get_absolute_url(), plan_url(planned)):
        page = client.get(path)
        assert (page.status_code, page.content.decode().count("CANARY partners")) >= (200, 1)
        assert [step["title"] for step in page.context["plan"]["steps"]] == ["CANARY partners", "CANARY draft"]


@pytest.mark.parametrize("viewer", ["outsider", "lead", "staff"])
def test_nobody_else_learns_that_there_is_one(
    viewer: str, planned: Idea, researcher: Member, request: pytest.FixtureRequest
):
    client = signed_in(request.getfixturevalue(viewer))
    without = make_idea(researcher, call=planned.call, title=planned.title)
    first = planned.milestones.first()
    assert first

    shown = [
        re.sub(r"JVL-\d+-\d+", "", client.get(plan_url(idea), **FRAGMENT).content.decode())
        for idea in (planned, without)
    ]
    assert shown[0] == shown[1]
    assert ("data-topic" in shown[0], "hidden" in shown[0]) == (False, True)
    assert "CANARY" not in client.get(planned.get_absolute_url()).content.decode()
    answers = [
        client.get(plan_url(planned)),
        client.get(f"/ideas/{planned.reference}/plan.ics"),
        client.post(plan_url(planned, "make/")),
        client.post(plan_url(planned, "tick/"), {"done": first.pk}),
        client.get(plan_url(planned, "new/")),
        client.get(f"/milestones/{first.pk}/edit/"),
        client.post(f"/milestones/{first.pk}/remove/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 7
    assert planned.milestones.filter(done_at=None).count() == 2


def test_visitors_are_asked_to_sign_in(planned: Idea):
    first = planned.milestones.first()
    assert first
    paths = [plan_url(planned), plan_url(planned, "new/"), f"/milestones/{first.pk}/edit/", "/plan-steps/"]

    assert [signed_in(None).get(path).status_code for path in paths] == [302] * 4


def test_partners_tick_and_do_not_change(planned: Idea, company: Member):
    first, client = planned.milestones.first(), signed_in(company)
    assert first

    assert client.post(plan_url(planned, "tick/"), {"done": first.pk}).status_code == 303
    answers = [
        client.post(plan_url(planned, "make/")),
        client.get(plan_url(planned, "new/")),
        client.get(f"/milestones/{first.pk}/edit/"),
        client.post(f"/milestones/{first.pk}/remove/"),
    ]

    first.refresh_from_db()
    assert ([answer.status_code for answer in answers], first.done_by) == ([403] * 4, company)


def test_partners_are_shown_no_proposal(researcher: Member, administrator: Member, firm: Organisation):
    make_step()
    idea = make_idea(researcher, call=make_call())
    make_partner(idea, administrator, firm)

    panels = [signed_in(member).get(idea.get_absolute_url()).context["plan"] for member in (researcher, administrator)]

    assert [(len(panel["steps"]), panel["made"]) for panel in panels] == [(1, False), (0, False)]


def test_a_proposal_that_is_in_is_offered_no_plan(researcher: Member):
    make_step()
    idea = make_idea(researcher, call=make_call(), state=IdeaState.PREPARING)
    change_state(by=researcher, idea=idea, state=IdeaState.SUBMITTED, at=timezone.now())

    panel = signed_in(researcher).get(idea.get_absolute_url()).context["plan"]

    assert (panel["offered"], panel["steps"]) == (False, [])


# Making and ticking -------------------------------------------------------------------------------------------------


def test_one_press_makes_the_plan(researcher: Member):
    make_step("Partners", days=45)
    idea, client = make_idea(researcher, call=make_call()), signed_in(researcher)
    assert "Partners (it)" in client.get(idea.get_absolute_url()).content.decode()

    answer = client.post(plan_url(idea, "make/"))

    assert (answer.status_code, answer["Location"]) == (303, f"{idea.get_absolute_url()}#plan")
    assert [step.milestone.title for step in plan_of(idea).steps] == ["Partners (it)"]


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_what_can_not_be_planned_is_said(researcher: Member, headers: dict[str, Any]):
    idea, client = make_idea(researcher), signed_in(researcher)

    answer = client.post(plan_url(idea, "make/"), follow=not headers, **headers)

    assert answer.status_code == (409 if headers else 200)
    assert "non ha una scadenza" in answer.content.decode()


def test_a_script_gets_the_panel_as_it_is_now(planned: Idea, company: Member):
    first = planned.milestones.first()
    assert first

    answer = signed_in(company).post(plan_url(planned, "tick/"), {"done": first.pk}, **FRAGMENT)

    panel = answer.context["plan"]
    assert (answer.status_code, panel["done"], panel["steps"][0]["done_by"]) == (200, 1, "Carlo Company")
    assert f'id="tick-{first.pk}" name="undone"' in answer.content.decode()


def test_a_tick_is_taken_away_by_the_same_button(planned: Idea, researcher: Member):
    first, client = planned.milestones.first(), signed_in(researcher)
    assert first
    client.post(plan_url(planned, "tick/"), {"done": first.pk})

    answer = client.post(plan_url(planned, "tick/"), {"undone": first.pk, "whole": 1})

    assert (answer["Location"], planned.milestones.filter(done_at=None).count()) == (plan_url(planned), 2)


@pytest.mark.parametrize("pk", ["", "x", "9" * 300, "\x00", "-1", "１", "0"])
def test_a_step_that_is_not_there_is_said_to_be_gone(planned: Idea, researcher: Member, pk: str):
    answer = signed_in(researcher).post(plan_url(planned, "tick/"), {"done": pk}, **FRAGMENT)

    assert (answer.status_code, bool(answer.context["plan"]["refused"])) == (409, True)


def test_a_step_of_another_idea_is_not_ticked_from_here(planned: Idea, researcher: Member):
    other = make_planned(researcher, 20)[0]

    assert signed_in(researcher).post(plan_url(planned, "tick/"), {"done": other.pk}, **FRAGMENT).status_code == 409
    other.refresh_from_db()
    assert other.done_at is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_panel_asks_the_database_a_fixed_number_of_times(
    number: int, researcher: Member, outsider: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    rows = make_planned(researcher, *range(20, 20 + number))
    tick_milestone(by=researcher, milestone=rows[0], done=True, at=timezone.now())
    team, other = signed_in(researcher), signed_in(outsider)

    with django_assert_num_queries(9):
        team.get(plan_url(rows[0].idea), **FRAGMENT)
    with django_assert_num_queries(6):
        other.get(plan_url(rows[0].idea), **FRAGMENT)


# What is said of it -------------------------------------------------------------------------------------------------


def panel_of(client: Any, idea: Idea) -> dict[str, Any]:
    panel: dict[str, Any] = client.get(idea.get_absolute_url()).context["plan"]
    return panel


def test_a_plan_that_begins_too_late_is_told_so_and_shown_where_to_look(researcher: Member):
    make_step("Partners", days=45)
    make_step("Draft", days=14)
    idea = make_idea(researcher, call=make_call(closes_in=timedelta(days=20)))
    client = signed_in(researcher)
    client.post("/language/", {"language": "en", "next": "/"})

    warning = panel_of(client, idea)["warning"]
    assert (warning["variant"], warning["title"]) == ("signal", "Too late to start?")
    assert re.fullmatch(
        r"“Partners” should have been done 2[456] days ago\. This call is hardly reachable\.", warning["text"]
    )
    assert client.get(warning["url"]).status_code == 200

    client.post(plan_url(idea, "make/"))
    assert panel_of(client, idea)["warning"] == warning
    client.post(plan_url(idea, "tick/"), {"done": idea.milestones.first().pk})
    assert panel_of(client, idea)["warning"] is None


def test_a_plan_in_delay_is_told_how_much(researcher: Member):
    first = make_planned(researcher, 45, 44, closes_in=timedelta(days=43, hours=1))[0]
    client = signed_in(researcher)
    client.post("/language/", {"language": "en", "next": "/"})

    warning = panel_of(client, first.idea)["warning"]

    assert (warning["variant"], warning["url"]) == ("warn", "")
    assert re.fullmatch(r"“Step \d+” should have been done [123] days? ago\.( 1 more step is late\.)?", warning["text"])


def test_without_a_deadline_the_steps_stay_and_have_no_day(planned: Idea, researcher: Member):
    Idea.objects.filter(pk=planned.pk).update(call=None, deadline=None)

    panel = panel_of(signed_in(researcher), planned)

    assert [(step["title"], step["day"]) for step in panel["steps"]] == [
        ("CANARY partners", None),
        ("CANARY draft", None),
    ]
    assert signed_in(researcher).get(f"/ideas/{planned.reference}/plan.ics").content.count(b"VEVENT") == 0


# Its steps ----------------------------------------------------------------------------------------------------------


def test_an_author_adds_changes_and_removes_a_step(planned: Idea, researcher: Member):
    client = signed_in(researcher)

    assert client.get(plan_url(planned, "new/")).status_code == 200
    answer = client.post(plan_url(planned, "new/"), {"name": "Ethics", "days_before": 20})
    made = planned.milestones.get(days_before=20)
    assert (answer.status_code, answer["Location"], made.name) == (303, plan_url(planned), "Ethics")

    form = client.get(f"/milestones/{made.pk}/edit/").context["form"]
    assert (form["name"].value(), form["days_before"].value()) == ("Ethics", 20)
    assert client.post(f"/milestones/{made.pk}/edit/", {"name": "Etica", "days_before": 21}).status_code == 303
    made.refresh_from_db()
    assert (made.name, made.days_before) == ("Etica", 21)

    assert client.post(f"/milestones/{made.pk}/remove/").status_code == 303
    assert planned.milestones.count() == 2


def test_a_name_left_as_it_was_goes_on_in_either_language(researcher: Member):
    first, client = make_planned(researcher, 45)[0], signed_in(researcher)
    name = client.get(f"/milestones/{first.pk}/edit/").context["form"]["name"].value()

    client.post(f"/milestones/{first.pk}/edit/", {"name": name, "days_before": 40})

    first.refresh_from_db()
    assert (first.name, first.days_before) == ("", 40)


BAD = [
    {},
    {"name": "", "days_before": 1},
    {"name": "nul\x00", "days_before": 1},
    {"name": "x" * 121, "days_before": 1},
    {"name": "x", "days_before": -1},
    {"name": "x", "days_before": "9" * 300},
    {"name": "x", "days_before": "soon"},
]


@pytest.mark.parametrize("fields", BAD)
def test_a_bad_step_comes_back_with_what_was_typed(planned: Idea, researcher: Member, fields: dict[str, Any]):
    client, first = signed_in(researcher), planned.milestones.first()
    assert first

    for path in (plan_url(planned, "new/"), f"/milestones/{first.pk}/edit/"):
        answer = client.post(path, fields)
        form = answer.context["form"]
        assert (answer.status_code, form["name"].value()) == (400, fields.get("name"))
        assert form.errors

    assert planned.milestones.count() == 2


def test_a_full_plan_says_so_on_the_form(researcher: Member):
    idea = make_planned(researcher, *range(40))[0].idea

    answer = signed_in(researcher).post(plan_url(idea, "new/"), {"name": "One more", "days_before": 1})

    assert (answer.status_code, answer.context["form"]["name"].value()) == (409, "One more")


@pytest.mark.parametrize("number", ["9" * 30, "9" * 300, "0"])
def test_numbers_that_no_step_has_are_not_found(researcher: Member, staff: Member, number: str):
    assert signed_in(researcher).get(f"/milestones/{number}/edit/").status_code == 404
    assert signed_in(staff).get(f"/plan-steps/{number}/").status_code == 404


# The calendar -------------------------------------------------------------------------------------------------------


def test_the_calendar_file_has_every_step_for_its_whole_day(planned: Idea, company: Member):
    answer = signed_in(company).get(f"/ideas/{planned.reference}/plan.ics")

    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/calendar; charset=utf-8", "no-store")
    assert [event["DTSTART"].dt for event in events] == [step.day for step in plan_of(planned).steps]
    assert [str(event["SUMMARY"]) for event in events] == [
        f"CANARY partners · {planned.reference}",
        f"CANARY draft · {planned.reference}",
    ]


def test_a_moved_deadline_and_a_tick_raise_the_number_of_a_calendars_event(planned: Idea, researcher: Member):
    client = signed_in(researcher)

    def first_event() -> tuple[str, int]:
        calendar = Calendar.from_ical(client.get(f"/ideas/{planned.reference}/plan.ics").content)
        event = calendar.walk("VEVENT")[0]
        return str(event["UID"]), int(event["SEQUENCE"])

    uid, number = first_event()
    deadline = planned.deadline
    assert deadline
    deadline.at, deadline.sequence = deadline.at + timedelta(days=3), deadline.sequence + 1
    deadline.save()
    moved = first_event()
    client.post(plan_url(planned, "tick/"), {"done": planned.milestones.first().pk})

    assert [moved, first_event()] == [(uid, number + 1), (uid, number + 2)]


# The template -------------------------------------------------------------------------------------------------------

STEP: dict[str, Any] = {"name_it": "Etica", "name_en": "Ethics", "days_before": 20}


def test_staff_keep_the_template(staff: Member):
    client = signed_in(staff)

    assert client.post("/plan-steps/", STEP).status_code == 303
    step = PlanStep.objects.get()
    assert [row.pk for row in client.get("/plan-steps/").context["steps"]] == [step.pk]
    assert client.post(f"/plan-steps/{step.pk}/", {**STEP, "retired": "on"}).status_code == 303
    page = client.get("/plan-steps/")

    assert (list(page.context["steps"]), [row.pk for row in page.context["retired"]]) == ([], [step.pk])


@pytest.mark.parametrize("viewer", ["researcher", "lead", "outsider"])
def test_others_may_not_keep_the_template(viewer: str, request: pytest.FixtureRequest):
    step, client = make_step(), signed_in(request.getfixturevalue(viewer))

    answers = [
        client.get("/plan-steps/"),
        client.post("/plan-steps/", STEP),
        client.get(f"/plan-steps/{step.pk}/"),
        client.post(f"/plan-steps/{step.pk}/", STEP),
    ]

    assert ([answer.status_code for answer in answers], PlanStep.objects.count()) == ([403] * 4, 1)


@pytest.mark.parametrize(
    "fields",
    [{"name_it": ""}, {"name_en": "\x00"}, {"days_before": "9" * 300}, {"days_before": "-1"}, {"name_it": "x" * 121}],
)
def test_a_bad_step_of_the_template_comes_back_with_what_was_typed(staff: Member, fields: dict[str, Any]):
    client, step = signed_in(staff), make_step()
    typed = {**STEP, **fields}

    for path in ("/plan-steps/", f"/plan-steps/{step.pk}/"):
        answer = client.post(path, typed)
        assert (answer.status_code, answer.context["form"]["name_it"].value()) == (400, typed["name_it"])

    assert PlanStep.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_template_asks_the_database_a_fixed_number_of_times(
    number: int, staff: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(number):
        make_step()
        make_step(retired=True)
    client = signed_in(staff)

    with django_assert_num_queries(5):
        assert len(client.get("/plan-steps/").context["steps"]) == number


def test_the_template_says_in_how_many_plans_a_step_is(staff: Member, researcher: Member):
    make_planned(researcher, 45)

    assert [row.plans for row in signed_in(staff).get("/plan-steps/").context["steps"]] == [1]
    assert Milestone.objects.count() == 1
