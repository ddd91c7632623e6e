"""Decisions about the ideas on a list: staged with a text, and published together."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import Outcome
from ideas.models.shortlists import ShortlistEntry


class Decision(models.Model):
    """What is decided of an entry, and what its authors are told. Without `published_at` it is staged: one an entry.

    Published ones stay as they are; the newest counts. `scores` are what the authors read of the reviews, as the
    round's `scores_shown` said on that day: {overall, criteria, remarks}. `answered_at` is when the authors came back
    with what a revision asked for.
    """

    entry = models.ForeignKey(ShortlistEntry, models.CASCADE, related_name="decisions")
    outcome = models.CharField(_("decision"), max_length=20, choices=Outcome)
    text = models.TextField(_("text to the authors"), blank=True)
    scores = models.JSONField(default=dict, blank=True)
    staged_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    staged_at = models.DateTimeField()
    published_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # The idea's version on which it was decided; 0 while it is staged.
    idea_version = models.PositiveIntegerField(default=0)
    # Counts the saves while it is staged.
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(published_at=None), name="unique_staged_decision_per_entry"
            )
        ]
