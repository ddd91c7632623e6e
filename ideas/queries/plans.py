"""Reads of plans: who sees one, its steps with their days, and the steps of a member's ideas for their calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ideas.choices import JoinState
from ideas.models import Deadline, Idea, JoinRequest, Member, Milestone, PlanStep
from ideas.queries.ideas import Viewer, visible_to
from ideas.rules.plans import STILL_AHEAD, Lateness, can_begin, lateness


@dataclass(frozen=True)
class Step:
    """A milestone and its day on the deadline's own clock, None without a deadline."""

    milestone: Milestone
    day: date | None


@dataclass(frozen=True)
class Plan:
    """An idea's way back from its deadline, the earliest step first; the idea may have no deadline any more."""

    idea: Idea
    steps: list[Step]

    @property
    def deadline(self) -> Deadline | None:
        """The deadline of which the days are counted."""
        return self.idea.deadline

    def today(self, at: datetime) -> date | None:
        """The day that the deadline's own clock shows."""
        return at.astimezone(ZoneInfo(self.deadline.zone)).date() if self.deadline else None


def plans_visible_to(member: Viewer) -> QuerySet[Idea]:
    """Select the ideas on whose team the member is, which see its plan: authors, and the people of its partners.

    A part of `visible_to`; nobody else sees a plan, whatever they see of the idea, cluster staff included.
    """
    if not isinstance(member, Member) or not member.is_active:
        return Idea.objects.none()
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    joined = JoinRequest.objects.filter(
        state=JoinState.ACCEPTED, organisation__affiliations__member=member.pk
    ).order_by()
    return visible_to(member, ()).filter(Q(id__in=authored) | Q(id__in=joined.values("idea_id")))


def milestones_visible_to(member: Viewer) -> QuerySet[Milestone]:
    """Select the steps of the plans that a member sees."""
    return Milestone.objects.filter(idea__in=plans_visible_to(member).values("id"))


def plan_of(idea: Idea) -> Plan:
    """Read an idea's plan in one query, and one for its deadline where that isn't loaded."""
    rows = idea.milestones.select_related("step", "done_by").order_by("-days_before", "id")
    return _dated(idea, rows)


def proposal_for(idea: Idea) -> Plan:
    """The plan that an idea would get from the template as it is now; nothing of it is written. One query."""
    return _dated(idea, [Milestone(idea=idea, step=step, days_before=step.days_before) for step in steps_in_use()])


def _dated(idea: Idea, rows: Iterable[Milestone]) -> Plan:
    deadline = idea.deadline
    return Plan(idea, [Step(row, day_of(row.days_before, deadline) if deadline else None) for row in rows])


def day_of(days_before: int, deadline: Deadline) -> date:
    """The calendar day so many days before a deadline, on the deadline's own clock.

    A deadline at midnight ends the day before: nobody works on the day that has just begun.
    """
    last = deadline.at.astimezone(UTC) - timedelta(microseconds=1)
    return last.astimezone(ZoneInfo(deadline.zone)).date() - timedelta(days=days_before)


def lateness_of(plan: Plan, at: datetime) -> Lateness:
    """Say how late a plan is, made or proposed.

    Nothing is late without a deadline ahead, nor for a proposal that is in, or given up.
    """
    today = plan.today(at)
    if today is None or not can_begin(plan.idea, at):
        return Lateness()
    return lateness([(step.day, step.milestone.done_at is not None) for step in plan.steps if step.day], today)


def milestones_of_member(member: Member, since: datetime) -> list[Milestone]:
    """Read the steps of the plans of a member's ideas, for their calendar, with idea, deadline and step; two queries.

    Ideas whose deadline ended before `since`, and those given up, are left out.
    """
    rows = milestones_visible_to(member).filter(
        idea__deadline__at__gte=since, idea__state__in=STILL_AHEAD, idea__deadline__isnull=False
    )
    return list(rows.select_related("idea__deadline", "step", "done_by").order_by("idea__deadline__at", "pk"))


# The template -------------------------------------------------------------------------------------------------------


def steps_in_use() -> QuerySet[PlanStep]:
    """The steps that a new plan gets, the earliest first."""
    return PlanStep.objects.filter(retired=False).order_by("-days_before", "id")


def all_steps() -> QuerySet[PlanStep]:
    """Every step, the earliest first and the retired ones last, each with the number of plans it is in: `plans`."""
    used = Milestone.objects.filter(step=OuterRef("pk")).order_by().values("step").annotate(n=Count("pk")).values("n")
    plans = Coalesce(Subquery(used), 0)
    return PlanStep.objects.annotate(plans=plans).order_by("retired", "-days_before", "id")
