from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import change_state
from ideas.actions.plans import tick_milestone
from ideas.choices import IdeaState, Visibility
from ideas.models import Deadline, Idea, Member, Organisation
from ideas.queries.ideas import visible_to
from ideas.queries.plans import (
    day_of,
    lateness_of,
    milestones_of_member,
    milestones_visible_to,
    plan_of,
    plans_visible_to,
    proposal_for,
)
from ideas.queries.topics import followable, plan_topic
from ideas.rules.plans import CATCH_UP_DAYS, Lateness, is_on_team
from tests.factories import make_idea, make_join_request, make_partner, make_planned

CAST = ("researcher", "company", "administrator", "outsider", "lead", "staff")


@pytest.fixture
def partners(administrator: Member, company: Member, firm: Organisation) -> Organisation:
    """The firm, with its administrator and a plain member."""
    return firm


# Who sees one -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("visibility", Visibility.values)
def test_authors_and_the_people_of_partners_see_a_plan_and_nobody_else(
    visibility: str, request: pytest.FixtureRequest, researcher: Member, partners: Organisation, administrator: Member
):
    idea = make_planned(researcher, visibility=visibility, invited=[administrator])[0].idea
    make_partner(idea, administrator, partners)

    members = {name: request.getfixturevalue(name) for name in CAST}
    seeing = {name for name, member in members.items() if plans_visible_to(member).filter(pk=idea.pk).exists()}

    assert seeing == {"researcher", "company", "administrator"}
    assert {name for name, member in members.items() if is_on_team(member, idea)} == seeing
    assert {name for name, member in members.items() if milestones_visible_to(member).exists()} == seeing
    assert {name for name, member in members.items() if followable(member, [plan_topic(idea.pk)])} == seeing
    assert all(visible_to(members[name]).filter(pk=idea.pk).exists() for name in seeing)


@pytest.mark.django_db
def test_a_plan_of_which_nothing_is_to_be_seen_is_like_one_that_is_not_there(
    researcher: Member, outsider: Member, idea: Idea
):
    planned = make_planned(researcher, invited=[outsider])[0].idea
    asked = [
        plan_topic(planned.pk),
        plan_topic(idea.pk),
        plan_topic(planned.pk + 1),
        "idea.x.plan",
        "idea..plan",
        "plan.1",
    ]

    assert (followable(outsider, asked), followable(AnonymousUser(), asked)) == (set(), set())
    assert not plans_visible_to(AnonymousUser()).exists()


@pytest.mark.django_db
def test_who_only_asks_to_join_sees_no_plan(researcher: Member, administrator: Member, partners: Organisation):
    idea = make_planned(researcher)[0].idea
    make_join_request(idea, administrator, partners)

    assert not plans_visible_to(administrator).exists()


@pytest.mark.django_db
def test_who_was_deactivated_sees_no_plan(researcher: Member):
    make_planned(researcher)
    researcher.is_active = False

    assert (plans_visible_to(researcher).count(), milestones_visible_to(researcher).count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_plans_cost_a_fixed_number_of_queries(
    number: int, researcher: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    rows = make_planned(researcher, *range(20, 20 + number))
    tick_milestone(by=researcher, milestone=rows[0], done=True, at=timezone.now())
    idea = Idea.objects.select_related("deadline").get()

    with django_assert_num_queries(1):
        assert len([step.milestone.title and step.milestone.done_by for step in plan_of(idea).steps]) == number
    with django_assert_num_queries(1):
        proposal_for(idea)
    with django_assert_num_queries(1):
        assert len(milestones_of_member(researcher, timezone.now())) == number


# Its days -----------------------------------------------------------------------------------------------------------


def deadline(at: datetime, zone: str = "Europe/Brussels") -> Deadline:
    return Deadline(at=at.astimezone(UTC), zone=zone)


@pytest.mark.parametrize(
    ("at", "zone", "before", "day"),
    [
        (datetime(2027, 3, 2, 16, tzinfo=UTC), "Europe/Brussels", 0, date(2027, 3, 2)),
        (datetime(2027, 3, 2, 16, tzinfo=UTC), "Europe/Brussels", 45, date(2027, 1, 16)),
        # 23:30 in UTC is the next day in Rome, and the same in London.
        (datetime(2027, 1, 10, 23, 30, tzinfo=UTC), "Europe/Rome", 1, date(2027, 1, 10)),
        (datetime(2027, 1, 10, 23, 30, tzinfo=UTC), "Europe/London", 1, date(2027, 1, 9)),
        # Midnight ends the day before.
        (datetime(2027, 1, 10, 23, tzinfo=UTC), "Europe/Rome", 0, date(2027, 1, 10)),
        # Across both nights on which clocks change.
        (datetime(2027, 3, 28, 15, tzinfo=UTC), "Europe/Rome", 1, date(2027, 3, 27)),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Europe/Rome", 30, date(2027, 10, 1)),
    ],
)
def test_days_are_those_of_the_deadlines_own_clock(at: datetime, zone: str, before: int, day: date):
    assert day_of(before, deadline(at, zone)) == day


@given(
    minutes=st.integers(0, 20 * 366 * 24 * 60),
    zone=st.sampled_from(["Europe/Brussels", "Europe/Rome", "Europe/London", "UTC", "America/New_York", "Asia/Tokyo"]),
    before=st.integers(0, 730),
)
def test_a_step_is_never_after_its_deadline(minutes: int, zone: str, before: int):
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    day, local = day_of(before, deadline(at, zone)), at.astimezone(ZoneInfo(zone)).date()

    assert (local - day).days - before in {0, 1}
    assert day_of(0, deadline(at, zone)) - day == timedelta(days=before)


@pytest.mark.django_db
def test_a_moved_deadline_moves_every_day(researcher: Member):
    idea = make_planned(researcher, 45, 14)[0].idea
    before = [step.day for step in plan_of(idea).steps]
    assert idea.deadline

    idea.deadline.at += timedelta(days=10)

    assert [step.day for step in plan_of(idea).steps] == [day + timedelta(days=10) for day in before if day]


@pytest.mark.django_db
def test_without_a_deadline_there_are_steps_and_no_days(researcher: Member):
    idea = make_planned(researcher)[0].idea
    idea.call = idea.deadline = None
    idea.save()

    plan = plan_of(Idea.objects.get())

    assert ([step.day for step in plan.steps], plan.today(timezone.now())) == ([None, None], None)
    assert lateness_of(plan, timezone.now()) == Lateness()


# Too late to start --------------------------------------------------------------------------------------------------


def late(
    researcher: Member, closes_in: int, *, done: bool = False, state: str = IdeaState.OPEN, **content: Any
) -> Lateness:
    at = timezone.now().replace(hour=12, minute=0)
    rows = make_planned(researcher, 45, 14, closes_in=timedelta(days=closes_in), **content)
    if done:
        tick_milestone(by=researcher, milestone=rows[0], done=True, at=at)
    if state != IdeaState.OPEN:
        for step in (IdeaState.PREPARING, IdeaState.SUBMITTED):
            change_state(by=researcher, idea=rows[0].idea, state=step, at=at)
    idea = Idea.objects.select_related("deadline").get(pk=rows[0].idea_id)
    assert idea.deadline
    # Noon on the deadline's own clock, whatever the hour at which the test runs.
    idea.deadline.at = datetime.combine((at + timedelta(days=closes_in)).date(), at.time(), UTC)
    return lateness_of(plan_of(idea), at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("closes_in", "expected"),
    [
        (60, Lateness()),
        (45, Lateness()),
        (44, Lateness(1, 1)),
        (45 - CATCH_UP_DAYS, Lateness(1, CATCH_UP_DAYS)),
        (44 - CATCH_UP_DAYS, Lateness(1, CATCH_UP_DAYS + 1, too_late=True)),
        (3, Lateness(2, 42, too_late=True)),
    ],
)
def test_how_late_a_plan_is_that_nobody_has_begun(closes_in: int, expected: Lateness, researcher: Member):
    assert late(researcher, closes_in) == expected


@pytest.mark.django_db
def test_whoever_has_begun_is_only_told_what_is_overdue(researcher: Member):
    assert late(researcher, 3, done=True) == Lateness(1, 11)


@pytest.mark.django_db
def test_a_proposal_that_is_in_is_not_late(researcher: Member):
    assert late(researcher, 3, state=IdeaState.SUBMITTED) == Lateness()


@pytest.mark.django_db
def test_a_deadline_that_has_passed_leaves_nothing_to_be_late_for(researcher: Member):
    idea = make_planned(researcher)[0].idea

    assert lateness_of(plan_of(idea), timezone.now() + timedelta(days=61)) == Lateness()


@pytest.mark.django_db
def test_a_plan_that_is_not_made_is_judged_by_the_template(researcher: Member):
    make_planned(researcher, 45)
    fresh = make_idea(researcher, call=Idea.objects.get().call)
    at = timezone.now() + timedelta(days=30)

    assert lateness_of(plan_of(fresh), at) == Lateness()
    assert lateness_of(proposal_for(fresh), at).too_late


# In the calendar ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_calendar_has_the_steps_of_the_ideas_on_whose_team_the_member_is(
    researcher: Member, company: Member, outsider: Member, administrator: Member, partners: Organisation
):
    mine = make_planned(researcher, 45)[0]
    make_partner(mine.idea, administrator, partners)
    make_planned(outsider, 40)

    assert [row.pk for row in milestones_of_member(company, timezone.now())] == [mine.pk]


@pytest.mark.django_db
def test_what_is_over_or_given_up_is_in_no_calendar(researcher: Member):
    idea = make_planned(researcher, 45)[0].idea

    assert milestones_of_member(researcher, timezone.now() + timedelta(days=61)) == []
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, at=timezone.now())
    assert milestones_of_member(researcher, timezone.now()) == []
