"""What each organisation of a consortium brings, in figures, and whom to ask there: for the team only."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.models.ideas import Idea

MAX_BUDGET_EUR = 2_000_000_000
MAX_PERSON_MONTHS = 9_999


class PartnerSheet(models.Model):
    """An organisation's line of an idea's consortium sheet; one that nobody has filled in has no row.

    It stands for the organisation and not for its request: the proposing one has a line, too, and one with two roles
    has one. It outlives a partner that leaves, and shows again only if that one comes back. `contact` is shown only
    while they belong to the organisation. `version` is the number of the last save.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="partner_sheets")
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, related_name="+")
    contact = models.ForeignKey(
        "ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("contact person")
    )
    budget_eur = models.PositiveIntegerField(
        _("indicative budget in euros"), null=True, blank=True, validators=[MaxValueValidator(MAX_BUDGET_EUR)]
    )
    person_months = models.DecimalField(
        _("person-months"), max_digits=5, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MAX_PERSON_MONTHS)],
    )  # fmt: skip
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["idea", "organisation"], name="unique_partner_sheet"),
            models.CheckConstraint(
                condition=models.Q(person_months=None) | models.Q(person_months__gte=0),
                name="partner_sheet_months_not_below_zero",
            ),
        ]


class PartnerLetter(models.Model):
    """The signed letter of a partner, a file for partners only, kept with its request; it goes with the file."""

    request = models.OneToOneField("ideas.JoinRequest", models.CASCADE, related_name="letter")
    attachment = models.OneToOneField("ideas.Attachment", models.CASCADE, related_name="letter_of")
