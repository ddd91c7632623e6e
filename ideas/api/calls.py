"""Calls by the API. They are public, and only read."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView, find, in_path, lists
from ideas.api.filters import CallFilterInput
from ideas.api.pagination import numbered_cursor, numbered_page
from ideas.models import Call
from ideas.queries.calls import CallFilters, call_page
from ideas.serializers.calls import CallSerializer, WholeCallSerializer


@extend_schema_view(
    retrieve=extend_schema(
        summary="Read a call with its deadlines and every change of them",
        responses=WholeCallSerializer,
        parameters=[in_path("id", "Id of the call, or its identifier (HORIZON-CL4-2026-…).")],
    )
)
class CallViewSet(ApiView):
    queryset = Call.objects.none()
    serializer_class = CallSerializer

    @lists(CallSerializer, "List calls, the next to close first", CallFilterInput)
    def list(self, request: Request) -> Response:
        asked = self.read_filters(CallFilterInput)
        size = asked.pop("page_size")
        calls, next_cursor = call_page(CallFilters(**asked), at=self.at, cursor=numbered_cursor(request), size=size)
        rows: Any = calls  # the stubs know no `many`
        shape = CallSerializer(rows, many=True, context=self.get_serializer_context())
        return numbered_page(request, shape.data, next_cursor=next_cursor, size=size)

    def retrieve(self, request: Request, id: str) -> Response:
        calls = Call.objects.prefetch_related("deadlines", "value_chains", "kets", "deadline_changes")
        call = find(calls, id, "identifier")
        return Response(WholeCallSerializer(call, context=self.get_serializer_context()).data)
