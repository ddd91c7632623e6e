"""Requests to join by the API."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.joining import ask_to_join, invite_organisation, take_step
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.fields import IdField, SeenIdeaField
from ideas.api.inputs import ReasonInput
from ideas.choices import ConsortiumRole
from ideas.models import Affiliation, JoinRequest, Organisation, RoleSlot
from ideas.queries.joining import requests_visible_to, with_history
from ideas.rules import joining
from ideas.serializers.joining import JoinRequestSerializer

REQUEST = in_path("id", "Id of the request.", OpenApiTypes.INT)
# The letter comes with a file: `api.partners`.
STEPS = (*joining.STEPS, *(step for step in joining.COMMITMENT_STEPS if step != "sign"))


class PlaceInput(serializers.Serializer[Any]):
    """What a request and an invitation have in common: an organisation, and a place (`slot`) or another role."""

    idea = SeenIdeaField(help_text="Id or reference of the idea.")
    organisation = IdField(queryset=Organisation.objects.all())
    slot = serializers.IntegerField(allow_null=True, required=False, help_text="Id of a place that the idea offers.")
    role = serializers.ChoiceField(ConsortiumRole.choices, default=ConsortiumRole.BENEFICIARY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        number = attrs.get("slot")
        slot = RoleSlot.objects.filter(idea=attrs["idea"], pk=number).first() if number is not None else None
        if number is not None and slot is None:
            error = serializers.ErrorDetail(_("There is no such place in this idea."), code="does_not_exist")
            raise serializers.ValidationError({"slot": [error]})
        return {**attrs, "slot": slot}


class InvitationInput(PlaceInput):
    """An organisation that authors invite to a place of their idea (`slot`), or to another role."""

    message = serializers.CharField(max_length=6_000, allow_blank=True, default="")


class JoinRequestInput(PlaceInput):
    """An organisation's request for a place in an idea (`slot`), or for another role."""

    contribution = serializers.CharField(max_length=6_000)
    message = serializers.CharField(max_length=6_000, allow_blank=True, default="")
    can_coordinate = serializers.BooleanField(default=False)


@extend_schema_view(retrieve=extend_schema(summary="Read a request to join", parameters=[REQUEST]))
class JoinRequestViewSet(ApiView):
    """Requests and invitations of one's ideas, of one's making, and of the organisations that one administers."""

    queryset = JoinRequest.objects.none()
    serializer_class = JoinRequestSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    def get_queryset(self) -> QuerySet[JoinRequest]:
        return _loaded(requests_visible_to(self.viewer))

    @lists(JoinRequestSerializer, "List the requests that one may see, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), JoinRequestSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(JoinRequestSerializer(find(self.get_queryset(), id)).data)

    @write(JoinRequestInput, JoinRequestSerializer, "Ask for a place in an idea, for an organisation", status=201)
    def create(self, request: Request) -> Response:
        content = self.read(JoinRequestInput).validated_data
        asked = ask_to_join(by=self.member, at=self.at, **content)
        return Response(JoinRequestSerializer(find(self.get_queryset(), str(asked.pk))).data, status=201)

    @write(
        InvitationInput,
        JoinRequestSerializer,
        "Invite an organisation; its administrators see the idea while the invitation waits for their answer",
        status=201,
    )
    @action(detail=False, methods=["post"], pagination_class=None)
    def invite(self, request: Request) -> Response:
        content = self.read(InvitationInput).validated_data
        invited = invite_organisation(by=self.member, at=self.at, **content)
        return Response(JoinRequestSerializer(find(self.get_queryset(), str(invited.pk))).data, status=201)

    @extend_schema(operation_id="join_requests_step")
    @write(
        ReasonInput,
        JoinRequestSerializer,
        "Authorise, accept, decline, put on the waiting list, withdraw or leave, remove, confirm, or sign the letter",
        REQUEST,
        in_path(
            "step", "What is done. To decline, to put on the waiting list or to remove needs a `reason`.", enum=STEPS
        ),
    )
    @action(detail=True, methods=["post"], url_path="(?P<step>[^/]+)", pagination_class=None)
    def step(self, request: Request, id: str, step: str) -> Response:
        if step not in STEPS:
            raise Http404
        asked = find(self.get_queryset(), id)
        reason = self.read(ReasonInput).validated_data["reason"]
        take_step(step, by=self.member, request=asked, reason=reason, at=self.at)
        return Response(JoinRequestSerializer(find(_loaded(JoinRequest.objects.all()), id)).data)


def _loaded(requests: QuerySet[JoinRequest]) -> QuerySet[JoinRequest]:
    affiliations = Affiliation.objects.select_related("organisation").order_by("id")
    places = (Prefetch(f"{who}__affiliations", queryset=affiliations) for who in ("asked_by", "invited_by"))
    loaded = requests.select_related("organisation__province", "asked_by", "invited_by", "idea")
    return with_history(loaded).prefetch_related(*places)
