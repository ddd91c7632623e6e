"""Joining: the places an idea offers, and the organisations that ask for them. The accepted ones are the consortium."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import JOIN_LIVE, Commitment, ConsortiumRole, JoinState
from ideas.models.ideas import Idea


class RoleSlot(models.Model):
    """A partner that an idea looks for. `filled` counts accepted requests, kept at the write."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="slots")
    role = models.CharField(_("role"), max_length=20, choices=ConsortiumRole, default=ConsortiumRole.BENEFICIARY)
    expertise = models.CharField(_("expertise looked for"), max_length=200)
    work = models.TextField(_("work to be done"), blank=True)
    kinds = models.JSONField(_("kinds of organisation"), default=list, blank=True)
    accredited = models.BooleanField(_("accredited laboratory"), default=False)
    wanted = models.PositiveSmallIntegerField(_("how many"), default=1)
    mandatory = models.BooleanField(_("mandatory"), default=False)
    filled = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(wanted__gte=1), name="slot_wants_at_least_one"),
            models.CheckConstraint(condition=models.Q(filled__lte=models.F("wanted")), name="slot_not_overfilled"),
        ]

    def __str__(self) -> str:
        return self.expertise


class JoinRequest(models.Model):
    idea = models.ForeignKey(Idea, models.CASCADE, related_name="join_requests")
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, related_name="join_requests")
    slot = models.ForeignKey(RoleSlot, models.SET_NULL, null=True, blank=True, related_name="join_requests")
    role = models.CharField(_("role"), max_length=20, choices=ConsortiumRole, default=ConsortiumRole.BENEFICIARY)
    contribution = models.TextField(_("what you bring"))
    message = models.TextField(_("message to the authors"), blank=True)
    can_coordinate = models.BooleanField(_("willing to coordinate"), default=False)
    state = models.CharField(max_length=20, choices=JoinState)
    commitment = models.CharField(max_length=20, choices=Commitment, default=Commitment.INTERESTED)
    asked_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="join_requests")
    asked_at = models.DateTimeField()
    authorised_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    authorised_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # When it became a partner; stays when it leaves.
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organisation", "state"], name="join_request_by_organisation")]
        constraints = [
            models.UniqueConstraint(
                fields=["idea", "organisation"],
                condition=models.Q(state__in=sorted(JOIN_LIVE)),
                name="unique_live_request_per_organisation",
            )
        ]
