"""Who belongs to an organisation, by the API: "I work here" with its answers, and people's places with their roles."""

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.affiliations import ask_affiliation, change_role, end_affiliation, take_step
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import AffiliationRequestInput, ReasonInput, RoleInput
from ideas.models import Affiliation, AffiliationRequest
from ideas.queries.affiliations import affiliation_requests_visible_to, affiliations_visible_to
from ideas.rules.affiliations import STEPS
from ideas.serializers.affiliations import AffiliationRequestSerializer, AffiliationSerializer

REQUEST = in_path("id", "Id of the request.", OpenApiTypes.INT)
PLACE = in_path("id", "Id of somebody's place in an organisation.", OpenApiTypes.INT)


@extend_schema_view(retrieve=extend_schema(summary="Read a request to be one of the people", parameters=[REQUEST]))
class AffiliationRequestViewSet(ApiView):
    """One's own requests, and those of the organisations that one looks after."""

    queryset = AffiliationRequest.objects.none()
    serializer_class = AffiliationRequestSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    def get_queryset(self) -> QuerySet[AffiliationRequest]:
        return affiliation_requests_visible_to(self.viewer)

    @lists(AffiliationRequestSerializer, "List the requests to be one of the people that one may see, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), AffiliationRequestSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(AffiliationRequestSerializer(find(self.get_queryset(), id)).data)

    @write(AffiliationRequestInput, AffiliationRequestSerializer, "Say that one works somewhere", status=201)
    def create(self, request: Request) -> Response:
        content = self.read(AffiliationRequestInput).validated_data
        asked = ask_affiliation(by=self.member, at=self.at, **content)
        return Response(AffiliationRequestSerializer(asked).data, status=201)

    @extend_schema(operation_id="affiliation_requests_step")
    @write(
        ReasonInput,
        AffiliationRequestSerializer,
        "Accept or decline a request, or take back one's own",
        REQUEST,
        in_path("step", "What is done. To decline needs a `reason`.", enum=tuple(STEPS)),
    )
    @action(detail=True, methods=["post"], url_path="(?P<step>[^/]+)", pagination_class=None)
    def step(self, request: Request, id: str, step: str) -> Response:
        if step not in STEPS:
            raise Http404
        asked = find(self.get_queryset(), id)
        reason = self.read(ReasonInput).validated_data["reason"]
        done = take_step(step, by=self.member, request=asked, reason=reason, at=self.at)
        return Response(AffiliationRequestSerializer(done).data)


class AffiliationViewSet(ApiView):
    """One's own places, and those of the people of the organisations that one looks after."""

    queryset = Affiliation.objects.none()
    serializer_class = AffiliationSerializer
    permission_classes = [IsAuthenticated]
    ordering = "id"

    def get_queryset(self) -> QuerySet[Affiliation]:
        return affiliations_visible_to(self.viewer)

    @lists(AffiliationSerializer, "List people's places in organisations that one may see")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), AffiliationSerializer)

    @write(RoleInput, AffiliationSerializer, "Make somebody an administrator, or a plain member again", PLACE)
    def partial_update(self, request: Request, id: str) -> Response:
        place = find(self.get_queryset(), id)
        role = self.read(RoleInput).validated_data["role"]
        return Response(
            AffiliationSerializer(change_role(by=self.member, affiliation=place, role=role, at=self.at)).data
        )

    @write(None, None, "Remove somebody from the people, or leave", PLACE, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        end_affiliation(by=self.member, affiliation=find(self.get_queryset(), id), at=self.at)
        return Response(status=204)
