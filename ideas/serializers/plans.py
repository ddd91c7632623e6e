"""Output shapes of plans: the live change, the API, and calendars."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from ideas.exchange.ical_out import Appointment
from ideas.models import Deadline, Member, Milestone
from ideas.queries.plans import Plan, Step, day_of
from ideas.serializers.deadlines import uid


class DoerSerializer(serializers.Serializer[Member]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PlanDeadlineSerializer(serializers.Serializer[Deadline]):
    at = serializers.DateTimeField(default_timezone=UTC)
    zone = serializers.CharField()
    kind = serializers.CharField()


class StepSerializer(serializers.Serializer[Step]):
    """A step of a plan: its name in both languages, and its day on the deadline's own clock; null without a deadline.

    `step` is the code of the template's step, null for one of the team's own.
    """

    id = serializers.IntegerField(source="milestone.id")
    step = serializers.CharField(source="milestone.step.code", allow_null=True, default=None)
    name_it = serializers.SerializerMethodField()
    name_en = serializers.SerializerMethodField()
    days_before = serializers.IntegerField(source="milestone.days_before")
    day = serializers.DateField(allow_null=True)
    done_at = serializers.DateTimeField(source="milestone.done_at", default_timezone=UTC, allow_null=True)
    done_by = DoerSerializer(source="milestone.done_by", allow_null=True)

    def get_name_it(self, step: Step) -> str:
        row = step.milestone
        return row.name or (row.step.name_it if row.step else "")

    def get_name_en(self, step: Step) -> str:
        row = step.milestone
        return row.name or (row.step.name_en if row.step else "")


class PlanSerializer(serializers.Serializer[Plan]):
    """{idea, deadline, milestones}: the whole plan, which stays true whatever the hour."""

    idea = serializers.IntegerField(source="idea.pk")
    deadline = PlanDeadlineSerializer(allow_null=True)
    milestones = StepSerializer(source="steps", many=True)


class StepTodaySerializer(StepSerializer):
    """The same, and how many days are left of `context["today"]` on the deadline's clock; negative means overdue."""

    days_left = serializers.SerializerMethodField()

    def get_days_left(self, step: Step) -> int | None:
        today: date | None = self.context["today"]
        return (step.day - today).days if step.day and today else None


class PlanTodaySerializer(PlanSerializer):
    """The plan as the API answers it, on the day that is `context["today"]`."""

    milestones = StepTodaySerializer(source="steps", many=True)


def milestone_appointments(milestones: Iterable[Milestone], *, site: str) -> list[Appointment]:
    """Prepare steps of plans for a calendar, each for its whole day, in the language that is active.

    They come with idea, deadline and step loaded; those without a deadline have no day and are left out. `site`: its
    address, "https://…".
    """
    return [
        _appointment(row, row.idea.deadline, site)
        for row in sorted(milestones, key=lambda row: (row.idea_id, -row.days_before, row.pk))
        if row.idea.deadline
    ]


def _appointment(row: Milestone, deadline: Deadline, site: str) -> Appointment:
    idea = row.idea
    page = site + reverse("plans:detail", args=[idea.reference])
    return Appointment(
        # With another target the idea has other days, whose numbers begin anew: they are other events.
        uid=uid(f"milestone-{row.pk}", deadline.pk, site),
        sequence=row.sequence + deadline.sequence,
        at=datetime.combine(day_of(row.days_before, deadline), time(12), ZoneInfo(deadline.zone)),
        zone=deadline.zone,
        changed_at=max(row.changed_at, deadline.changed_at),
        summary=f"{'✓ ' if row.done_at else ''}{row.title} · {idea.acronym or idea.reference}",
        description="\n".join([idea.title, page]),
        url=page,
        categories=(_("Plan"),),
        all_day=True,
    )
