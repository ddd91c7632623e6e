"""Comments on an idea: threads of two levels, for everybody who sees it or for its partners only."""

from django.db import models
from django.urls import reverse

from ideas.choices import CommentAudience
from ideas.models.ideas import Idea


class Comment(models.Model):
    """`client_id` is chosen by the writer's browser: sending the same one again gives the same comment.

    A reply has the audience of what it answers. Who may read one is `queries.comments.comments_visible_to`.
    """

    idea = models.ForeignKey(Idea, models.CASCADE, related_name="comments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey("ideas.Member", models.PROTECT, related_name="comments")
    audience = models.CharField(max_length=20, choices=CommentAudience, default=CommentAudience.ALL)
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

    def get_absolute_url(self) -> str:
        """Where it stands on its idea's page; `room_url` is where its discussion does."""
        return f"{room_url(self.idea, self.audience)}#comment-{self.pk}"


def room_url(idea: Idea, audience: str) -> str:
    """The idea's page with one of its discussions open; who may not read that one is shown the other."""
    query = {"room": audience} if audience == CommentAudience.PARTNERS else None
    return reverse("ideas:detail", args=[idea.reference], query=query)
