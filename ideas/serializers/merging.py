"""Output shape of a proposal to merge two ideas."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Idea, MergeProposal
from ideas.serializers.members import AuthorSerializer


class MergedIdeaSerializer(serializers.Serializer[Idea]):
    """One of the two, by name."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()


class MergeSerializer(serializers.Serializer[MergeProposal]):
    """`idea` is to go into `into`, once an author of each has agreed; for who sees both."""

    id = serializers.IntegerField()
    idea = MergedIdeaSerializer()
    into = MergedIdeaSerializer()
    state = serializers.CharField()
    reason = serializers.CharField()
    joins = serializers.BooleanField()
    proposed_by = AuthorSerializer()
    proposed_at = serializers.DateTimeField(default_timezone=UTC)
    idea_consent_by = AuthorSerializer(allow_null=True)
    idea_consent_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    into_consent_by = AuthorSerializer(allow_null=True)
    into_consent_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    ended_by = AuthorSerializer(allow_null=True)
    ended_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    answer = serializers.CharField()
