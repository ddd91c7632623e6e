"""Calls for proposals and their deadlines; the status is always derived from the dates."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ideas.choices import NOT_CLOSING, CallStatus, DeadlineKind, Language, Level

SOON = timedelta(days=30)


class Call(models.Model):
    """`source` + `source_key` name the row of the source it came from. `opens_at` and `closes_at` are the earliest
    opening and the last closing of its deadlines, kept when these are written: instants don't go stale, a status does.

    `told` is what each source said last, {source: {field: value, "row": hash of all}}, and what staff took away,
    {"hand": {"gone": [instant]}}: an import writes a field only where its source now says otherwise, so that what staff
    wrote by hand stays. `missing_since` is set while the source no longer lists the call.
    """

    identifier = models.CharField(_("identifier"), max_length=120, unique=True)
    slug = models.SlugField(max_length=140, unique=True)
    title = models.CharField(_("title"), max_length=500)
    language = models.CharField(_("language of the text"), max_length=2, choices=Language, default=Language.EN)
    languages = models.CharField(_("languages of proposals"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=20, choices=Level)
    funder = models.CharField(_("funder"), max_length=200, blank=True)
    programme = models.CharField(_("programme"), max_length=120, blank=True)
    call_identifier = models.CharField(max_length=120, blank=True)
    call_title = models.CharField(max_length=300, blank=True)
    action_type = models.CharField(_("type of action"), max_length=120, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    url = models.URLField(_("page of the call"), max_length=500, blank=True)
    source = models.CharField(max_length=40, default="hand")
    source_key = models.CharField(max_length=140, blank=True)
    source_status = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=dict, blank=True, editable=False)
    missing_since = models.DateTimeField(null=True, blank=True)
    budget_total = models.DecimalField(_("budget"), max_digits=14, decimal_places=2, null=True, blank=True)
    budget_min = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    budget_max = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    expected_grants = models.PositiveSmallIntegerField(null=True, blank=True)
    trl_min = models.PositiveSmallIntegerField(null=True, blank=True)
    trl_max = models.PositiveSmallIntegerField(null=True, blank=True)
    value_chains = models.ManyToManyField("ideas.ValueChain", related_name="calls", blank=True)
    kets = models.ManyToManyField("ideas.Term", related_name="+", blank=True)
    rules = models.JSONField(default=dict, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    # Until `manage.py tick` has told who follows its programme, value chains or KETs that it is there.
    is_news = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering = ["closes_at", "id"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_news=True), name="call_news"),
            models.Index(fields=["closes_at", "id"], name="call_by_closing"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~models.Q(source_key=""), name="unique_call_of_source"
            )
        ]

    def __str__(self) -> str:
        return self.identifier

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.slug])


class CatalogueStamp(models.Model):
    """What changes with every write of a call, of its dates or of its tags: who keeps all calls in memory compares it.

    The database writes it, by triggers (`ideas/management/triggers.py`), so that no write can forget to. It is drawn at
    random and isn't a count, so that after a transaction that is rolled back no other content gets the same one.
    """

    stamp = models.BigIntegerField()


def status_of(deadlines: Sequence[tuple[str, datetime]], at: datetime) -> str:
    """The status that dates give. `deadlines` are (kind, instant) in time order. Source: docs/sources.md §3.

    No dates: unknown. Before the opening: forthcoming. Without an opening, a call counts as open until it closes.
    An opening and no closing: open until the budget is exhausted. After stage 1 and before stage 2: between stages.
    """
    openings = [when for kind, when in deadlines if kind == DeadlineKind.OPENING]
    closings = [(kind, when) for kind, when in deadlines if kind not in NOT_CLOSING]
    if not (openings or closings):
        return CallStatus.UNKNOWN
    if openings and at < openings[0]:
        return CallStatus.FORTHCOMING
    if not closings:
        return CallStatus.OPEN
    ahead = [(kind, when) for kind, when in closings if at <= when]
    if not ahead:
        return CallStatus.CLOSED
    kind, when = ahead[0]
    if kind == DeadlineKind.STAGE_2 and len(closings) > len(ahead):
        return CallStatus.BETWEEN_STAGES
    return CallStatus.CLOSING_SOON if when - at <= SOON else CallStatus.OPEN
