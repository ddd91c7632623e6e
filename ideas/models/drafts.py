"""What members are typing and haven't saved: a form's fields as they stand, whatever is wrong with them."""

from django.db import models


class Draft(models.Model):
    """One form, of a new idea or of one that there is. `key` names the form, `fields` is {name: as typed}.

    `closed_at`: it was saved or thrown away, and what comes late for it is kept no more.
    """

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="+")
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=40)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-saved_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="unique_draft_key_per_member")]

    @property
    def title(self) -> str:
        return str(self.fields.get("title") or "").strip()
