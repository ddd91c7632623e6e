"""Decisions by the API: for leads what they decide of a list, for authors what was decided of their idea."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.decisions import publish_decisions, stage_decision, withdraw_decision
from ideas.api.base import ApiView, find, find_idea, in_path, lists, write
from ideas.api.errors import ForbiddenSerializer
from ideas.api.inputs import DecisionInput, VersionInput
from ideas.errors import NotAllowed
from ideas.models import Decision, Shortlist, ShortlistEntry
from ideas.queries.decisions import decisions_read_by, entries_decided_by, told_to
from ideas.queries.ideas import visible_to
from ideas.queries.shortlists import shortlists_visible_to
from ideas.rules.ideas import is_author
from ideas.rules.shortlists import can_curate
from ideas.serializers.decisions import DecisionSerializer, StagedSerializer

LIST = in_path("id", "Id of the shortlist.", OpenApiTypes.INT)
ENTRY = in_path("entry", "Id of the entry.", OpenApiTypes.INT)
IDEA = in_path("id", "Id or reference of the idea.")


class DecisionViewSet(ApiView):
    """What leads decide about the ideas on a list. Of ideas in which one has an interest there is nothing."""

    queryset = Decision.objects.none()
    serializer_class = StagedSerializer
    permission_classes = [IsAuthenticated]
    ordering = "id"

    def get_queryset(self) -> QuerySet[Decision]:
        return decisions_read_by(self.member).select_related("entry", "entry__idea", "staged_by")

    @extend_schema(parameters=[LIST])
    @lists(StagedSerializer, "List the decisions about the ideas on a list, staged and published, for who decides")
    def list(self, request: Request, id: str) -> Response:
        return self.page_of(self.get_queryset().filter(entry__shortlist=self._list(id)), StagedSerializer)

    @write(None, None, "Publish what is staged on a list: its authors are told", LIST, status=204)
    def publish(self, request: Request, id: str) -> Response:
        publish_decisions(by=self.member, shortlist=self._list(id), at=self.at)
        return Response(status=204)

    @write(DecisionInput, StagedSerializer, "Stage a decision, with a text to the authors", LIST, ENTRY)
    def stage(self, request: Request, id: str, entry: str) -> Response:
        row = self._entry(id, entry)
        staged = stage_decision(by=self.member, entry=row, at=self.at, **self.read(DecisionInput).validated_data)
        return Response(StagedSerializer(self.get_queryset().get(pk=staged.pk)).data)

    @extend_schema(parameters=[VersionInput])
    @write(None, None, "Withdraw a staged decision", LIST, ENTRY, status=204)
    def withdraw(self, request: Request, id: str, entry: str) -> Response:
        row = self._entry(id, entry)
        withdraw_decision(by=self.member, entry=row, at=self.at, **self.read_filters(VersionInput))
        return Response(status=204)

    def _list(self, key: str) -> Shortlist:
        shortlist = find(shortlists_visible_to(self.viewer), key)
        if not can_curate(self.member, shortlist.value_chain):
            raise NotAllowed
        return shortlist

    def _entry(self, key: str, entry: str) -> ShortlistEntry:
        return find(entries_decided_by(self.member).filter(shortlist=self._list(key)), entry)


class IdeaDecisionViewSet(ApiView):
    """What was decided about an idea, for its authors."""

    queryset = Decision.objects.none()
    serializer_class = DecisionSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    @extend_schema(
        summary="List the published decisions about an idea that one writes, newest first",
        parameters=[IDEA],
        responses={200: DecisionSerializer(many=True), 403: ForbiddenSerializer},
    )
    def list(self, request: Request, id: str) -> Response:
        idea = find_idea(visible_to(self.viewer), id)
        if not is_author(self.member, idea):
            raise NotAllowed
        return self.page_of(told_to(self.member).filter(entry__idea=idea).order_by(), DecisionSerializer)
