"""Places that ideas offer to partners, by the API."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.slots import add_slot, edit_slot, fill_by_hand, move_slot, remove_slot, reopen_slot, split_slot
from ideas.api.base import ApiView, find, find_idea, in_path, lists, write
from ideas.api.ideas import KEY
from ideas.choices import ConsortiumRole, OrganisationKind
from ideas.models import RoleSlot
from ideas.queries.ideas import visible_to
from ideas.queries.joining import slots_visible_to
from ideas.serializers.joining import SlotSerializer

SLOT = in_path("id", "Id of the place.", OpenApiTypes.INT)


class SlotInput(serializers.Serializer[Any]):
    """A place for a partner: what it must know, and what it would do."""

    role = serializers.ChoiceField(ConsortiumRole.choices, required=False)
    expertise = serializers.CharField(max_length=200)
    work = serializers.CharField(max_length=6_000, allow_blank=True, required=False)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(OrganisationKind.choices), max_length=len(OrganisationKind), required=False,
        help_text="Kinds of organisation; none: any kind.",
    )  # fmt: skip
    accredited = serializers.BooleanField(required=False)
    wanted = serializers.IntegerField(min_value=1, max_value=32_767, required=False)
    mandatory = serializers.BooleanField(required=False)


class SlotEditInput(SlotInput):
    expertise = serializers.CharField(max_length=200, required=False)


class DirectionInput(serializers.Serializer[Any]):
    direction = serializers.ChoiceField(["up", "down"])


class SplitInput(serializers.Serializer[Any]):
    first = serializers.IntegerField(min_value=1, max_value=32_767, help_text="How many the place keeps.")


class IdeaSlotViewSet(ApiView):
    """The places of one idea."""

    queryset = RoleSlot.objects.none()
    serializer_class = SlotSerializer
    permission_classes = [IsAuthenticated]
    ordering = "position"

    @extend_schema(parameters=[KEY])
    @lists(SlotSerializer, "List the places of an idea, in its authors' order")
    def list(self, request: Request, id: str) -> Response:
        return self.page_of(find_idea(visible_to(self.viewer), id).slots.all(), SlotSerializer)

    @write(SlotInput, SlotSerializer, "Offer a place; authors only", KEY, status=201)
    def create(self, request: Request, id: str) -> Response:
        member, idea = self.member, find_idea(visible_to(self.viewer), id)
        slot = add_slot(by=member, idea=idea, content=self.read(SlotInput).validated_data)
        return Response(SlotSerializer(slot).data, status=201)


class SlotViewSet(ApiView):
    """One place, for the idea's authors; who stands for it is among the requests to join (`slot`)."""

    queryset = RoleSlot.objects.none()
    serializer_class = SlotSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[RoleSlot]:
        return slots_visible_to(self.viewer)

    @write(SlotEditInput, SlotSerializer, "Change a place; what isn't named stays", SLOT)
    def partial_update(self, request: Request, id: str) -> Response:
        member, slot = self.member, find(self.get_queryset(), id)
        content = self.read(SlotEditInput).validated_data
        return Response(SlotSerializer(edit_slot(by=member, slot=slot, content=content, at=self.at)).data)

    @write(None, None, "Take a place away that no partner has; requests for it stay, without it", SLOT, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        remove_slot(by=self.member, slot=find(self.get_queryset(), id), at=self.at)
        return Response(status=204)

    @write(DirectionInput, SlotSerializer, "Change a place's turn with the one before it or behind it", SLOT)
    @action(detail=True, methods=["post"], pagination_class=None)
    def move(self, request: Request, id: str) -> Response:
        slot = find(self.get_queryset(), id)
        direction = self.read(DirectionInput).validated_data["direction"]
        return Response(SlotSerializer(move_slot(by=self.member, slot=slot, direction=direction)).data)

    @write(SplitInput, SlotSerializer, "Make two places of one that wants several; answers the second", SLOT)
    @action(detail=True, methods=["post"], pagination_class=None)
    def split(self, request: Request, id: str) -> Response:
        slot = find(self.get_queryset(), id)
        first = self.read(SplitInput).validated_data["first"]
        return Response(SlotSerializer(split_slot(by=self.member, slot=slot, first=first)).data)

    @write(None, SlotSerializer, "Say that what is free of a place was filled from outside", SLOT)
    @action(detail=True, methods=["post"], pagination_class=None)
    def fill(self, request: Request, id: str) -> Response:
        return Response(SlotSerializer(fill_by_hand(by=self.member, slot=find(self.get_queryset(), id))).data)

    @write(None, SlotSerializer, "Take back that a place was filled from outside", SLOT)
    @action(detail=True, methods=["post"], pagination_class=None)
    def reopen(self, request: Request, id: str) -> Response:
        slot = find(self.get_queryset(), id)
        return Response(SlotSerializer(reopen_slot(by=self.member, slot=slot, at=self.at)).data)
