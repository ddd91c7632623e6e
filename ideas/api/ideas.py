"""Ideas by the API: the board's list, one idea, and its writes."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.ideas import aim_again, change_state, edit_idea, post_idea, renew_idea
from ideas.api.base import PAGING, ApiView, find_idea, in_path, lists, write
from ideas.api.filters import IdeaFilterInput
from ideas.api.inputs import AimInput, IdeaEditInput, IdeaInput, RenewInput, StateInput
from ideas.api.pagination import FirstRows
from ideas.models import Affiliation, Idea, Member
from ideas.queries.board_pages import ORDERS, first_rows
from ideas.queries.filters import IdeaFilters, filter_ideas, ideas_with
from ideas.queries.ideas import CARD_FIELDS, audiences_of, public_teasers, visible_to
from ideas.queries.matching import calls_for
from ideas.queries.merging import merged_into_for
from ideas.serializers.ideas import TEASER, IdeaRowSerializer, IdeaSerializer
from ideas.serializers.matching import CallFitSerializer

_PLACES = Prefetch("authors__affiliations", queryset=Affiliation.objects.select_related("organisation").order_by("id"))
KEY = in_path("id", "Id of the idea, or its reference number (JVL-2026-0042).")


@extend_schema_view(
    retrieve=extend_schema(
        summary="Read an idea",
        description="Who may not see it in full gets its public teaser, where it has one: every other field is null.",
        parameters=[KEY],
        responses=IdeaSerializer,
    )
)
class IdeaViewSet(ApiView):
    queryset = Idea.objects.none()
    serializer_class = IdeaSerializer
    ordering = ORDERS["activity"]

    @lists(IdeaRowSerializer, "List the ideas that one may see; visitors get public teasers", IdeaFilterInput)
    def list(self, request: Request) -> Response:
        filters = IdeaFilters(**self.read_filters(IdeaFilterInput))
        self.ordering = ORDERS[filters.sort]
        if isinstance(self.viewer, Member) and not filters.narrows and not PAGING & request.query_params.keys():
            rows = first_rows(self.viewer, audiences_of(self.viewer), filters.sort)
            return self.page_of(FirstRows(rows), IdeaRowSerializer)
        ideas = filter_ideas(ideas_with(self.viewer, filters.q), filters, by=self.viewer, at=self.at)
        key = self.ordering[0].lstrip("-")
        if key != "activity_at":
            ideas = ideas.filter(**{f"{key}__isnull": False})
        return self.page_of(ideas.values(*CARD_FIELDS), IdeaRowSerializer, teaser=not self.is_member)

    def retrieve(self, request: Request, id: str) -> Response:
        try:
            idea = find_idea(_loaded(visible_to(self.viewer)), id)
        except Http404:
            return Response(self._teaser(id))
        return Response(self._shown(idea))

    @write(IdeaInput, IdeaSerializer, "Write down a new idea, as a draft", status=201)
    def create(self, request: Request) -> Response:
        member = self.member
        parsed = self.read(IdeaInput)
        assert isinstance(parsed, IdeaInput)
        idea = post_idea(by=member, content=parsed.content(), at=self.at)
        return Response(self._whole(idea), status=201)

    @write(IdeaEditInput, IdeaSerializer, "Edit an idea over the version that one has read", KEY)
    def partial_update(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._seen(id)
        parsed = self.read(IdeaEditInput, idea=idea)
        assert isinstance(parsed, IdeaEditInput)
        version = parsed.validated_data["version"]
        idea = edit_idea(by=member, idea=idea, content=parsed.content(), version=version, at=self.at)
        return Response(self._whole(idea))

    @write(StateInput, IdeaSerializer, "Take an idea to another state", KEY)
    @action(detail=True, methods=["post"], url_path="state", pagination_class=None)
    def state(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._seen(id)
        idea = change_state(by=member, idea=idea, at=self.at, **self.read(StateInput).validated_data)
        return Response(self._whole(idea))

    @write(RenewInput, IdeaSerializer, "Say until when an idea goes on", KEY)
    @action(detail=True, methods=["post"], url_path="renew", pagination_class=None)
    def renew(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._seen(id)
        idea = renew_idea(by=member, idea=idea, at=self.at, **self.read(RenewInput).validated_data)
        return Response(self._whole(idea))

    @write(AimInput, IdeaSerializer, "Aim an idea at another call; one not funded or parked opens again", KEY)
    @action(detail=True, methods=["post"], url_path="aim", pagination_class=None)
    def aim(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._seen(id)
        idea = aim_again(by=member, idea=idea, at=self.at, **self.read(AimInput).validated_data)
        return Response(self._whole(idea))

    @extend_schema(
        summary="List the calls still ahead that fit an idea, best first, each with its reasons",
        description="For those who see the idea in full. Its own call isn't among them.",
        parameters=[KEY],
        responses=CallFitSerializer(many=True),
    )
    @action(detail=True, methods=["get"], url_path="calls", pagination_class=None)
    def calls(self, request: Request, id: str) -> Response:
        rows: Any = calls_for(self._seen(id), self.at)  # the stubs know no `many`
        return Response(CallFitSerializer(rows, many=True, context=self.get_serializer_context()).data)

    @property
    def is_member(self) -> bool:
        return isinstance(self.viewer, Member)

    def _seen(self, key: str) -> Idea:
        return find_idea(visible_to(self.viewer), key)

    def _whole(self, idea: Idea) -> dict[str, Any]:
        return self._shown(_loaded(Idea.objects.filter(pk=idea.pk)).get())

    def _shown(self, idea: Idea) -> dict[str, Any]:
        into = merged_into_for(self.viewer, idea)
        return dict(IdeaSerializer(idea, context={"merged_into": into.reference if into else None}).data)

    def _teaser(self, key: str) -> dict[str, Any]:
        idea = find_idea(public_teasers(), key)
        row = Idea.objects.filter(pk=idea.pk).values(*CARD_FIELDS).get()
        shown = IdeaRowSerializer(row, context={"teaser": True}).data
        names: list[str] = list(IdeaSerializer().get_fields())
        return {name: shown[name] if name in TEASER else None for name in names}


def _loaded(ideas: QuerySet[Idea]) -> QuerySet[Idea]:
    return ideas.select_related("value_chain", "call", "s3_area").prefetch_related("authors", _PLACES)
