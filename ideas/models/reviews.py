"""Reviews: what somebody thinks of an idea on a shortlist, by criteria."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import Confidence, ReviewScheme, ReviewState, ScoresShown
from ideas.models.shortlists import Shortlist, ShortlistEntry


class ReviewRound(models.Model):
    """How the ideas of a list are reviewed. A list without it has no reviews.

    `weights` are {code: weight} of the scheme's criteria, empty where all weigh the same. `own` are the cluster's own
    criteria, judged beside and never weighed: [{code, label}].
    """

    shortlist = models.OneToOneField(Shortlist, models.CASCADE, related_name="round")
    scheme = models.CharField(_("criteria"), max_length=20, choices=ReviewScheme, default=ReviewScheme.SINGLE_STAGE)
    weights = models.JSONField(_("weights"), default=dict, blank=True)
    own = models.JSONField(_("the cluster's own criteria"), default=list, blank=True)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    scores_shown = models.CharField(
        _("scores shown when published"), max_length=20, choices=ScoresShown, default=ScoresShown.NONE
    )
    opened_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()


class Review(models.Model):
    """One member's review of one entry: asked for, begun, done.

    `marks` are {code of criterion: "0.0" … "5.0" in halves, or None for not applicable}, `remarks` {code: text for the
    authors}. `aside` is for the leads alone; of who declined it is the reason. `idea_version` is the version that was
    judged.
    """

    entry = models.ForeignKey(ShortlistEntry, models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey("ideas.Member", models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=20, choices=ReviewState, default=ReviewState.ASKED)
    marks = models.JSONField(default=dict, blank=True)
    remarks = models.JSONField(default=dict, blank=True)
    aside = models.TextField(_("for the leads only"), blank=True)
    confidence = models.CharField(_("confidence"), max_length=20, choices=Confidence, blank=True)
    idea_version = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    # Counts the saves, so that two windows of one reviewer can't overwrite each other unseen.
    version = models.PositiveIntegerField(default=0)
    # The window of the last save: one window's saves follow each other, whatever the count was when it was opened.
    saved_in = models.CharField(max_length=40, blank=True)
    # The due time of which the reviewer was reminded.
    reminded_of = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "reviewer"], name="unique_review_per_reviewer")]
        indexes = [models.Index(fields=["reviewer", "state"], name="review_by_reviewer")]
