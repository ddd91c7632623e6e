"""Enumerations of shortlists."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ShortlistState(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    PUBLISHED = "published", _("Published")


class ShortlistAct(models.TextChoices):
    """What somebody did to a shortlist, as its history keeps it."""

    BEGUN = "begun", _("List begun")
    ADDED = "added", _("Idea added")
    MOVED = "moved", _("Idea moved")
    REASONED = "reasoned", _("Reason changed")
    REMOVED = "removed", _("Idea taken off")
    STAGED = "staged", _("Decision staged")
    UNSTAGED = "unstaged", _("Staged decision withdrawn")
    DECIDED = "decided", _("Decisions published")
    PUBLISHED = "published", _("List published")
