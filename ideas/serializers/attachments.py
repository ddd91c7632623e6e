"""Output shape of an attachment: the API's reads."""

from datetime import UTC

from rest_framework import serializers

from ideas.exchange.attachments import FORMATS
from ideas.models import Attachment
from ideas.serializers.plans import DoerSerializer


class AttachmentSerializer(serializers.Serializer[Attachment]):
    """What is known of a file; its bytes are at `…/attachments/{id}/file/`."""

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="idea_id")
    name = serializers.CharField()
    content_type = serializers.SerializerMethodField()
    size_bytes = serializers.IntegerField()
    audience = serializers.CharField()
    uploaded_by = DoerSerializer()
    uploaded_at = serializers.DateTimeField(default_timezone=UTC)

    def get_content_type(self, attachment: Attachment) -> str:
        return FORMATS[attachment.suffix].content_type
