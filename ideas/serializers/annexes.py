"""Output shape of an annex: the API's answer to its authors and confirmed partners, and to nobody else."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Annex
from ideas.serializers.plans import DoerSerializer


class AnnexSerializer(serializers.Serializer[Annex]):
    """`text` is Markdown, `html` what a page shows of it."""

    idea = serializers.IntegerField(source="idea_id")
    text = serializers.CharField()
    html = serializers.CharField()
    version = serializers.IntegerField()
    changed_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    changed_by = DoerSerializer(allow_null=True)
