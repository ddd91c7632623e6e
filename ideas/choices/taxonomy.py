"""Schemes of terms, and where a value chain stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scheme(models.TextChoices):
    KET_2018 = "ket-2018", _("Key Enabling Technologies (2018)")
    KET_2009 = "ket-2009", _("Key Enabling Technologies (2009)")
    S3 = "s3-2021", _("Smart specialisation areas")
    TRL = "trl", _("Technology readiness levels")
    PROVINCE = "nuts3", _("Provinces")


class ChainStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    COLLECTING = "collecting", _("Collecting interest")
    UNDER_REVIEW = "under_review", _("Under review")
    INCUBATING = "incubating", _("Incubating")
    ACTIVE = "active", _("Active")
    REJECTED = "rejected", _("Rejected")
    DORMANT = "dormant", _("Dormant")
    RETIRED = "retired", _("Retired")
