"""Parsing of what authors write into a plan, and staff into its template; the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ideas.actions.plans import MAX_DAYS, MAX_NAME_CHARS
from ideas.models import Milestone, PlanStep


def _days() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Days before the deadline"), min_value=0, max_value=MAX_DAYS,
        help_text=_("Calendar days. If the deadline moves, the step moves with it."),
    )  # fmt: skip


class MilestoneForm(forms.Form):
    """A step of an idea's plan; `content` is what the action takes."""

    name = forms.CharField(label=_("What must be done by then"), max_length=MAX_NAME_CHARS)
    days_before = _days()

    def __init__(self, *args: Any, milestone: Milestone | None = None, **kwargs: Any) -> None:
        self.step = milestone.step if milestone else None
        if milestone:
            kwargs.setdefault("initial", {"name": milestone.title, "days_before": milestone.days_before})
        super().__init__(*args, **kwargs)

    @property
    def content(self) -> dict[str, Any]:
        """{name, days_before}. Left as the template says it, a name goes on in either language."""
        name = self.cleaned_data["name"]
        own = "" if self.step and name == self.step.name else name
        return {"name": own, "days_before": self.cleaned_data["days_before"]}


class PlanStepForm(forms.Form):
    """A step of the template, in both languages."""

    name_it = forms.CharField(label=_("Name in Italian"), max_length=MAX_NAME_CHARS)
    name_en = forms.CharField(label=_("Name in English"), max_length=MAX_NAME_CHARS)
    days_before = forms.IntegerField(label=_("Days before the deadline"), min_value=0, max_value=MAX_DAYS)
    retired = forms.BooleanField(
        label=_("Retired"), required=False, help_text=_("New plans no longer get it; those that have it keep it.")
    )

    def __init__(self, *args: Any, step: PlanStep | None = None, **kwargs: Any) -> None:
        if step:
            kwargs.setdefault("initial", forms.model_to_dict(step, fields=self.base_fields))
        super().__init__(*args, **kwargs)
        if step is None:
            del self.fields["retired"]
