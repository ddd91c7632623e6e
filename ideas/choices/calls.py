"""Enumerations of calls and their dates."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.TextChoices):
    REGIONAL = "regional", _("Regional")
    NATIONAL = "national", _("National")
    EUROPEAN = "european", _("European")
    OTHER = "other", _("Other level")


class DeadlineKind(models.TextChoices):
    OPENING = "opening", _("Opening")
    SINGLE = "single", _("Deadline")
    STAGE_1 = "stage_1", _("First stage")
    STAGE_2 = "stage_2", _("Second stage")
    CUT_OFF = "cut_off", _("Cut-off")
    CLICK_DAY = "click_day", _("Click day")
    UNTIL_EXHAUSTED = "until_exhausted", _("Until the budget is exhausted")
    MILESTONE = "milestone", _("The cluster's own date")


# Dates of a call at which nothing closes.
NOT_CLOSING: frozenset[str] = frozenset({DeadlineKind.OPENING, DeadlineKind.MILESTONE})


class CallTags(models.TextChoices):
    """Which calls staff look through when they tag them."""

    FEW = "few", _("Without value chain or KET")
    NONE = "none", _("Without any tag")
    ALL = "all", _("All")


class CallStatus(models.TextChoices):
    """Always derived from the dates (`Call.status_at`), never stored."""

    FORTHCOMING = "forthcoming", _("Forthcoming")
    OPEN = "open", pgettext_lazy("call", "Open")
    CLOSING_SOON = "closing_soon", _("Closing soon")
    BETWEEN_STAGES = "between_stages", _("Between stages")
    CLOSED = "closed", _("Closed")
    UNKNOWN = "unknown", _("No dates yet")


class ImportOutcome(models.TextChoices):
    """What an import does with a call, or did."""

    CREATED = "created", pgettext_lazy("calls", "New")
    CHANGED = "changed", pgettext_lazy("calls", "Changed")
    UNCHANGED = "unchanged", pgettext_lazy("calls", "Unchanged")
    REFUSED = "refused", pgettext_lazy("rows of a file", "Refused")
    MISSING = "missing", _("No longer listed")
