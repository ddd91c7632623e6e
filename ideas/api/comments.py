"""Comments by the API."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.comments import delete_comment, edit_comment, post_comment
from ideas.api.base import ApiView, find, find_idea, in_path, lists, write
from ideas.api.ideas import KEY
from ideas.api.inputs import CommentEditInput, CommentFilterInput, CommentInput
from ideas.choices import CommentAudience
from ideas.models import Comment, Idea
from ideas.queries.comments import (
    comments_of,
    comments_visible_to,
    may_enter_room,
    rooms_visible_to,
    with_author,
)
from ideas.queries.ideas import visible_to
from ideas.serializers.comments import CommentSerializer

COMMENT = in_path("id", "Id of the comment.", OpenApiTypes.INT)


class IdeaCommentViewSet(ApiView):
    """The comments under one idea."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    permission_classes = [IsAuthenticated]
    ordering = "id"

    @extend_schema(parameters=[KEY])
    @lists(CommentSerializer, "List the comments of one of an idea's discussions, oldest first", CommentFilterInput)
    def list(self, request: Request, id: str) -> Response:
        audience = self.read_filters(CommentFilterInput)["audience"]
        within = audience == CommentAudience.PARTNERS
        idea = find_idea(rooms_visible_to(self.viewer) if within else visible_to(self.viewer), id)
        return self.page_of(comments_of(idea.pk, audience=audience), CommentSerializer)

    @write(
        CommentInput,
        CommentSerializer,
        "Post a comment; the same `client_id` again is the same one",
        KEY,
        status=201,
    )
    def create(self, request: Request, id: str) -> Response:
        member, idea = self.member, self._idea(id)
        enters = may_enter_room(member, idea)
        content = self.read(CommentInput, idea=idea, enters=enters).validated_data
        comment = post_comment(by=member, idea=idea, at=self.at, **content)
        return Response(_shape(comment), status=201)

    def _idea(self, key: str) -> Idea:
        return find_idea(visible_to(self.viewer), key)


class CommentViewSet(ApiView):
    """One comment."""

    queryset = Comment.objects.none()
    serializer_class = CommentSerializer
    permission_classes = [IsAuthenticated]

    @write(CommentEditInput, CommentSerializer, "Replace a comment's text", COMMENT)
    def partial_update(self, request: Request, id: str) -> Response:
        member, comment = self.member, self._comment(id)
        comment = edit_comment(by=member, comment=comment, at=self.at, **self.read(CommentEditInput).validated_data)
        return Response(_shape(comment))

    @write(None, None, "Take a comment's text away; twice is once", COMMENT, status=204)
    def destroy(self, request: Request, id: str) -> Response:
        delete_comment(by=self.member, comment=self._comment(id), at=self.at)
        return Response(status=204)

    def _comment(self, key: str) -> Comment:
        return find(comments_visible_to(self.viewer), key)


def _shape(comment: Comment) -> dict[str, object]:
    return dict(CommentSerializer(with_author(Comment.objects.filter(pk=comment.pk)).get()).data)
