"""Meetings of leads over a shortlist: whose turn it is, what each one thinks, what was said."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import MeetingState, MinuteKind
from ideas.models.shortlists import Shortlist


class Meeting(models.Model):
    """A room over a list: every screen shows `current`. `version` counts every change of what all see."""

    shortlist = models.ForeignKey(Shortlist, models.CASCADE, related_name="meetings")
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(max_length=20, choices=MeetingState, default=MeetingState.PLANNED)
    starts_at = models.DateTimeField(_("when"), null=True, blank=True)
    facilitator = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    current = models.ForeignKey("ideas.MeetingItem", models.SET_NULL, null=True, blank=True, related_name="+")
    # Until when the group means to speak of the current idea; None: no timer.
    ends_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:detail", args=[self.pk])


class MeetingItem(models.Model):
    """An idea of a meeting's agenda. Its marks are each one's own until `revealed_at`.

    It names the idea, not the list's entry: what was said stays when the idea is taken off the list.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    revealed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["meeting", "idea"], name="unique_idea_per_meeting")]


class MeetingMark(models.Model):
    """What one member gives an idea in the meeting: 0 to 5 in halves (stored doubled: 0 to 10)."""

    item = models.ForeignKey(MeetingItem, models.CASCADE, related_name="marks")
    member = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    halves = models.PositiveSmallIntegerField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="unique_mark_per_member"),
            models.CheckConstraint(condition=models.Q(halves__lte=10), name="mark_is_at_most_five"),
        ]


class MeetingMinute(models.Model):
    """A line of the minutes, in order; of an idea (`item`) or of the whole. `data` is what its words need."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="minutes")
    item = models.ForeignKey(MeetingItem, models.CASCADE, null=True, blank=True, related_name="minutes")
    kind = models.CharField(max_length=20, choices=MinuteKind)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
