"""The dates of calls, and every change of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import NOT_CLOSING, DeadlineKind
from ideas.models.calls import Call


class Deadline(models.Model):
    """An instant, the zone whose clock the funder means, and the value as the source wrote it.

    `sequence` rises at each change (RFC 5545). `verified` is False where the source's hour can't be trusted.
    `told_at` is the instant that the source told last: None for a date that staff wrote, which no import takes away;
    another than `at` where staff know better, until the source tells a new one.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="deadlines")
    kind = models.CharField(_("kind"), max_length=20, choices=DeadlineKind, default=DeadlineKind.SINGLE)
    number = models.PositiveSmallIntegerField(default=1, help_text=_("1, 2, 3 … among cut-offs of one call."))
    at = models.DateTimeField(_("instant"))
    zone = models.CharField(_("time zone"), max_length=60, default="Europe/Brussels")
    raw = models.CharField(max_length=100, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    verified = models.BooleanField(_("time verified"), default=True)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["at", "id"], name="deadline_by_instant")]
        constraints = [
            models.UniqueConstraint(fields=["call", "kind", "number"], name="unique_deadline_per_kind_and_number")
        ]

    @property
    def is_closing(self) -> bool:
        return self.kind not in NOT_CLOSING

    @property
    def local(self) -> datetime:
        """The instant on the funder's clock."""
        return self.at.astimezone(ZoneInfo(self.zone))


class DeadlineChange(models.Model):
    """A deadline that came (no `old_at`), moved, or went (no `new_at`).

    `deadline_number` and `sequence` are the deadline's own, so that a calendar can cancel one that is gone.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="deadline_changes")
    kind = models.CharField(max_length=20, choices=DeadlineKind)
    number = models.PositiveSmallIntegerField(default=1)
    old_at = models.DateTimeField(null=True, blank=True)
    new_at = models.DateTimeField(null=True, blank=True)
    deadline_number = models.BigIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    zone = models.CharField(max_length=60)
    source = models.CharField(max_length=40)
    by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-id"]
