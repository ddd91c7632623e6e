"""The log of what came from outside."""

from django.db import models


class Import(models.Model):
    """The log of imports: what was read, and each row that was refused: [{"line": 7, "reason": "…"}].

    `report` lists the rows in the order of the file, as `queries.imports.Difference.line` writes them; of an import
    that was done without those that stayed as they were. `applied_at` is None until all is written: of a preview, whose
    file is kept until then under `kept_as`; of an import that broke off, which has none. `options`: {columns:
    {field: column}, header: [column, …], error: why the file can't be read, unlisted: how many calls a list lacks that
    wasn't believed, remarks: [on the file as a whole], working: {done, of, at}}.
    """

    format = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    report = models.JSONField(default=list)
    options = models.JSONField(default=dict)
    kept_as = models.CharField(max_length=100, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
