"""The mails that go out."""

from django.db import models


class Mail(models.Model):
    """The outbox: a mail is written with what it tells, and sent by `manage.py tick`.

    `key` makes it idempotent and gives its Message-ID, so that a mail that is sent again after a crash is one mail for
    its reader. `claimed_until`: a sender is at it; after that moment another may take it.
    """

    member = models.ForeignKey("ideas.Member", models.CASCADE, related_name="mails")
    key = models.CharField(max_length=100, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(sent_at=None), name="mail_unsent")]
