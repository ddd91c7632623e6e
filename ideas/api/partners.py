"""The consortium sheet by the API, for the team, and the signed letter of a partner."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.partners import fill_in_line, sign_letter
from ideas.api.base import ApiView, find, find_idea, in_path, write
from ideas.api.fields import BIG
from ideas.api.ideas import KEY
from ideas.api.joining import REQUEST
from ideas.forms.comments import new_client_id
from ideas.models import Idea, JoinRequest
from ideas.models.partners import MAX_BUDGET_EUR, MAX_PERSON_MONTHS
from ideas.queries.joining import requests_visible_to
from ideas.queries.partners import Line, people_of, sheet_of, sheets_visible_to
from ideas.serializers.partners import LetterSerializer, LineSerializer, SheetSerializer

ORGANISATION = in_path("organisation", "Id of the organisation, or its name in addresses.")


class LineInput(serializers.Serializer[Any]):
    """What an organisation brings; what is left out stays, null takes it away. `version` is the one that was read: 0
    where nobody has filled in anything. Only its administrators name the contact person, one of its people.
    """

    contact = serializers.IntegerField(
        min_value=1, max_value=BIG, allow_null=True, required=False, help_text="Id of the member."
    )
    budget_eur = serializers.IntegerField(min_value=0, max_value=MAX_BUDGET_EUR, allow_null=True, required=False)
    person_months = serializers.DecimalField(
        min_value=0, max_value=MAX_PERSON_MONTHS, max_digits=5, decimal_places=1, allow_null=True, required=False
    )
    version = serializers.IntegerField(min_value=0, max_value=BIG)

    def validate_contact(self, value: int | None) -> Any:
        if value is None:
            return None
        member = people_of(self.context["organisation"]).filter(pk=value).first()
        if member is None:
            raise serializers.ValidationError("This member isn't one of its people.", code="does_not_exist")
        return member


class LetterInput(serializers.Serializer[Any]):
    """The signed letter, a PDF of up to 20 MB. The same `client_id` again is the same letter."""

    file = serializers.FileField(max_length=300)
    client_id = serializers.CharField(max_length=64, default=new_client_id)


class SheetViewSet(ApiView):
    """What each organisation of a consortium brings; only the idea's authors and its partners' people find it."""

    queryset = Idea.objects.none()
    serializer_class = SheetSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="ideas_sheet_retrieve",
        summary="Read the consortium sheet of an idea on whose team one is",
        parameters=[KEY],
        responses=SheetSerializer,
    )
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(SheetSerializer(sheet_of(self._idea(id))).data)

    @write(
        LineInput,
        LineSerializer,
        "Fill in an organisation's line, as its administrator or the idea's author",
        KEY,
        ORGANISATION,
    )
    def partial_update(self, request: Request, id: str, organisation: str) -> Response:
        idea = self._idea(id)
        line = self._line(idea, organisation)
        content: dict[str, Any] = dict(self.read(LineInput, organisation=line.organisation).validated_data)
        fill_in_line(
            by=self.member, idea=idea, organisation=line.organisation, version=content.pop("version"),
            content=content, at=self.at,
        )  # fmt: skip
        return Response(LineSerializer(self._line(idea, organisation)).data)

    def _idea(self, key: str) -> Idea:
        return find_idea(sheets_visible_to(self.member).select_related("organisation__province"), key)

    def _line(self, idea: Idea, key: str) -> Line:
        for line in sheet_of(idea).lines:
            if key in (str(line.organisation.pk), line.organisation.slug):
                return line
        raise Http404


class LetterViewSet(ApiView):
    """The last step of a partner's commitment."""

    queryset = JoinRequest.objects.none()
    serializer_class = LetterSerializer
    permission_classes = [IsAuthenticated]
    parser_classes = [MultiPartParser]

    @extend_schema(operation_id="join_requests_sign")
    @write(LetterInput, LetterSerializer, "Give a partner's signed letter, as its administrator", REQUEST)
    def create(self, request: Request, id: str) -> Response:
        asked = find(requests_visible_to(self.member), id)
        content = self.read(LetterInput).validated_data
        signed = sign_letter(by=self.member, request=asked, name=content["file"].name, at=self.at, **content)
        return Response(LetterSerializer(signed.letter).data)
