"""The way back from a deadline: the steps that staff propose, and an idea's own milestones."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.models.taxonomy import Named


class PlanStep(Named):
    """A step of the template: so many days before the deadline. A retired one is no longer proposed."""

    code = models.SlugField(max_length=40, unique=True)
    name_it = models.CharField(_("name in Italian"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    days_before = models.PositiveSmallIntegerField(_("days before the deadline"))
    retired = models.BooleanField(_("retired"), default=False)

    class Meta:
        ordering = ["-days_before", "id"]


class Milestone(models.Model):
    """A step of an idea's plan. Its day follows from the idea's deadline, so that it can't go stale when that moves.

    `name` is empty where the template's step names it in the reader's language.
    """

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="milestones")
    step = models.ForeignKey(PlanStep, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    days_before = models.PositiveSmallIntegerField(_("days before the deadline"))
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-days_before", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "step"], condition=models.Q(step__isnull=False), name="unique_step_per_idea"
            ),
            models.CheckConstraint(
                condition=models.Q(step__isnull=False) | ~models.Q(name=""), name="milestone_has_name"
            ),
        ]

    @property
    def title(self) -> str:
        """Its own name, or that of its step in the reader's language (loaded with it)."""
        return self.name or (self.step.name if self.step else "")
