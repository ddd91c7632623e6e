"""Units of organisations by the API."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.units import let_unit_go, take_unit
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import UnitInput
from ideas.models import Organisation
from ideas.queries.units import units_of
from ideas.serializers.affiliations import NamedOrganisationSerializer

PARENT = in_path("id", "Id of the organisation, or its slug.")


class UnitViewSet(ApiView):
    """Departments, laboratories, plants: before the rules of calls they count as one with their organisation."""

    queryset = Organisation.objects.none()
    serializer_class = NamedOrganisationSerializer
    permission_classes = [IsAuthenticatedOrReadOnly]
    lookup_url_kwarg = "unit"
    ordering = ("name", "id")

    @extend_schema(parameters=[PARENT])
    @lists(NamedOrganisationSerializer, "List the units of an organisation, by name")
    def list(self, request: Request, id: str) -> Response:
        return self.page_of(self._units(id), NamedOrganisationSerializer)

    @write(UnitInput, NamedOrganisationSerializer, "Make an organisation a unit of this one", PARENT, status=201)
    def create(self, request: Request, id: str) -> Response:
        parent = find(Organisation.objects.all(), id, "slug")
        unit = self.read(UnitInput).validated_data["unit"]
        taken = take_unit(by=self.member, parent=parent, unit=unit, at=self.at)
        return Response(NamedOrganisationSerializer(taken).data, status=201)

    @write(
        None, None, "Make a unit independent again", PARENT, in_path("unit", "Id of the unit.", OpenApiTypes.INT),
        status=204,
    )  # fmt: skip
    def destroy(self, request: Request, id: str, unit: str) -> Response:
        let_unit_go(by=self.member, unit=find(self._units(id), unit), at=self.at)
        return Response(status=204)

    def _units(self, id: str) -> QuerySet[Organisation]:
        return units_of(find(Organisation.objects.all(), id, "slug"))
