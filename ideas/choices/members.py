"""Enumerations of members."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    IT = "it", _("Italian")
    EN = "en", _("English")


class InvitationState(models.TextChoices):
    """Always derived (`Invitation.state_at`), never stored."""

    OPEN = "open", pgettext_lazy("invitation", "Open")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
