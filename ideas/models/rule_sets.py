"""What known kinds of call ask of a consortium, as staff write it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ideas.models.taxonomy import Named


class RuleSet(Named):
    """A kind of call and its rules: whole numbers by `radar.CallRule`.

    `programmes` and `action_types` are patterns, in which `*` stands for any text: a call is of this kind when each
    list that isn't empty has one that fits. Of two kinds that fit, the earlier one counts. A retired set is no call's.
    `samples` are line-ups to try changes on: [{"name", "parties": [{"kind", "country", …}]}], see `radar.Party`.
    """

    code = models.SlugField(max_length=40, unique=True)
    programmes = models.JSONField(_("programmes"), default=list, blank=True)
    action_types = models.JSONField(_("types of action"), default=list, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    samples = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired = models.BooleanField(_("not in use"), default=False)

    class Meta:
        ordering = ["position", "id"]
