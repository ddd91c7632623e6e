from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.joining import withdraw_join_request
from ideas.actions.plans import (
    MAX_MILESTONES,
    add_milestone,
    add_step,
    edit_milestone,
    edit_step,
    make_plan,
    remove_milestone,
    tick_milestone,
)
from ideas.choices import IdeaState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Milestone, Organisation, PlanStep
from ideas.queries.plans import plan_of
from ideas.queries.topics import plan_topic
from ideas.serializers.plans import PlanSerializer
from realtime.models import Change
from tests.factories import make_call, make_idea, make_partner, make_planned, make_step
from tests.told import changes, last

pytestmark = pytest.mark.django_db


def aimed(by: Member, **content: Any) -> Idea:
    return make_idea(by, call=make_call(), **content)


# Making one ---------------------------------------------------------------------------------------------------------


def test_a_plan_has_the_steps_of_the_template_and_is_told_to_the_team_alone(researcher: Member):
    make_step("Draft", days=14)
    make_step("Partners", days=45)
    make_step("Old", days=90, retired=True)
    idea, before = aimed(researcher), last()

    made = make_plan(by=researcher, idea=idea, at=timezone.now())

    assert [(row.title, row.days_before) for row in made] == [("Partners (it)", 45), ("Draft (it)", 14)]
    assert changes(before) == [(plan_topic(idea.pk), "plan.changed")]
    assert Change.objects.latest("pk").payload == PlanSerializer(plan_of(idea)).data


def test_only_authors_make_a_plan(researcher: Member, administrator: Member, firm: Organisation):
    make_step()
    idea = aimed(researcher)
    make_partner(idea, administrator, firm)
    before = last()

    for member in (administrator,):
        with pytest.raises(NotAllowed):
            make_plan(by=member, idea=idea, at=timezone.now())

    assert (changes(before), Milestone.objects.count()) == ([], 0)


def test_a_plan_needs_a_deadline_and_steps_and_is_made_once(researcher: Member):
    idea, undated = aimed(researcher), make_idea(researcher)
    before = last()

    with pytest.raises(Conflict, match="no_plan_steps"):
        make_plan(by=researcher, idea=idea, at=timezone.now())
    make_step()
    with pytest.raises(Conflict, match="no_deadline"):
        make_plan(by=researcher, idea=undated, at=timezone.now())
    make_plan(by=researcher, idea=idea, at=timezone.now())
    with pytest.raises(Conflict, match="already_planned"):
        make_plan(by=researcher, idea=idea, at=timezone.now())

    assert (changes(before), Milestone.objects.count()) == ([(plan_topic(idea.pk), "plan.changed")], 1)


def test_a_plan_is_begun_while_there_is_something_to_plan_for(researcher: Member):
    make_step()
    idea = aimed(researcher)
    before, at = last(), timezone.now()

    with pytest.raises(Conflict, match="call_closed"):
        make_plan(by=researcher, idea=idea, at=at + timedelta(days=61))
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, at=at)
    with pytest.raises(Conflict, match="wrong_state"):
        make_plan(by=researcher, idea=idea, at=at)

    assert (Milestone.objects.count(), (plan_topic(idea.pk), "plan.changed") in changes(before)) == (0, False)


# Ticking ------------------------------------------------------------------------------------------------------------


def test_everybody_on_the_team_ticks(researcher: Member, company: Member, administrator: Member, firm: Organisation):
    first, second = make_planned(researcher)
    make_partner(first.idea, administrator, firm)
    before, at = last(), timezone.now()

    tick_milestone(by=researcher, milestone=first, done=True, at=at)
    tick_milestone(by=company, milestone=second, done=True, at=at)

    rows = Milestone.objects.order_by("-days_before")
    assert [(row.done_at, row.done_by, row.sequence) for row in rows] == [(at, researcher, 1), (at, company, 1)]
    assert changes(before) == [(plan_topic(first.idea_id), "plan.changed")] * 2
    told = Change.objects.latest("pk").payload["milestones"]
    assert [row["done_by"]["name"] for row in told] == ["Ada Researcher", "Carlo Company"]


def test_a_tick_that_is_there_stays_with_who_was_first_and_tells_nobody(
    researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    first = make_planned(researcher)[0]
    make_partner(first.idea, administrator, firm)
    at = timezone.now()
    tick_milestone(by=company, milestone=first, done=True, at=at)
    before = last()

    tick_milestone(by=researcher, milestone=first, done=True, at=at + timedelta(hours=1))

    first.refresh_from_db()
    assert (changes(before), first.done_by, first.done_at) == ([], company, at)


def test_a_tick_is_taken_away(researcher: Member):
    first = make_planned(researcher)[0]
    tick_milestone(by=researcher, milestone=first, done=True, at=timezone.now())

    tick_milestone(by=researcher, milestone=first, done=False, at=timezone.now())

    first.refresh_from_db()
    assert (first.done_at, first.done_by, first.sequence) == (None, None, 2)


def test_who_is_not_on_the_team_may_not_tick(researcher: Member, lead: Member, staff: Member, outsider: Member):
    first = make_planned(researcher, invited=[outsider])[0]
    before = last()

    for member in (lead, staff, outsider):
        with pytest.raises(NotAllowed):
            tick_milestone(by=member, milestone=first, done=True, at=timezone.now())

    first.refresh_from_db()
    assert (changes(before), first.done_at) == ([], None)


def test_who_has_left_the_team_may_not_tick(
    researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    first = make_planned(researcher)[0]
    request = make_partner(first.idea, administrator, firm)
    withdraw_join_request(by=administrator, request=request, at=timezone.now())

    with pytest.raises(NotAllowed):
        tick_milestone(by=company, milestone=first, done=True, at=timezone.now())


def test_a_withdrawn_idea_is_no_longer_planned(researcher: Member):
    first = make_planned(researcher)[0]
    change_state(by=researcher, idea=first.idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    with pytest.raises(NotAllowed):
        tick_milestone(by=researcher, milestone=first, done=True, at=timezone.now())
    with pytest.raises(NotAllowed):
        remove_milestone(by=researcher, milestone=first)


# Its steps ----------------------------------------------------------------------------------------------------------


def test_an_author_adds_changes_and_removes_steps(researcher: Member):
    first = make_planned(researcher, 45)[0]
    idea, before, at = first.idea, last(), timezone.now()

    own = add_milestone(by=researcher, idea=idea, content={"name": " Ethics  check ", "days_before": 10}, at=at)
    edit_milestone(by=researcher, milestone=own, content={"name": "Ethics", "days_before": 60}, at=at)
    edit_milestone(by=researcher, milestone=first, content={"name": "", "days_before": 40}, at=at)

    assert [(row.name, row.days_before, row.sequence) for row in idea.milestones.all()] == [
        ("Ethics", 60, 1),
        ("", 40, 1),
    ]
    remove_milestone(by=researcher, milestone=own)
    assert idea.milestones.get() == first
    assert changes(before) == [(plan_topic(idea.pk), "plan.changed")] * 4


@pytest.mark.parametrize(
    "content",
    [{"name": ""}, {"name": " \n "}, {"name": "x" * 121}, {"name": "\x00"}, {"days_before": -1}, {"days_before": 731}],
)
def test_a_bad_step_is_refused_and_unpublished(researcher: Member, content: dict[str, Any]):
    idea = make_planned(researcher, 45)[0].idea
    before = last()

    with pytest.raises(ValidationError) as refusal:
        add_milestone(by=researcher, idea=idea, content={"name": "x", "days_before": 1, **content}, at=timezone.now())

    assert (list(refusal.value.message_dict), changes(before)) == (list(content), [])
    assert idea.milestones.count() == 1


def test_partners_do_not_change_the_plan(researcher: Member, administrator: Member, firm: Organisation):
    first = make_planned(researcher)[0]
    make_partner(first.idea, administrator, firm)
    content, at, before = {"name": "x", "days_before": 1}, timezone.now(), last()

    for refused in (
        lambda: add_milestone(by=administrator, idea=first.idea, content=content, at=at),
        lambda: edit_milestone(by=administrator, milestone=first, content=content, at=at),
        lambda: remove_milestone(by=administrator, milestone=first),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert (changes(before), Milestone.objects.count()) == ([], 2)


def test_a_plan_has_an_end(researcher: Member):
    idea = make_planned(researcher, *range(MAX_MILESTONES))[0].idea

    with pytest.raises(Conflict, match="plan_full"):
        add_milestone(by=researcher, idea=idea, content={"name": "x", "days_before": 1}, at=timezone.now())


def test_a_step_that_is_gone_is_said_to_be(researcher: Member):
    first = make_planned(researcher)[0]
    gone = Milestone.objects.get(pk=first.pk)
    remove_milestone(by=researcher, milestone=first)
    content, at = {"name": "x", "days_before": 1}, timezone.now()

    for refused in (
        lambda: tick_milestone(by=researcher, milestone=gone, done=True, at=at),
        lambda: edit_milestone(by=researcher, milestone=gone, content=content, at=at),
        lambda: remove_milestone(by=researcher, milestone=gone),
    ):
        with pytest.raises(Conflict, match="milestone_gone"):
            refused()


def test_an_idea_that_is_planned_says_nothing_of_it_to_others(researcher: Member):
    first = make_planned(researcher)[0]
    before = Idea.objects.filter(pk=first.idea_id).values().get()

    tick_milestone(by=researcher, milestone=first, done=True, at=timezone.now() + timedelta(days=1))

    assert Idea.objects.filter(pk=first.idea_id).values().get() == before


# Leaving the team ---------------------------------------------------------------------------------------------------


def checked(after: int) -> list[str]:
    """The topics whose followers are checked before they are told anything more."""
    rows = Change.objects.filter(pk__gt=after, topic__name="~", kind="topic").order_by("pk")
    return [row.payload["id"] for row in rows]


def test_followers_of_the_plan_are_checked_when_a_partner_leaves(
    researcher: Member, administrator: Member, firm: Organisation
):
    idea = make_planned(researcher)[0].idea
    request, before = make_partner(idea, administrator, firm), last()

    withdraw_join_request(by=administrator, request=request, at=timezone.now())

    assert plan_topic(idea.pk) in checked(before)


def test_followers_of_the_plan_are_checked_when_an_author_becomes_a_reader(researcher: Member, outsider: Member):
    idea = make_planned(researcher, authors=[researcher, outsider])[0].idea
    before = last()

    content = {"authors": [researcher], "invited": [outsider]}
    edit_idea(by=researcher, idea=idea, content=content, version=idea.version, at=timezone.now())

    assert checked(before) == [plan_topic(idea.pk)]


# The template -------------------------------------------------------------------------------------------------------

STEP: dict[str, Any] = {"name_it": "Etica", "name_en": "Ethics", "days_before": 20}


def test_staff_keep_the_template(staff: Member):
    made = add_step(by=staff, content=STEP)
    again = add_step(by=staff, content=STEP)
    edit_step(by=staff, step=made, content={**STEP, "days_before": 25, "retired": True})

    rows = PlanStep.objects.order_by("pk").values_list("code", "name_it", "days_before", "retired")
    assert list(rows) == [("ethics", "Etica", 25, True), ("ethics-2", "Etica", 20, False)]
    assert again.name_en == "Ethics"


def test_only_staff_keep_the_template(researcher: Member, lead: Member):
    step = make_step()

    for member in (researcher, lead):
        with pytest.raises(NotAllowed):
            add_step(by=member, content=STEP)
        with pytest.raises(NotAllowed):
            edit_step(by=member, step=step, content=STEP)


@pytest.mark.parametrize(
    "content",
    [{"name_it": ""}, {"name_en": "\x00"}, {"name_it": "x" * 121}, {"days_before": 10**9}, {"days_before": -1}],
)
def test_a_bad_step_of_the_template_is_refused(staff: Member, content: dict[str, Any]):
    with pytest.raises(ValidationError) as refusal:
        add_step(by=staff, content={**STEP, **content})

    assert (list(refusal.value.message_dict), PlanStep.objects.count()) == (list(content), 0)


def test_plans_that_exist_keep_their_steps_whatever_the_template_becomes(researcher: Member, staff: Member):
    first = make_planned(researcher, 45)[0]
    old = first.step
    assert old

    edit_step(by=staff, step=old, content={**STEP, "days_before": 50})
    edited = PlanStep.objects.get(retired=False)
    first = Milestone.objects.select_related("step").get(pk=first.pk)

    assert (first.title, first.days_before, first.step.retired) == (old.name_it, 45, True)
    assert (edited.name_en, edited.days_before, edited.pk != old.pk) == ("Ethics", 50, True)


def test_a_step_that_no_plan_has_is_renamed_in_its_place(staff: Member):
    step = make_step()

    edit_step(by=staff, step=step, content=STEP)

    assert PlanStep.objects.get().name_it == "Etica"
