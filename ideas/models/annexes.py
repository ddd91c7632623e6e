"""The confidential annex of an idea, for its authors and confirmed partners, and the record of who opened it."""

from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.models.attachments import Attachment
from ideas.models.ideas import LONG, Idea

MAX_CHARS = 2 * LONG


class Annex(models.Model):
    """`html` is made of `text` at the write; `version` is the number of the last save, 0 before the first.

    A row without text holds only the record: files for partners were downloaded, or the text was taken out.
    `kept_for`: the partners of an idea that went into another one; they read its annex on, though they left it.
    """

    idea = models.OneToOneField(Idea, models.CASCADE, related_name="annex")
    text = models.TextField(_("text"), blank=True, max_length=MAX_CHARS, validators=[MaxLengthValidator(MAX_CHARS)])
    html = models.TextField(blank=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    kept_for = models.ManyToManyField("ideas.Organisation", blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version=0, text="", changed_at=None, changed_by=None)
                | models.Q(version__gte=1, changed_at__isnull=False, changed_by__isnull=False),
                name="annex_saved_by_somebody",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("annexes:detail", args=[self.idea.reference])


class AnnexOpening(models.Model):
    """Somebody read a version of the text, or downloaded a file. A row never changes, and outlives its file.

    `organisation`: the partner for which the member reads. `version` is None for a file, `file_name` "" for the text.
    """

    annex = models.ForeignKey(Annex, models.CASCADE, related_name="openings")
    member = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(null=True, blank=True)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, blank=True, related_name="+")
    file_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["annex", "member", "-at"], name="annex_opening_of_member")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(version__isnull=False, attachment=None, file_name="")
                | (models.Q(version=None) & ~models.Q(file_name="")),
                name="annex_opening_of_text_or_file",
            )
        ]
