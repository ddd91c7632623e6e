"""Shortlists by the API."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.shortlists import (
    add_to_shortlist,
    create_shortlist,
    move_entry,
    publish_shortlist,
    remove_entry,
    write_rationale,
)
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import EntryInput, MoveInput, PublishInput, RationaleInput, ShortlistInput
from ideas.models import Shortlist, ShortlistEntry
from ideas.queries.shortlists import entries_seen, shortlists_to_read, shortlists_visible_to
from ideas.serializers.shortlists import ShortlistSerializer

LIST = in_path("id", "Id of the shortlist.", OpenApiTypes.INT)
ENTRY = in_path("entry", "Id of the entry.", OpenApiTypes.INT)
OF_ENTRY = r"entries/(?P<entry>[^/]+)"


@extend_schema_view(retrieve=extend_schema(summary="Read a shortlist and its entries", parameters=[LIST]))
class ShortlistViewSet(ApiView):
    """Published lists for every member; lists in preparation for the chain's leads and cluster staff."""

    queryset = Shortlist.objects.none()
    serializer_class = ShortlistSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    ordering = "-id"

    def get_queryset(self) -> QuerySet[Shortlist]:
        return shortlists_to_read(self.viewer)

    @lists(ShortlistSerializer, "List the shortlists that one may see, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), ShortlistSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return self._answer(id)

    @write(ShortlistInput, ShortlistSerializer, "Begin a shortlist for a value chain", status=201)
    def create(self, request: Request) -> Response:
        shortlist = create_shortlist(by=self.member, at=self.at, **self.read(ShortlistInput).validated_data)
        return self._answer(str(shortlist.pk), status=201)

    @write(PublishInput, ShortlistSerializer, "Freeze a list and show it to the members, with what is staged", LIST)
    @action(detail=True, methods=["post"], url_path="publish", pagination_class=None)
    def publish(self, request: Request, id: str) -> Response:
        content = self.read(PublishInput).validated_data
        publish_shortlist(by=self.member, shortlist=self._list(id), at=self.at, **content)
        return self._answer(id)

    @write(EntryInput, ShortlistSerializer, "Put an idea at the end of a list", LIST, status=201)
    @action(detail=True, methods=["post"], url_path="entries", pagination_class=None)
    def entries(self, request: Request, id: str) -> Response:
        shortlist = self._list(id)
        content = self.read(EntryInput).validated_data
        add_to_shortlist(by=self.member, shortlist=shortlist, at=self.at, **content)
        return self._answer(id, status=201)

    @write(MoveInput, ShortlistSerializer, "Move an entry to another place", LIST, ENTRY)
    @action(detail=True, methods=["post"], url_path=rf"{OF_ENTRY}/move", pagination_class=None)
    def move(self, request: Request, id: str, entry: str) -> Response:
        moved = self._entry(id, entry)
        move_entry(by=self.member, entry=moved, at=self.at, **self.read(MoveInput).validated_data)
        return self._answer(id)

    @write(RationaleInput, ShortlistSerializer, "Say why an idea is on the list", LIST, ENTRY)
    @action(detail=True, methods=["patch"], url_path=OF_ENTRY, pagination_class=None)
    def entry(self, request: Request, id: str, entry: str) -> Response:
        changed = self._entry(id, entry)
        write_rationale(by=self.member, entry=changed, at=self.at, **self.read(RationaleInput).validated_data)
        return self._answer(id)

    @write(None, ShortlistSerializer, "Take an idea off the list", LIST, ENTRY)
    @entry.mapping.delete
    def remove(self, request: Request, id: str, entry: str) -> Response:
        remove_entry(by=self.member, entry=self._entry(id, entry), at=self.at)
        return self._answer(id)

    def _list(self, key: str) -> Shortlist:
        return find(shortlists_visible_to(self.viewer), key)

    def _entry(self, key: str, entry: str) -> ShortlistEntry:
        return find(entries_seen(self.viewer).filter(shortlist=self._list(key)), entry)

    def _answer(self, key: str, status: int = 200) -> Response:
        return Response(ShortlistSerializer(find(self.get_queryset(), key)).data, status=status)
