"""Joining: the places an idea offers, and the organisations that ask for them. The accepted ones are the consortium."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import JOIN_DUE, JOIN_LIVE, Commitment, ConsortiumRole, JoinAct, JoinState
from ideas.models.ideas import Idea


class RoleSlot(models.Model):
    """A partner that an idea looks for. `filled` counts accepted requests and those of `outside`, kept at the write.

    `outside` are those that its authors filled by hand, with somebody who isn't a partner here.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="slots")
    role = models.CharField(_("role"), max_length=20, choices=ConsortiumRole, default=ConsortiumRole.BENEFICIARY)
    expertise = models.CharField(_("expertise looked for"), max_length=200)
    work = models.TextField(_("work to be done"), blank=True)
    kinds = models.JSONField(_("kinds of organisation"), default=list, blank=True)
    accredited = models.BooleanField(_("accredited laboratory"), default=False)
    wanted = models.PositiveSmallIntegerField(_("how many"), default=1)
    mandatory = models.BooleanField(_("mandatory"), default=False)
    filled = models.PositiveSmallIntegerField(default=0)
    outside = models.PositiveSmallIntegerField(default=0, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(wanted__gte=1), name="slot_wants_at_least_one"),
            models.CheckConstraint(condition=models.Q(filled__lte=models.F("wanted")), name="slot_not_overfilled"),
            models.CheckConstraint(condition=models.Q(outside__lte=models.F("filled")), name="slot_outside_is_filled"),
        ]

    def __str__(self) -> str:
        return self.expertise


class JoinRequest(models.Model):
    """An organisation asks for a place in an idea, or is invited to one (`invited_by` an author).

    `asked_by` speaks for the organisation: of an invitation its author until somebody of the organisation answers.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="join_requests")
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, related_name="join_requests")
    slot = models.ForeignKey(RoleSlot, models.SET_NULL, null=True, blank=True, related_name="join_requests")
    role = models.CharField(_("role"), max_length=20, choices=ConsortiumRole, default=ConsortiumRole.BENEFICIARY)
    contribution = models.TextField(_("what you bring"))
    # To the authors; of an invitation, to the organisation.
    message = models.TextField(_("message to the authors"), blank=True)
    can_coordinate = models.BooleanField(_("willing to coordinate"), default=False)
    state = models.CharField(max_length=20, choices=JoinState)
    commitment = models.CharField(max_length=20, choices=Commitment, default=Commitment.INTERESTED)
    asked_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="join_requests")
    asked_at = models.DateTimeField()
    invited_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    authorised_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    authorised_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # When it became a partner; stays when it leaves.
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Until when somebody may act, while somebody has to (`JOIN_DUE`); and whether they were reminded of it.
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["organisation", "state"], name="join_request_by_organisation"),
            models.Index(
                fields=["expires_at"], condition=models.Q(state__in=sorted(JOIN_DUE)), name="join_request_by_expiry"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "organisation"],
                condition=models.Q(state__in=sorted(JOIN_LIVE), slot__isnull=False),
                name="unique_live_request_per_place",
            ),
            models.UniqueConstraint(
                fields=["idea", "organisation", "role"],
                condition=models.Q(state__in=sorted(JOIN_LIVE), slot__isnull=True),
                name="unique_live_request_per_role",
            ),
        ]

    @property
    def is_invitation(self) -> bool:
        """Whether the authors began it."""
        return self.invited_by_id is not None


class JoinStep(models.Model):
    """A line of a request's history: what was done, by whom (None: by time), when, and why."""

    request = models.ForeignKey(JoinRequest, models.CASCADE, related_name="steps")
    act = models.CharField(max_length=20, choices=JoinAct)
    by = models.ForeignKey("ideas.Member", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
