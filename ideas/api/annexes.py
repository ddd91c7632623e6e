"""The confidential annex of an idea by the API, for its authors and confirmed partners."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.annexes import open_annex, write_annex
from ideas.api.base import ApiView, find_idea, write
from ideas.api.fields import BIG
from ideas.api.ideas import KEY
from ideas.models import Annex, Idea
from ideas.models.annexes import MAX_CHARS
from ideas.queries.annexes import annexed_ideas, annexes_visible_to
from ideas.serializers.annexes import AnnexSerializer


class AnnexInput(serializers.Serializer[Annex]):
    """The text in Markdown, "" to take the annex away, and the `version` that it was read in: 0 where there is none."""

    text = serializers.CharField(max_length=MAX_CHARS, allow_blank=True, trim_whitespace=False)
    version = serializers.IntegerField(min_value=0, max_value=BIG)


class AnnexViewSet(ApiView):
    """To everybody but authors and the people of confirmed partners it is as if there were none."""

    queryset = Annex.objects.none()
    serializer_class = AnnexSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="ideas_annex_retrieve",
        summary="Read the confidential annex of an idea, as its author or confirmed partner",
        description="That a partner's people read it is recorded, once an hour, and shown to the idea's authors.",
        parameters=[KEY],
        responses=AnnexSerializer,
    )
    def retrieve(self, request: Request, id: str) -> Response:
        annex = annexes_visible_to(self.member).filter(idea=self._idea(id)).first()
        if annex is None:
            raise Http404
        if request.method == "GET":  # a HEAD shows nothing of it
            annex = open_annex(by=self.member, annex=annex, at=self.at)
        return Response(AnnexSerializer(annex).data)

    @write(AnnexInput, AnnexSerializer, "Write the annex over the version that one has read", KEY)
    def update(self, request: Request, id: str) -> Response:
        return self._write(id)

    @write(AnnexInput, AnnexSerializer, "The same as PUT: an annex is one text", KEY)
    def partial_update(self, request: Request, id: str) -> Response:
        return self._write(id)

    def _write(self, key: str) -> Response:
        idea = self._idea(key)
        content: dict[str, Any] = dict(self.read(AnnexInput).validated_data)
        annex = write_annex(by=self.member, idea=idea, source=content["text"], version=content["version"], at=self.at)
        return Response(AnnexSerializer(annex).data)

    def _idea(self, key: str) -> Idea:
        return find_idea(annexed_ideas(self.member), key)
