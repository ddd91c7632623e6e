"""Versions of ideas: every save, so that it can be read what changed."""

from django.db import models


class IdeaVersion(models.Model):
    """The texts and choices of an idea as they were saved: {field: value}."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content = models.JSONField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["idea", "number"], name="unique_version_number_per_idea")]
