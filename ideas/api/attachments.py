"""Attachments by the API: list, add, download, remove."""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.annexes import note_download
from ideas.actions.attachments import add_attachment, remove_attachment
from ideas.api.base import ApiView, find, find_idea, in_path, lists, write
from ideas.api.ideas import KEY
from ideas.choices import AttachmentAudience
from ideas.exchange.downloads import save_as
from ideas.forms.comments import new_client_id
from ideas.models import Attachment, Idea
from ideas.queries.attachments import attachments_of, attachments_visible_to, is_on_its_team, stored_file
from ideas.queries.ideas import visible_to
from ideas.serializers.attachments import AttachmentSerializer

ATTACHMENT = in_path("id", "Id of the attachment.", OpenApiTypes.INT)


class AttachmentInput(serializers.Serializer[Any]):
    """A file, up to 20 MB, and who may read it. The same `client_id` again is the same attachment."""

    file = serializers.FileField(max_length=300)
    audience = serializers.ChoiceField(AttachmentAudience.choices, default=AttachmentAudience.ALL)
    client_id = serializers.CharField(max_length=64, default=new_client_id)


class IdeaAttachmentViewSet(ApiView):
    """The files beside one idea."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentSerializer
    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]
    ordering = "id"

    @extend_schema(parameters=[KEY])
    @lists(AttachmentSerializer, "List the files beside an idea that one may read, oldest first")
    def list(self, request: Request, id: str) -> Response:
        idea = self._idea(id)
        rows = attachments_of(idea.pk, team=is_on_its_team(self.member, idea))
        return self.page_of(rows, AttachmentSerializer)

    @write(
        AttachmentInput, AttachmentSerializer, "Put a file beside an idea, as its author or partner", KEY, status=201
    )
    def create(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._idea(id)
        content = self.read(AttachmentInput).validated_data
        attachment = add_attachment(by=member, idea=idea, name=content["file"].name, at=self.at, **content)
        return Response(AttachmentSerializer(attachment).data, status=201)

    def _idea(self, key: str) -> Idea:
        return find_idea(visible_to(self.viewer), key)


class AttachmentViewSet(ApiView):
    """One file."""

    queryset = Attachment.objects.none()
    serializer_class = AttachmentSerializer
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="Read what is known of a file", parameters=[ATTACHMENT], responses=AttachmentSerializer)
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(AttachmentSerializer(self._attachment(id)).data)

    @write(None, None, "Take a file away for good", ATTACHMENT, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        remove_attachment(by=self.member, attachment=self._attachment(id))
        return Response(status=204)

    @extend_schema(
        summary="Download a file",
        description="Of a file for partners only, the idea's authors see who downloaded it, and when.",
        parameters=[ATTACHMENT],
        responses={
            (200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, "The file, under its own type."),
            206: OpenApiResponse(description="The piece that a Range header asked for."),
            416: OpenApiResponse(description="There is no such piece."),
        },
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, id: str) -> HttpResponseBase:
        attachment = self._attachment(id)
        if request.method == "GET":  # a HEAD shows nothing of it
            note_download(by=self.member, attachment=attachment, at=self.at)
        stored = stored_file(attachment)
        return save_as(stored, request.headers, is_async=isinstance(request._request, ASGIRequest))

    def _attachment(self, key: str) -> Attachment:
        return find(attachments_visible_to(self.viewer), key)
