"""Output shape of a saved search."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.models import SavedSearch
from ideas.queries.filters import IdeaFilters
from ideas.queries.searches import filters_of


class SavedFiltersSerializer(serializers.Serializer[IdeaFilters]):
    """What the board is narrowed to; names as in the query of `/ideas/`."""

    value_chain = serializers.ListField(child=serializers.CharField())
    ket = serializers.ListField(child=serializers.CharField())
    call = serializers.ListField(child=serializers.CharField())
    state = serializers.ListField(child=serializers.CharField())
    role = serializers.ListField(child=serializers.CharField())
    kind = serializers.ListField(child=serializers.CharField())
    trl = serializers.ListField(child=serializers.CharField())
    province = serializers.ListField(child=serializers.CharField())
    lacks = serializers.ListField(child=serializers.CharField())
    q = serializers.CharField()
    closing_soon = serializers.BooleanField()
    mine = serializers.BooleanField()


class SearchSerializer(serializers.Serializer[SavedSearch]):
    """`new`: how many ideas it finds that were published since one looked last (`context["new"]`: {id: ideas})."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    alerts = serializers.BooleanField()
    filters = serializers.SerializerMethodField()
    new = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(default_timezone=UTC)
    seen_at = serializers.DateTimeField(default_timezone=UTC)

    @extend_schema_field(SavedFiltersSerializer)
    def get_filters(self, search: SavedSearch) -> dict[str, Any]:
        shape: Any = SavedFiltersSerializer(filters_of(search))
        return dict(shape.data)

    def get_new(self, search: SavedSearch) -> int:
        counts: dict[int, int] = self.context["new"]
        return counts[search.pk]
