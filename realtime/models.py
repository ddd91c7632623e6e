"""The two tables of the log; rows are written by `realtime.log` alone."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Topic(models.Model):
    """A stream that pages follow, and the number of its last change.

    `epoch` names the life of the whole log and stands on the control row
    only: a restored backup gets a new one, so that positions handed out
    before the restore are refused instead of being taken for newer ones.
    """

    name = models.CharField(max_length=100)
    head = models.PositiveBigIntegerField(default=0)
    epoch = models.CharField(max_length=16, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="unique_topic_name")]


class Change(models.Model):
    """One committed change of a topic; `seq` counts 1, 2, 3 … without holes."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="changes", db_index=False)
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=60)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "seq"], name="unique_change_seq_per_topic")]
