"""What a member follows, by the API. It is their own; nobody else sees it."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.following import choose_reminders_of_call, follow, unfollow
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.inputs import FollowInput
from ideas.models import CallFollow
from ideas.queries.following import own_follows
from ideas.serializers.following import FollowSerializer

FOLLOW = in_path("id", "Id of what is followed.", OpenApiTypes.INT)


class FollowViewSet(ApiView):
    """Calls, and programmes, value chains and KETs with the calls that they bring."""

    queryset = CallFollow.objects.none()
    serializer_class = FollowSerializer
    permission_classes = [IsAuthenticated]
    ordering = "-id"

    def get_queryset(self) -> QuerySet[CallFollow]:
        return own_follows(self.member)

    @lists(FollowSerializer, "List what one chose to follow, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), FollowSerializer)

    @write(
        FollowInput, FollowSerializer, "Follow a call, a programme, a value chain or a KET; twice is once", status=201
    )
    def create(self, request: Request) -> Response:
        content = dict(self.read(FollowInput).validated_data)
        if "lead_days" in content:
            row = choose_reminders_of_call(by=self.member, at=self.at, **content)
        else:
            row = follow(by=self.member, at=self.at, **content)
        return Response(FollowSerializer(row).data, status=201)

    @write(None, None, "Follow it no more", FOLLOW, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        unfollow(by=self.member, follow=find(self.get_queryset(), id))
        return Response(status=204)
