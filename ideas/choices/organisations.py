"""Enumerations of organisations: kinds, what they say of themselves, their people."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationKind(models.TextChoices):
    RESEARCH = "research", _("Research organisation")
    COMPANY = "company", _("Company")
    SME = "sme", _("Small or medium enterprise")
    STARTUP = "startup", _("Start-up")
    TRAINING = "training", _("Training body")
    NETWORK = "network", _("Business network")
    OTHER = "other", _("Other")


class CompetenceKind(models.TextChoices):
    """What an organisation says of itself in words of the vocabulary (`Competence`)."""

    COMPETENCE = "competence", _("Competence")
    EQUIPMENT = "equipment", _("Equipment")
    SERVICE = "service", _("Service")


class CompetenceState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("word", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("word", "Accepted")
    MERGED = "merged", pgettext_lazy("word", "Merged")
    RETIRED = "retired", pgettext_lazy("word", "Retired")


class AffiliationRole(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MEMBER = "member", _("Member")


class AffiliationState(models.TextChoices):
    """Where a member's wish to be one of an organisation's people stands."""

    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AffiliationAct(models.TextChoices):
    """What happened between somebody and an organisation."""

    CAME = "came", _("came")
    ADMINISTRATOR = "administrator", _("became an administrator")
    MEMBER = "member", _("is no longer an administrator")
    LEFT = "left", _("left")
    REMOVED = "removed", _("was removed")
