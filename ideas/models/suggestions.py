"""What people said of suggestions: that an organisation isn't for a place, or an idea not for an organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.choices import SuggestionSide, SuggestionVerdict
from ideas.models.ideas import Idea
from ideas.models.joining import RoleSlot


class SuggestionMark(models.Model):
    """A word on a suggestion: the last one of a side counts, and none is changed, so that all of them can be read.

    The authors set an organisation aside for one place (`slot`), the people of an organisation set an idea aside as a
    whole. `about` is what the place asked for when it was said, for what is learnt from it.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="suggestion_marks")
    organisation = models.ForeignKey("ideas.Organisation", models.CASCADE, related_name="suggestion_marks")
    slot = models.ForeignKey(RoleSlot, models.CASCADE, null=True, blank=True, related_name="suggestion_marks")
    side = models.CharField(max_length=20, choices=SuggestionSide)
    verdict = models.CharField(max_length=20, choices=SuggestionVerdict)
    reason = models.TextField(_("reason"), blank=True)
    about = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side=SuggestionSide.ORGANISATION) | models.Q(slot__isnull=False),
                name="suggestion_of_authors_has_a_slot",
            )
        ]


class SuggestionStamp(models.Model):
    """What changes with every write of an organisation, its tags, its people, or of who sees a value chain's ideas: who
    keeps all organisations in memory compares it.

    The database writes it, by triggers (`ideas/management/triggers.py`); random for the reason that `CatalogueStamp`
    gives.
    """

    stamp = models.BigIntegerField()
