"""Attachments: files beside an idea's text."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import AttachmentAudience
from ideas.models.ideas import Idea


class Attachment(models.Model):
    """A file as it was given; a row never changes, it only goes, or along with its idea into another one.

    `client_id` is chosen by the sender's browser: sending the same one again gives the same attachment. `kept_as` and
    `thumbnail_as` are names in the storage that nobody chose or can guess; a file without a thumbnail has none.
    `organisation`: against whose quota it counts; of somebody without one it counts against their own.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="attachments")
    uploaded_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    client_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=150)
    suffix = models.CharField(max_length=8)
    audience = models.CharField(_("who may read it"), max_length=20, choices=AttachmentAudience)
    size_bytes = models.PositiveIntegerField()
    kept_as = models.CharField(max_length=100, unique=True)
    thumbnail_as = models.CharField(max_length=100, blank=True)
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "uploaded_by", "client_id"], name="unique_attachment_per_client_id")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachments:download", args=[self.pk])
