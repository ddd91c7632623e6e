"""Suggestions by the API: for the authors of an idea, the people of an organisation, leads and staff."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.suggestions import MAX_REASON_CHARS, mark_idea, mark_partner
from ideas.api.base import ApiView, find, find_idea, in_path, write
from ideas.api.fields import BIG, IdField, SeenIdeaField
from ideas.choices import SuggestionVerdict
from ideas.errors import NotAllowed
from ideas.models import Idea, Organisation, SuggestionMark
from ideas.queries.gaps import gaps_for
from ideas.queries.ideas import visible_to
from ideas.queries.suggested_ideas import ideas_for
from ideas.queries.suggestions import suggestions_for
from ideas.rules.ideas import takes_requests
from ideas.rules.suggestions import can_see_gaps, can_see_idea_suggestions, can_see_partner_suggestions
from ideas.serializers.suggestions import GapSerializer, SlotSuggestionsSerializer, SuggestedIdeaSerializer

IDEA = in_path("id", "Id of the idea, or its reference number (JVL-2026-0042).")
ORGANISATION = in_path("id", "Id of the organisation, or its slug.")
BEYOND = OpenApiParameter(
    "beyond", OpenApiTypes.BOOL, description="Those of whose people nobody sees the idea, instead of the others."
)


class PartnerMarkInput(serializers.Serializer[SuggestionMark]):
    slot = serializers.IntegerField(min_value=1, max_value=BIG)
    organisation = IdField(queryset=Organisation.objects.all())
    verdict = serializers.ChoiceField(SuggestionVerdict.choices)
    reason = serializers.CharField(max_length=MAX_REASON_CHARS, allow_blank=True, default="")


class IdeaMarkInput(serializers.Serializer[SuggestionMark]):
    idea = SeenIdeaField()
    verdict = serializers.ChoiceField(SuggestionVerdict.choices)
    reason = serializers.CharField(max_length=MAX_REASON_CHARS, allow_blank=True, default="")


class PartnerSuggestionViewSet(ApiView):
    queryset = SuggestionMark.objects.none()
    serializer_class = SlotSuggestionsSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="ideas_partners_list",
        summary="List the organisations that fit the open places of an idea, each with its reasons, as its author",
        parameters=[IDEA, BEYOND],
        responses=SlotSuggestionsSerializer(many=True),
    )
    def list(self, request: Request, id: str) -> Response:
        idea = self._own(id)
        slots = [slot for slot in idea.slots.all() if slot.filled < slot.wanted] if takes_requests(idea) else []
        beyond = request.query_params.get("beyond", "").lower() in ("1", "true")
        rows: Any = suggestions_for(idea, slots, self.member, beyond=beyond)  # the stubs know no `many`
        return Response(SlotSuggestionsSerializer(rows, many=True).data)

    @write(PartnerMarkInput, None, "Set an organisation aside for a place, or let it be suggested again", IDEA)
    def create(self, request: Request, id: str) -> Response:
        idea = self._own(id)
        content = self.read(PartnerMarkInput).validated_data
        slot = idea.slots.filter(pk=content.pop("slot")).first()
        if slot is None:
            raise ValidationError({"slot": [_("That place belongs to another idea.")]})
        mark_partner(by=self.member, slot=slot, at=self.at, **content)
        return Response()

    def _own(self, key: str) -> Idea:
        idea = find_idea(visible_to(self.member).select_related("call", "organisation"), key)
        if not can_see_partner_suggestions(self.member, idea):
            raise NotAllowed
        return idea


class IdeaSuggestionViewSet(ApiView):
    queryset = SuggestionMark.objects.none()
    serializer_class = SuggestedIdeaSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="organisations_ideas_list",
        summary="List the ideas that look for what an organisation has, as one of its people",
        parameters=[ORGANISATION],
        responses=SuggestedIdeaSerializer(many=True),
    )
    def list(self, request: Request, id: str) -> Response:
        rows: Any = ideas_for(self._own(id), self.member).found
        return Response(SuggestedIdeaSerializer(rows, many=True).data)

    @write(IdeaMarkInput, None, "Say that an idea isn't for an organisation, or is again", ORGANISATION)
    def create(self, request: Request, id: str) -> Response:
        organisation = self._own(id)
        mark_idea(by=self.member, organisation=organisation, at=self.at, **self.read(IdeaMarkInput).validated_data)
        return Response()

    def _own(self, key: str) -> Organisation:
        organisation = find(Organisation.objects.all(), key, "slug")
        if not can_see_idea_suggestions(self.member, organisation):
            raise NotAllowed
        return organisation


class GapViewSet(ApiView):
    queryset = SuggestionMark.objects.none()
    serializer_class = GapSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="gaps_list",
        summary="List what open places ask for and no organisation has, as a lead or staff",
        responses=GapSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        if not can_see_gaps(self.member):
            raise NotAllowed
        rows: Any = gaps_for(self.member)
        return Response(GapSerializer(rows, many=True).data)
