"""Shortlists: a value chain's ordered choice of ideas for a purpose."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import ShortlistAct, ShortlistState


class Shortlist(models.Model):
    """`version` counts every change of its entries, so that a move made on an old order is refused."""

    value_chain = models.ForeignKey("ideas.ValueChain", models.PROTECT, related_name="shortlists")
    call = models.ForeignKey("ideas.Call", models.PROTECT, null=True, blank=True, related_name="shortlists")
    title = models.CharField(_("title"), max_length=200)
    purpose = models.TextField(_("purpose"), blank=True)
    state = models.CharField(max_length=20, choices=ShortlistState, default=ShortlistState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    # Whether visitors read its title, and those of its ideas that have a public teaser.
    public_teaser = models.BooleanField(_("public teaser"), default=False)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("shortlists:detail", args=[self.pk])


class ShortlistEntry(models.Model):
    """`frozen` is the idea as it was when the list was published: {title, teaser, acronym, state, html, scores}.
    `html` are its long texts by name, cleaned; `scores` what the lead chose to show of the reviews.

    `shown`: whether members read it on the published list. Of those to be revised or declined only the authors know.

    `tags` are the leads' own short labels, in the order in which they were typed.
    """

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="entries")
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="shortlist_entries")
    position = models.PositiveIntegerField()
    rationale = models.TextField(_("why it is here"), blank=True)
    tags = models.JSONField(_("labels"), default=list, blank=True)
    frozen = models.JSONField(null=True, blank=True)
    shown = models.BooleanField(default=True)
    added_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["shortlist", "idea"], name="unique_idea_per_shortlist"),
            models.UniqueConstraint(fields=["shortlist", "position"], name="unique_position_per_shortlist"),
        ]


class ShortlistChange(models.Model):
    """What somebody did to a list: never changed, never taken out.

    `data`: of a move {before, after}, the order as ids of ideas; of a reason {rationale, tags}, each as [before,
    after]; of an idea that was added or taken off {rationale, tags}; of a decision {outcome}, with its {text} where it
    was withdrawn.
    """

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="changes")
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, null=True, blank=True, related_name="+")
    act = models.CharField(max_length=20, choices=ShortlistAct)
    data = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d}"
