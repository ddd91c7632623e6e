"""Merging two ideas by the API."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.merging import consent_to_merge, end_merge, propose_merge
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import ConsentInput, EndMergeInput, MergeInput
from ideas.models import Affiliation, MergeProposal
from ideas.queries.merging import merges_visible_to
from ideas.serializers.merging import MergeSerializer

MERGE = in_path("id", "Id of the proposal.", OpenApiTypes.INT)
PEOPLE = ("proposed_by", "idea_consent_by", "into_consent_by", "ended_by")


@extend_schema_view(retrieve=extend_schema(summary="Read a proposal to merge two ideas", parameters=[MERGE]))
class MergeViewSet(ApiView):
    """Proposals about one's ideas and of one's making, as long as one sees both ideas."""

    queryset = MergeProposal.objects.none()
    serializer_class = MergeSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    def get_queryset(self) -> QuerySet[MergeProposal]:
        return _loaded(merges_visible_to(self.viewer))

    @lists(MergeSerializer, "List the proposals to merge ideas that one may see, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), MergeSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(MergeSerializer(find(self.get_queryset(), id)).data)

    @write(
        MergeInput, MergeSerializer, "Propose that an idea goes into another; who writes both merges them", status=201
    )
    def create(self, request: Request) -> Response:
        content = self.read(MergeInput).validated_data
        return Response(_shown(propose_merge(by=self.member, at=self.at, **content)), status=201)

    @write(ConsentInput, MergeSerializer, "Agree for the idea that one writes; the last consent merges the two", MERGE)
    @action(detail=True, methods=["post"], pagination_class=None)
    def consent(self, request: Request, id: str) -> Response:
        proposal = find(self.get_queryset(), id)
        joins = self.read(ConsentInput).validated_data["joins"]
        return Response(_shown(consent_to_merge(by=self.member, proposal=proposal, joins=joins, at=self.at)))

    @write(EndMergeInput, MergeSerializer, "Decline a proposal, or take back one's own", MERGE)
    @action(detail=True, methods=["post"], pagination_class=None)
    def end(self, request: Request, id: str) -> Response:
        proposal = find(self.get_queryset(), id)
        answer = self.read(EndMergeInput).validated_data["answer"]
        return Response(_shown(end_merge(by=self.member, proposal=proposal, answer=answer, at=self.at)))


def _shown(proposal: MergeProposal) -> dict[str, object]:
    """The proposal after a write: who took part in it may read it once more, whatever they see from now on."""
    rows = MergeProposal.objects.select_related("idea", "into", *PEOPLE)
    return dict(MergeSerializer(_loaded(rows).get(pk=proposal.pk)).data)


def _loaded(proposals: QuerySet[MergeProposal]) -> QuerySet[MergeProposal]:
    places = Affiliation.objects.select_related("organisation").order_by("id")
    return proposals.prefetch_related(*(Prefetch(f"{person}__affiliations", queryset=places) for person in PEOPLE))
