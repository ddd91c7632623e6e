"""Files of ideas that members bring along, until they are imported or thrown away."""

from django.db import models


class Intake(models.Model):
    """A file as it was read: its columns, and its lines with what became of each.

    `columns`: {field: column} for tables, {} for JSON. `lines`: [{line: of the file, cells: {column: text} or a record
    of `serializers.exports.idea_record`, outcome: "ready" | "refused" | "done", title, reason, remarks: […],
    reference: of the idea that came of it}]. Only who gave the file sees it.
    """

    by = models.ForeignKey("ideas.Member", models.CASCADE, related_name="intakes")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=4)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    lines = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
