"""Conflicts of interest by the API: what one says of oneself; cluster staff reads what all said."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.conflicts import MAX_REASON_CHARS, declare_conflict, withdraw_conflict
from ideas.api.base import ApiView, find_idea, in_path, lists, write
from ideas.api.fields import SeenIdeaField
from ideas.models import ConflictOfInterest
from ideas.queries.conflicts import declared_conflicts
from ideas.queries.ideas import visible_to
from ideas.serializers.reviews import ConflictOfInterestSerializer

IDEA = in_path("id", "Id of the idea, or its reference number (JVL-2026-0042).")


class ConflictInput(serializers.Serializer[Any]):
    idea = SeenIdeaField(help_text="Id or reference of the idea.")
    reason = serializers.CharField(max_length=3 * MAX_REASON_CHARS, allow_blank=True, default="")


class ConflictViewSet(ApiView):
    """Interests in ideas that members declared: one's own; for cluster staff, all of ideas that they see."""

    queryset = ConflictOfInterest.objects.none()
    serializer_class = ConflictOfInterestSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    ordering = "-id"

    def get_queryset(self) -> QuerySet[ConflictOfInterest]:
        rows = declared_conflicts().filter(idea__in=visible_to(self.member).values("id")).order_by("-id")
        return rows if self.member.is_staff else rows.filter(member=self.member)

    @lists(ConflictOfInterestSerializer, "List declared interests, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), ConflictOfInterestSerializer)

    @write(ConflictInput, ConflictOfInterestSerializer, "Say that one has an interest in an idea", status=201)
    def create(self, request: Request) -> Response:
        declared = declare_conflict(by=self.member, at=self.at, **self.read(ConflictInput).validated_data)
        return Response(ConflictOfInterestSerializer(declared).data, status=201)

    @extend_schema(parameters=[IDEA])
    @write(None, None, "Take back what one said of an idea", IDEA, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        withdraw_conflict(by=self.member, idea=find_idea(visible_to(self.viewer), id), at=self.at)
        return Response(status=204)
