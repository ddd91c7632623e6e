"""Outlines by the API. They are public, and only read."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView
from ideas.api.fields import CodeField
from ideas.models import Call
from ideas.queries.outlines import all_outlines, outline_for
from ideas.serializers.outlines import OutlineSerializer


class OutlineFilterInput(serializers.Serializer[Any]):
    call = CodeField(
        "identifier", queryset=Call.objects.prefetch_related("deadlines"), required=False,
        help_text="Identifier of a call: only the outline for its kind, or none.",
    )  # fmt: skip


class OutlineViewSet(ApiView):
    queryset = Call.objects.none()
    serializer_class = OutlineSerializer
    pagination_class = None

    @extend_schema(
        summary="List the kinds of calls, each with an outline to begin an idea for it",
        parameters=[OutlineFilterInput],
        responses=OutlineSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        call = self.read_filters(OutlineFilterInput).get("call")
        one = outline_for(call) if call else None
        rows: Any = [one] if one else [] if call else list(all_outlines())  # the stubs know no `many`
        return Response(OutlineSerializer(rows, many=True).data)
