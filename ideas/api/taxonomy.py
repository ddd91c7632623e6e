"""Value chains and KETs by the API. They are public, and only read."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.api.base import ApiView, find, in_path
from ideas.api.pagination import WholePagination
from ideas.models import Term, ValueChain
from ideas.queries.taxonomy import all_kets
from ideas.serializers.taxonomy import KetSerializer, ValueChainSerializer


class TaxonomyViewSet(ListModelMixin, ApiView):
    pagination_class = WholePagination
    lookup_url_kwarg = "code"

    def retrieve(self, request: Request, code: str) -> Response:
        return Response(self.get_serializer(find(self.get_queryset(), code, "code")).data)


@extend_schema_view(
    list=extend_schema(summary="List the value chains"),
    retrieve=extend_schema(summary="Read a value chain", parameters=[in_path("code", "Its code.")]),
)
class ValueChainViewSet(TaxonomyViewSet):
    queryset = ValueChain.objects.order_by("position", "code")
    serializer_class = ValueChainSerializer
    ordering = ("position", "code")


@extend_schema_view(
    list=extend_schema(summary="List the Key Enabling Technologies: those in use, and the retired set"),
    retrieve=extend_schema(summary="Read a KET", parameters=[in_path("code", "Its code.")]),
)
class KetViewSet(TaxonomyViewSet):
    queryset = Term.objects.none()
    serializer_class = KetSerializer
    ordering = ("-scheme", "position", "id")

    def get_queryset(self) -> QuerySet[Term]:
        return all_kets()
