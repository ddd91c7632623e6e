"""News that may be calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.models.calls import Call


class Candidate(models.Model):
    """An entry of a news feed that may be a call: a person completes it or sets it aside; it is never a live call."""

    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=300)
    title = models.CharField(_("title"), max_length=500)
    url = models.URLField(_("page"), max_length=500, blank=True)
    summary = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    call = models.ForeignKey(Call, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-found_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["source", "source_key"], name="unique_candidate_of_source")]
