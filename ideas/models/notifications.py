"""What the bell shows: one row a member and a happening."""

from django.db import models

from ideas.choices import NotificationKind


class Notification(models.Model):
    """`key` makes it idempotent: the same happening told twice is one row. `data` fills the sentence."""

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40, choices=NotificationKind)
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["member"], condition=models.Q(read_at=None), name="notification_unread"),
            models.Index(fields=["member", "-id"], name="notification_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="unique_notification_per_happening")]
