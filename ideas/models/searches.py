"""Searches of the board that a member keeps: to come back to, and to be told of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_QUERY = 2_000


class SavedSearch(models.Model):
    """`query` is what `queries.searches.written` makes of filters: the same ones have one. New since the last visit is
    what was published after `seen_at`; the member was told of what was published until `told_at`, at most once a day.
    """

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=MAX_QUERY)
    alerts = models.BooleanField(_("tell me of new ideas"), default=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["told_at"], condition=models.Q(alerts=True), name="search_alerts")]
        constraints = [models.UniqueConstraint(fields=["member", "query"], name="unique_search_of_member")]

    def __str__(self) -> str:
        return self.name
