"""Output shapes of the vocabulary."""

from rest_framework import serializers

from ideas.models import Competence


class CompetenceSerializer(serializers.Serializer[Competence]):
    """A word; `merged_into` is the id of the one that took its place. Who proposed it isn't told."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    slug = serializers.CharField()
    name_it = serializers.CharField()
    name_en = serializers.CharField()
    state = serializers.CharField()
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True)
    version = serializers.IntegerField()
