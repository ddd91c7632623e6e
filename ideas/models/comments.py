"""Comments on an idea: threads of two levels."""

from django.db import models

from ideas.models.ideas import Idea


class Comment(models.Model):
    """`client_id` is chosen by the writer's browser: sending the same one again gives the same comment."""

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey("ideas.Member", models.PROTECT, related_name="comments")
    client_id = models.CharField(max_length=64)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["idea", "parent", "id"], name="comment_thread")]
        constraints = [
            models.UniqueConstraint(fields=["idea", "author", "client_id"], name="unique_comment_per_client_id")
        ]
