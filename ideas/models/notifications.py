"""What the bell shows, one row a member and a happening."""

from datetime import UTC, datetime

from django.db import models

from ideas.choices import NotificationKind
from ideas.models.mails import Mail


class Notification(models.Model):
    """`key` makes it idempotent: the same happening told twice is one row. `data` fills the sentence.

    `mail_at` is when a mail about it is due, by the member's choice (None: never); `mail` is the one that tells it.
    """

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40, choices=NotificationKind)
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, blank=True, related_name="notifications")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["member"], condition=models.Q(read_at=None), name="notification_unread"),
            models.Index(fields=["member", "-id"], name="notification_newest"),
            models.Index(
                fields=["mail_at"], condition=models.Q(mail=None, mail_at__isnull=False), name="notification_to_mail"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="unique_notification_per_happening")]

    def instant(self, name: str) -> datetime | None:
        """Read an instant out of `data`; None where there is none, as in rows of older versions."""
        try:
            return datetime.fromisoformat(self.data.get(name) or "").astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            return None
