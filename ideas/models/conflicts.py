"""Conflicts of interest that members declare; those that follow from what is known are `queries.conflicts`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConflictOfInterest(models.Model):
    """A member says that they have an interest in an idea: of its reviews and decisions they see nothing."""

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="conflicts")
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="conflicts")
    reason = models.TextField(_("reason"), blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "idea"], name="unique_conflict_of_interest")]
