"""Output shape of a notification."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Notification


class NotificationSerializer(serializers.Serializer[Notification]):
    """`data` fills the sentence of its `kind`: title, actor, and what else the kind needs."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    url = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    created_at = serializers.DateTimeField(default_timezone=UTC)
