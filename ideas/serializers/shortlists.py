"""Output shapes of shortlists."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Shortlist, ShortlistEntry


class EntrySerializer(serializers.Serializer[ShortlistEntry]):
    """An entry. On a published list the texts are those of the day when it was published.

    `position` counts the entries that the reader sees (`place` of `queries.shortlists.with_entries`): a gap would tell
    of an idea that they may not know of.
    """

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="idea_id")
    reference = serializers.CharField(source="idea.reference")
    title = serializers.SerializerMethodField()
    position = serializers.IntegerField(source="place")
    rationale = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())

    def get_title(self, entry: ShortlistEntry) -> str:
        return entry.frozen["title"] if entry.frozen else entry.idea.title


class ShortlistSerializer(serializers.Serializer[Shortlist]):
    """A list with the entries that the reader may see (`queries.shortlists.with_entries`)."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    purpose = serializers.CharField()
    value_chain = serializers.CharField(source="value_chain.code")
    call = serializers.CharField(source="call.identifier", allow_null=True, default=None)
    state = serializers.CharField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    entries = EntrySerializer(source="seen_entries", many=True)


class OrderSerializer(serializers.Serializer[Shortlist]):
    """{id, version, state}: a hint that the list changed. No entry is named: not every follower sees every idea."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.CharField()
