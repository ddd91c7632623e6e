"""What came from outside: the log of imports, and news that may be calls."""

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


class Import(models.Model):
    """The log of imports: what was read, and each row that was refused: [{"line": 7, "reason": "…"}].

    `report` lists the rows in the order of the file: [{"line", "outcome", "identifier", "what"}]. `applied_at` is None
    for a preview that nobody confirmed; its file is kept until then under `kept_as`.
    """

    format = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    report = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    kept_as = models.CharField(max_length=100, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
