"""Writes of plans: an idea's own steps, and the template that staff keep.

They leave the idea's row alone: a plan that moves must not show on a board that others see.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import lock_idea
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Milestone, PlanStep
from ideas.queries.plans import proposal_for
from ideas.rules.plans import can_begin, can_change_plan, can_edit_steps, can_tick

MILESTONE = ("name", "days_before")
STEP = ("name_it", "name_en", "days_before", "retired")
MAX_NAME_CHARS = 120
MAX_DAYS = 730
MAX_MILESTONES = 40


@transaction.atomic(durable=True)
def make_plan(*, by: Member, idea: Idea, at: datetime) -> list[Milestone]:
    """Give an idea the steps of the template, counted back from its deadline, and show the team.

    Raises NotAllowed, Conflict("already_planned", "no_deadline", "call_closed", "wrong_state", "no_plan_steps").
    """
    idea = _lock(idea.pk, by)
    if idea.deadline is None:
        raise Conflict("no_deadline")
    if not can_begin(idea, at):
        raise Conflict("call_closed" if idea.deadline.at < at else "wrong_state")
    if idea.milestones.exists():
        raise Conflict("already_planned")
    rows = [step.milestone for step in proposal_for(idea).steps]
    if not rows:
        raise Conflict("no_plan_steps")
    for row in rows:
        row.changed_at = at
        row.save(force_insert=True)
    publish.plan_changed(idea)
    return rows


@transaction.atomic(durable=True)
def add_milestone(*, by: Member, idea: Idea, content: Mapping[str, Any], at: datetime) -> Milestone:
    """Put a step of the team's own into a plan. `content` maps names of `MILESTONE`.

    Raises NotAllowed, ValidationError by field, Conflict("plan_full").
    """
    idea = _lock(idea.pk, by)
    if idea.milestones.count() >= MAX_MILESTONES:
        raise Conflict("plan_full")
    milestone = Milestone(idea=idea)
    _fill(milestone, content, at)
    milestone.save(force_insert=True)
    publish.plan_changed(idea)
    return milestone


@transaction.atomic(durable=True)
def edit_milestone(*, by: Member, milestone: Milestone, content: Mapping[str, Any], at: datetime) -> Milestone:
    """Rename a step, or give it other days. An empty name is that of the template's step, in the reader's language.

    Raises NotAllowed, ValidationError by field, Conflict("milestone_gone").
    """
    idea = _lock(milestone.idea_id, by)
    milestone = _read_again(milestone)
    _fill(milestone, content, at)
    milestone.sequence += 1
    milestone.save(update_fields=["name", "days_before", "sequence", "changed_at"])
    publish.plan_changed(idea)
    return milestone


@transaction.atomic(durable=True)
def remove_milestone(*, by: Member, milestone: Milestone) -> None:
    """Take a step out of a plan. Raises NotAllowed, Conflict("milestone_gone")."""
    idea = _lock(milestone.idea_id, by)
    _read_again(milestone).delete()
    publish.plan_changed(idea)


@transaction.atomic(durable=True)
def tick_milestone(*, by: Member, milestone: Milestone, done: bool, at: datetime) -> Milestone:
    """Tick a step off, or take the tick away, live for the whole team.

    What is so already stays as it is, with who ticked it first, and tells nobody.
    Raises NotAllowed, Conflict("milestone_gone").
    """
    idea = lock_idea(milestone.idea_id)
    if not can_tick(by, idea):
        raise NotAllowed
    milestone = _read_again(milestone)
    if done == (milestone.done_at is not None):
        return milestone
    milestone.done_at, milestone.done_by = (at, by) if done else (None, None)
    milestone.sequence += 1
    milestone.changed_at = at
    milestone.save(update_fields=["done_at", "done_by", "sequence", "changed_at"])
    publish.plan_changed(idea)
    return milestone


# The template -------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def add_step(*, by: Member, content: Mapping[str, Any]) -> PlanStep:
    """Put a step into the template, for the plans that are made from now on. `content` maps names of `STEP`.

    Raises NotAllowed, ValidationError by field.
    """
    if not can_edit_steps(by):
        raise NotAllowed
    step = PlanStep()
    _fill_step(step, content)
    step.code = _free_code(step.name_en)
    step.save(force_insert=True)
    return step


@transaction.atomic(durable=True)
def edit_step(*, by: Member, step: PlanStep, content: Mapping[str, Any]) -> PlanStep:
    """Change a step of the template, retire it, or bring it back. Plans that exist keep theirs: a step that is in one
    and gets another name is retired as it is, and a new one takes its place in the template.

    Returns the step of the template. Raises NotAllowed, ValidationError by field.
    """
    if not can_edit_steps(by):
        raise NotAllowed
    step = PlanStep.objects.select_for_update().get(pk=step.pk)
    names = (step.name_it, step.name_en)
    _fill_step(step, content)
    if names != (step.name_it, step.name_en) and Milestone.objects.filter(step=step).exists():
        PlanStep.objects.filter(pk=step.pk).update(retired=True)
        step.pk, step.code = None, _free_code(step.name_en)
        step.save(force_insert=True)
    else:
        step.save(update_fields=[*STEP])
    return step


def _lock(idea_id: int, by: Member) -> Idea:
    """Load an idea whose plan `by` may change, for a write. Raises NotAllowed."""
    idea = lock_idea(idea_id)
    if not can_change_plan(by, idea):
        raise NotAllowed
    return idea


def _read_again(milestone: Milestone) -> Milestone:
    found = Milestone.objects.select_related("step").filter(pk=milestone.pk).first()
    if found is None:
        raise Conflict("milestone_gone")
    return found


def _fill(milestone: Milestone, content: Mapping[str, Any], at: datetime) -> None:
    _check_names(content, MILESTONE)
    name = _line("name", content["name"], required=milestone.step is None)
    milestone.name, milestone.days_before = name, _days(content["days_before"])
    milestone.changed_at = at


def _fill_step(step: PlanStep, content: Mapping[str, Any]) -> None:
    _check_names(content, STEP)
    step.name_it, step.name_en = (_line(name, content[name], required=True) for name in ("name_it", "name_en"))
    step.days_before, step.retired = _days(content["days_before"]), content.get("retired", False)


def _check_names(content: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = set(content) - set(known)
    if unknown:
        raise TypeError(f"Not content of a plan: {sorted(unknown)}")


def _line(name: str, value: str, *, required: bool) -> str:
    cleaned = text.clean_line(name, value, most=MAX_NAME_CHARS)
    if required and not cleaned:
        raise ValidationError({name: ValidationError(_("Give the step a name."), code="required")})
    return cleaned


def _days(value: int) -> int:
    if not 0 <= value <= MAX_DAYS:
        error = ValidationError(_("Give a number of days from 0 to %(limit)d."), params={"limit": MAX_DAYS})
        raise ValidationError({"days_before": error})
    return value


def _free_code(name: str) -> str:
    base = slugify(name)[:30] or "step"
    taken = set(PlanStep.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken)
