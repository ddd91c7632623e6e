"""Ideas: the text, its classification, who may see it, and its history."""

import secrets
from typing import Any

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import IdeaState, IprStatus, Language, Nature, Visibility

LONG = 6_000
TRL = [MinValueValidator(1), MaxValueValidator(9)]
# Ids fall into 256 buckets of this many bits: see `BoardStamp`.
BUCKET_SHIFT = 44


def random_id() -> int:
    """A number that tells nothing of how many ideas there are: with 1, 2, 4 the third would be somebody's secret.

    53 bits at the most, so that a browser's JavaScript reads it exactly.
    """
    return secrets.randbelow(2**52) + 1


def long_text(label: Any) -> "models.TextField[str, str]":
    return models.TextField(label, blank=True, max_length=LONG, validators=[MaxLengthValidator(LONG)])


class Idea(models.Model):
    """`audience` is the visibility as one key, `closes_at` the target's deadline, the counts what a card shows:
    all kept at the write, so that a board page reads rows of one table. `version` is the number of the last save.
    """

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)
    reference = models.CharField(max_length=20, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    teaser = models.CharField(_("teaser"), max_length=400, blank=True)
    language = models.CharField(_("language of the text"), max_length=2, choices=Language, default=Language.IT)

    problem = long_text(_("problem"))
    approach = long_text(_("approach"))
    expected_result = long_text(_("expected result"))
    advantage = long_text(_("state of the art and advantage"))
    # {field: HTML} of the four texts above, made at the write by ideas.text.
    html = models.JSONField(default=dict, editable=False)
    trl_now = models.PositiveSmallIntegerField(_("TRL now"), null=True, blank=True, validators=TRL)
    trl_target = models.PositiveSmallIntegerField(_("TRL at the end"), null=True, blank=True, validators=TRL)
    ipr_status = models.CharField(_("protection of results"), max_length=20, choices=IprStatus, blank=True)
    keywords = models.CharField(_("keywords"), max_length=300, blank=True)

    value_chain = models.ForeignKey("ideas.ValueChain", models.PROTECT, related_name="primary_ideas")
    other_chains = models.ManyToManyField("ideas.ValueChain", related_name="secondary_ideas", blank=True)
    kets = models.ManyToManyField("ideas.Term", related_name="ket_ideas", blank=True)
    s3_area = models.ForeignKey("ideas.Term", models.PROTECT, null=True, blank=True, related_name="s3_ideas")
    nature = models.CharField(_("nature"), max_length=30, choices=Nature, blank=True)
    is_open = models.BooleanField(_("open"), default=False)
    is_disruptive = models.BooleanField(_("disruptive"), default=False)

    call = models.ForeignKey("ideas.Call", models.PROTECT, null=True, blank=True, related_name="ideas")
    deadline = models.ForeignKey("ideas.Deadline", models.SET_NULL, null=True, blank=True, related_name="ideas")
    duration_months = models.PositiveSmallIntegerField(_("duration in months"), null=True, blank=True)
    budget_eur = models.PositiveIntegerField(_("indicative budget in euros"), null=True, blank=True)

    geography = models.CharField(_("where partners are sought"), max_length=200, blank=True)
    interest_until = models.DateField(_("expressions of interest until"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    state = models.CharField(max_length=20, choices=IdeaState, default=IdeaState.DRAFT)
    visibility = models.CharField(_("who may see it"), max_length=20, choices=Visibility, default=Visibility.MEMBERS)
    public_teaser = models.BooleanField(_("public teaser"), default=False)
    organisation = models.ForeignKey("ideas.Organisation", models.PROTECT, related_name="ideas", null=True, blank=True)
    created_by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="created_ideas")
    authors = models.ManyToManyField("ideas.Member", related_name="authored_ideas")
    invited = models.ManyToManyField("ideas.Member", related_name="shown_ideas", blank=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    activity_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    is_demo = models.BooleanField(default=False)
    # The `valid_until` of which its authors were reminded.
    expiry_told = models.DateField(null=True, blank=True, editable=False)

    audience = models.CharField(max_length=60, default="", editable=False)
    closes_at = models.DateTimeField(null=True, blank=True, editable=False)
    comment_count = models.PositiveIntegerField(default=0, editable=False)
    # Of its open discussion: when somebody else than its authors wrote last, and the first of their comments since
    # the authors' own last one. Kept by `actions.replies`, for the leads' desk.
    heard_at = models.DateTimeField(null=True, blank=True, editable=False)
    unanswered = models.ForeignKey(
        "ideas.Comment", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    open_slots = models.PositiveSmallIntegerField(default=0, editable=False)
    partner_count = models.PositiveSmallIntegerField(default=0, editable=False)
    # What its line-up lacks for its call, as the board filters by it: `radar.lacking`, with blanks between the codes.
    lacking = models.CharField(max_length=300, default="", blank=True, editable=False)
    # What a card shows of other tables: {"chains": [codes], "kets": [codes], "call": identifier}.
    tags = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ["-activity_at", "-id"]
        # None begins with the audience: SQLite would read every visible idea by it and sort them all for one page.
        indexes = [
            models.Index(fields=["-activity_at", "-id"], name="idea_by_activity"),
            models.Index(fields=["closes_at", "id"], name="idea_by_closing"),
            models.Index(
                fields=["valid_until"], condition=models.Q(valid_until__isnull=False), name="idea_by_validity"
            ),
            models.Index(fields=["-opened_at", "-id"], name="idea_by_opening"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trl_now=None)
                | models.Q(trl_target=None)
                | models.Q(trl_target__gte=models.F("trl_now")),
                name="idea_trl_rises",
                violation_error_message=_("The TRL at the end can't be lower than the TRL now."),
            ),
            models.CheckConstraint(
                condition=models.Q(audience="") | ~models.Q(state__in=["draft", "withdrawn"]),
                name="idea_draft_has_no_audience",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("ideas:detail", args=[self.reference])


class IdeaTransition(models.Model):
    idea = models.ForeignKey(Idea, models.CASCADE, related_name="transitions")
    old_state = models.CharField(max_length=20, choices=IdeaState)
    new_state = models.CharField(max_length=20, choices=IdeaState)
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]


class TargetChange(models.Model):
    """An idea aims at another call than before; None: at none."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="target_changes")
    old_call = models.ForeignKey("ideas.Call", models.SET_NULL, null=True, related_name="+")
    new_call = models.ForeignKey("ideas.Call", models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey("ideas.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]


class BoardCount(models.Model):
    """How many ideas of an audience carry a value of a facet; kept at the write, so that the board needn't count.

    Facets: total (value ""), chain, ket, call, state, closes (an instant, as `queries.ideas.closing_value` writes it).
    """

    audience = models.CharField(max_length=60)
    facet = models.CharField(max_length=10)
    value = models.CharField(max_length=120)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audience", "facet", "value"], name="unique_board_count"),
            models.CheckConstraint(condition=models.Q(count__gte=0), name="board_count_not_negative"),
        ]
        # Which audiences there are is asked for at every look at the ideas.
        indexes = [models.Index(fields=["facet", "audience"], name="board_audiences")]


class BoardStamp(models.Model):
    """What changes with every write by which an idea is filtered: one row for each bucket of ids (`BUCKET_SHIFT`).

    The database writes it, by triggers (`ideas/management/board_triggers.py`); random for the reason that
    `CatalogueStamp` gives.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    stamp = models.BigIntegerField()
