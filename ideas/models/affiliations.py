"""How people come to an organisation, and what became of it. Who works where now is `members.Affiliation`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import AffiliationAct, AffiliationState


class AffiliationRequest(models.Model):
    """A member says "I work here": they ask an organisation to be one of its people."""

    organisation = models.ForeignKey("ideas.Organisation", models.CASCADE, related_name="affiliation_requests")
    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="affiliation_requests")
    note = models.TextField(_("note"), blank=True)
    state = models.CharField(max_length=20, choices=AffiliationState, default=AffiliationState.PENDING)
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation"],
                condition=models.Q(state=AffiliationState.PENDING),
                name="unique_open_affiliation_request",
            )
        ]


class AffiliationChange(models.Model):
    """A line of an organisation's history: who came, left, or got another role, by whom, when. Never changed."""

    organisation = models.ForeignKey("ideas.Organisation", models.CASCADE, related_name="affiliation_changes")
    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="+")
    act = models.CharField(max_length=20, choices=AffiliationAct)
    by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
