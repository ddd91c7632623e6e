"""How ideas on a shortlist are judged: the criteria, where a review stands, and what the lead decides."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReviewScheme(models.TextChoices):
    """The criteria of the European Union, all of them or those of a first stage (`rules.reviews.CRITERIA`)."""

    SINGLE_STAGE = "single_stage", _("European criteria: excellence, impact, implementation")
    FIRST_STAGE = "first_stage", _("European criteria of a first stage: excellence, impact")


class ReviewState(models.TextChoices):
    """Where somebody's review of an idea on a list stands. Who was asked and said no has declined."""

    ASKED = "asked", _("To do")
    DRAFT = "draft", pgettext_lazy("review", "Begun")
    DONE = "done", pgettext_lazy("review", "Done")
    DECLINED = "declined", pgettext_lazy("review", "Declined")


# What waits for its reviewer.
REVIEW_DUE: frozenset[str] = frozenset({ReviewState.ASKED, ReviewState.DRAFT})


class Confidence(models.TextChoices):
    LOW = "low", pgettext_lazy("confidence", "Low")
    MEDIUM = "medium", pgettext_lazy("confidence", "Medium")
    HIGH = "high", pgettext_lazy("confidence", "High")


class Outcome(models.TextChoices):
    """What a lead decides about an idea on a list."""

    SHORTLIST = "shortlist", pgettext_lazy("decision", "Shortlist")
    REVISE = "revise", pgettext_lazy("decision", "Revise")
    RESERVE = "reserve", pgettext_lazy("decision", "Reserve")
    DECLINE = "decline", pgettext_lazy("decision", "Decline")


class ScoresShown(models.TextChoices):
    """What of the scores those read who didn't give them, once they are published."""

    NONE = "none", _("No scores")
    OVERALL = "overall", _("The overall score")
    CRITERIA = "criteria", _("The score of each criterion")


class MeetingState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("meeting", "Planned")
    RUNNING = "running", pgettext_lazy("meeting", "Running")
    ENDED = "ended", pgettext_lazy("meeting", "Ended")


class MinuteKind(models.TextChoices):
    """A line of a meeting's minutes: what somebody wrote, or what happened."""

    NOTE = "note", pgettext_lazy("minutes", "Note")
    BEGUN = "begun", _("Meeting begun")
    CAME = "came", pgettext_lazy("minutes", "Came")
    TURNED = "turned", _("Next idea")
    REVEALED = "revealed", _("Marks revealed")
    DECIDED = "decided", _("Decision")
    PASSED = "passed", _("Facilitator changed")
    ENDED = "ended", _("Meeting ended")
