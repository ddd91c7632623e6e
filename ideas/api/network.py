"""Who works with whom by the API."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView
from ideas.api.filters import NetworkFilterInput
from ideas.models import Organisation
from ideas.queries.network import Network, NetworkFilters, network_of
from ideas.serializers.network import NetworkSerializer


class NetworkViewSet(ApiView):
    serializer_class = NetworkSerializer
    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Read who works with whom, in the ideas that one may see",
        operation_id="network_retrieve",
        parameters=[NetworkFilterInput],
        responses=NetworkSerializer,
    )
    def list(self, request: Request) -> Response:
        asked = self.read_filters(NetworkFilterInput)
        middle: Organisation | None = asked["organisation"]
        filters = NetworkFilters(asked["value_chain"], asked["year"], middle.pk if middle else None)
        found: Network = network_of(self.viewer, filters, zone=timezone.get_current_timezone())
        return Response(NetworkSerializer(found).data)
