"""What members follow among the calls, how long before a closing they are reminded, and how far that has gone."""

from django.db import models
from django.db.models import Q


class CallFollow(models.Model):
    """A member follows one call, or every call of a programme, of a value chain or of a KET: exactly one is set.

    `lead_days`: before this call's closings, instead of the member's own choice; None keeps that, [] is silence.
    Who is on the team of an idea follows its target call without a row; a row says otherwise for them, too.
    """

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="follows")
    call = models.ForeignKey("ideas.Call", models.CASCADE, null=True, blank=True, related_name="follows")
    programme = models.CharField(max_length=120, blank=True)
    value_chain = models.ForeignKey("ideas.ValueChain", models.CASCADE, null=True, blank=True, related_name="+")
    ket = models.ForeignKey("ideas.Term", models.CASCADE, null=True, blank=True, related_name="+")
    lead_days = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(call__isnull=False, programme="", value_chain=None, ket=None)
                | (Q(call=None, value_chain=None, ket=None) & ~Q(programme=""))
                | Q(call=None, programme="", value_chain__isnull=False, ket=None)
                | Q(call=None, programme="", value_chain=None, ket__isnull=False),
                name="follow_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["member", "call"], condition=Q(call__isnull=False), name="unique_follow_of_call"
            ),
            models.UniqueConstraint(
                fields=["member", "programme"], condition=~Q(programme=""), name="unique_follow_of_programme"
            ),
            models.UniqueConstraint(
                fields=["member", "value_chain"], condition=Q(value_chain__isnull=False), name="unique_follow_of_chain"
            ),
            models.UniqueConstraint(
                fields=["member", "ket"], condition=Q(ket__isnull=False), name="unique_follow_of_ket"
            ),
        ]


class Reminded(models.Model):
    """How far the reminders of a deadline have gone: everybody was reminded `lead` days before the instant `at`.

    Another instant than the deadline's own is of before it moved: then it begins anew. Beside the deadline and not on
    it, so that reminding doesn't count as a change of a call.
    """

    deadline = models.OneToOneField("ideas.Deadline", models.CASCADE, related_name="reminded")
    at = models.DateTimeField()
    lead = models.PositiveSmallIntegerField()
