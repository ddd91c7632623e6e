"""Organisations by the API: the public directory, without people."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView, find, in_path, lists
from ideas.api.filters import OrganisationFilterInput
from ideas.models import Organisation
from ideas.queries.organisations import OrganisationFilters, organisation_rows
from ideas.serializers.organisations import OrganisationSerializer


@extend_schema_view(
    retrieve=extend_schema(
        summary="Read an organisation", parameters=[in_path("id", "Id of the organisation, or its slug.")]
    )
)
class OrganisationViewSet(ApiView):
    queryset = Organisation.objects.none()
    serializer_class = OrganisationSerializer
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    ordering = ("name", "id")

    @lists(OrganisationSerializer, "List the organisations, by name", OrganisationFilterInput)
    def list(self, request: Request) -> Response:
        filters = OrganisationFilters(**self.read_filters(OrganisationFilterInput))
        return self.page_of(organisation_rows(filters), OrganisationSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(OrganisationSerializer(find(organisation_rows(OrganisationFilters()), id, "slug")).data)
