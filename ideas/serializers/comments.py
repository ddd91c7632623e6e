"""Output shape of a comment: the API's reads and the live changes."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Comment
from ideas.serializers.members import AuthorSerializer


class CommentSerializer(serializers.Serializer[Comment]):
    """`html` was cleaned at the write and may be shown as it is. A deleted comment has neither body nor html."""

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="idea_id")
    parent = serializers.IntegerField(  # type: ignore[assignment]  # DRF takes declared fields off the class
        source="parent_id", allow_null=True
    )
    audience = serializers.CharField()
    author = AuthorSerializer()
    body = serializers.CharField()
    html = serializers.CharField()
    client_id = serializers.CharField()
    created_at = serializers.DateTimeField(default_timezone=UTC)
    edited_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    deleted_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
