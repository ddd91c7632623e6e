"""A lead's desk by the API."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView
from ideas.api.errors import ForbiddenSerializer
from ideas.api.filters import DeskFilterInput
from ideas.errors import NotAllowed
from ideas.queries.desk import desk_of
from ideas.queries.shortlists import curated_chains
from ideas.serializers.desk import DeskSerializer


class DeskViewSet(ApiView):
    serializer_class = DeskSerializer
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Read what needs one in the value chains that one leads, as a lead or staff",
        operation_id="desk_retrieve",
        parameters=[DeskFilterInput],
        responses={200: DeskSerializer, 403: ForbiddenSerializer},
    )
    def list(self, request: Request) -> Response:
        own = list(curated_chains(self.member))
        if not (own or self.member.is_staff):
            raise NotAllowed
        asked = self.read_filters(DeskFilterInput)
        chosen = asked["value_chain"]
        if chosen is not None and chosen not in own:
            raise NotAllowed
        desk = desk_of(self.member, [chosen] if chosen else own, at=self.at, only=asked["only"])
        return Response(DeskSerializer(desk).data)
