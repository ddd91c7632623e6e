"""Saved searches by the API. They are a member's own; nobody else sees them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.searches import choose_alerts, remove_search, save_search, visit_search
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import AlertsInput, SearchInput
from ideas.models import SavedSearch
from ideas.queries.filters import IdeaFilters
from ideas.queries.searches import new_in
from ideas.serializers.searches import SearchSerializer

SEARCH = in_path("id", "Id of the saved search.", OpenApiTypes.INT)


@extend_schema_view(retrieve=extend_schema(summary="Read a saved search", parameters=[SEARCH]))
class SearchViewSet(ApiView):
    """Searches of the board that one keeps, with how much of each is new."""

    queryset = SavedSearch.objects.none()
    serializer_class = SearchSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return SavedSearch.objects.filter(member=self.member)

    @lists(SearchSerializer, "List one's saved searches, newest first")
    def list(self, request: Request) -> Response:
        rows = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response(self._shown(rows))

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self._one(find(self.get_queryset(), id)))

    @write(SearchInput, SearchSerializer, "Save a search; the same filters once, under the last name", status=201)
    def create(self, request: Request) -> Response:
        asked = dict(self.read(SearchInput).validated_data)
        chosen: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in asked["filters"].items()
        }
        search = save_search(
            by=self.member, name=asked["name"], filters=IdeaFilters(**chosen), alerts=asked["alerts"], at=self.at
        )
        return Response(self._one(search), status=201)

    @write(AlertsInput, SearchSerializer, "Be told of what is new in a saved search, or not", SEARCH)
    def partial_update(self, request: Request, id: str) -> Response:
        search = find(self.get_queryset(), id)
        choose_alerts(by=self.member, search=search, at=self.at, **self.read(AlertsInput).validated_data)
        return Response(self._one(find(self.get_queryset(), id)))

    @write(None, SearchSerializer, "Note that one has looked: what was published until now is no longer new", SEARCH)
    @action(detail=True, methods=["post"], pagination_class=None)
    def visit(self, request: Request, id: str) -> Response:
        visit_search(by=self.member, search=find(self.get_queryset(), id), at=self.at)
        return Response(self._one(find(self.get_queryset(), id)))

    @write(None, None, "Keep a search no more", SEARCH, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        remove_search(by=self.member, search=find(self.get_queryset(), id))
        return Response(status=204)

    def _one(self, search: SavedSearch) -> dict[str, Any]:
        return dict(self._shown([search])[0])

    def _shown(self, searches: Sequence[SavedSearch]) -> Sequence[Any]:
        new = new_in(self.member, searches, since="seen_at", at=self.at)
        rows: Any = searches  # the stubs know no `many`
        shown: Any = SearchSerializer(rows, many=True, context={"new": new})
        return [dict(row) for row in shown.data]
