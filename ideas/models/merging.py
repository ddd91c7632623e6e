"""Merging: one idea goes into another, once an author of each has agreed."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import MergeState
from ideas.models.ideas import Idea


class MergeProposal(models.Model):
    """`idea` is to go into `into`. Each side's consent is one author's, as any other step of an idea is.

    `joins`: the author who consented for `idea` wants to be an author of `into`.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="merges_away")
    into = models.ForeignKey(Idea, models.CASCADE, related_name="merges_in")
    state = models.CharField(max_length=20, choices=MergeState, default=MergeState.OPEN)
    reason = models.TextField(_("why they belong together"), blank=True)
    proposed_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    idea_consent_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    idea_consent_at = models.DateTimeField(null=True, blank=True)
    into_consent_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    into_consent_at = models.DateTimeField(null=True, blank=True)
    joins = models.BooleanField(default=True)
    ended_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["idea"], condition=models.Q(state=MergeState.OPEN), name="unique_open_merge_of_idea"
            ),
            models.CheckConstraint(condition=~models.Q(idea=models.F("into")), name="merge_of_two_ideas"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("merging:detail", args=[self.pk])
