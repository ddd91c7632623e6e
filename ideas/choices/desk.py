"""What a lead's desk warns of, the most urgent kind first."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Alarm(models.TextChoices):
    PLACES = "places", _("Places still open shortly before the deadline")
    REQUESTS = "requests", _("Requests to join that nobody answered")
    UNANSWERED = "unanswered", _("Comments that the authors haven't answered")
    SILENT = "silent", _("Ideas on which nobody has said anything")
    UNTARGETED = "untargeted", _("Ideas without a call ahead of them")
