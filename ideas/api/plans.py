"""The plan of an idea by the API, for its team."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.plans import tick_milestone
from ideas.api.base import ApiView, find, find_idea, in_path, write
from ideas.api.inputs import TickInput
from ideas.models import Idea
from ideas.queries.plans import plan_of, plans_visible_to
from ideas.serializers.plans import PlanTodaySerializer

IDEA = in_path("id", "Id of the idea, or its reference number (JVL-2026-0042).")
MILESTONE = in_path("milestone", "Id of the step.", OpenApiTypes.INT)


class PlanViewSet(ApiView):
    """The way back from the deadline of an idea; only its authors and the people of its partners find it."""

    queryset = Idea.objects.none()
    serializer_class = PlanTodaySerializer
    permission_classes = [IsAuthenticated]
    pagination_class = None

    @extend_schema(
        operation_id="ideas_plan_retrieve",
        summary="Read the plan of an idea on whose team one is",
        parameters=[IDEA],
        responses=PlanTodaySerializer,
    )
    def list(self, request: Request, id: str) -> Response:
        return self._answer(self._idea(id))

    @write(TickInput, PlanTodaySerializer, "Tick a step off, or take the tick away", IDEA, MILESTONE)
    @action(detail=False, methods=["post"], url_path="(?P<milestone>[^/]+)/tick")
    def tick(self, request: Request, id: str, milestone: str) -> Response:
        idea = self._idea(id)
        step = find(idea.milestones.all(), milestone)
        done = self.read(TickInput).validated_data["done"]
        tick_milestone(by=self.member, milestone=step, done=done, at=self.at)
        return self._answer(idea)

    def _idea(self, key: str) -> Idea:
        return find_idea(plans_visible_to(self.member).select_related("deadline"), key)

    def _answer(self, idea: Idea) -> Response:
        plan = plan_of(idea)
        return Response(PlanTodaySerializer(plan, context={"today": plan.today(self.at)}).data)
