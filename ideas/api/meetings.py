"""Meetings by the API: read one as one may, and press what its pages press."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.meeting_room import (
    MAX_NOTE_CHARS,
    give_mark,
    pass_on,
    reveal_marks,
    take_over,
    turn_meeting,
    write_note,
)
from ideas.actions.meetings import begin_meeting, end_meeting
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.fields import BIG, IdField
from ideas.models import Meeting, MeetingItem, Member
from ideas.queries.meetings import items_seen, meetings_visible_to, room_of, who_came
from ideas.serializers.meetings import MeetingRowSerializer, MeetingSerializer

MEETING = in_path("id", "Id of the meeting.", OpenApiTypes.INT)
MOST_ID = 2**63 - 1


class PressInput(serializers.Serializer[Any]):
    """`version` is the meeting's as it was read: a press on what was meanwhile is refused."""

    version = serializers.IntegerField(min_value=0, max_value=BIG)


class TurnInput(PressInput):
    """To an `item` of the agenda, or so many steps on: 1 or -1."""

    item = serializers.IntegerField(min_value=1, max_value=MOST_ID, required=False, allow_null=True, default=None)
    step = serializers.ChoiceField([1, -1], default=1)


class MarkInput(serializers.Serializer[Any]):
    """A mark for the item of which is spoken: 0 to 5, in halves. Nobody else reads it before the reveal."""

    item = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    mark = serializers.DecimalField(max_digits=2, decimal_places=1, min_value=Decimal(0), max_value=Decimal(5))

    def validate_mark(self, mark: Decimal) -> Decimal:
        if mark % Decimal("0.5"):
            raise ValidationError(_("Give a mark from 0 to 5, in halves."))
        return mark


class NoteInput(serializers.Serializer[Any]):
    """A line of the minutes, of an `item` or of the whole. The same `client_id` again writes no second line."""

    body = serializers.CharField(max_length=MAX_NOTE_CHARS)
    item = serializers.IntegerField(min_value=1, max_value=MOST_ID, required=False, allow_null=True, default=None)
    client_id = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class CameField(IdField):
    """A member who came to the meeting (`context["meeting"]`)."""

    def get_queryset(self) -> QuerySet[Member]:
        meeting = self.context.get("meeting")
        return who_came(meeting) if meeting else Member.objects.none()


class PassInput(PressInput):
    to = CameField(help_text="Id of somebody who came to the meeting.")


@extend_schema_view(retrieve=extend_schema(summary="Read a meeting as it is now", parameters=[MEETING]))
class MeetingViewSet(ApiView):
    """Meetings over shortlists, for the leads of the value chain and cluster staff; for nobody else they exist.

    Of an idea in which somebody has an interest they read nothing. A mark is read by whoever gave it, and by the others
    once it is revealed.
    """

    queryset = Meeting.objects.none()
    serializer_class = MeetingSerializer
    permission_classes = [IsAuthenticated]
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"
    ordering = "-id"

    def get_queryset(self) -> QuerySet[Meeting]:
        return meetings_visible_to(self.viewer)

    @lists(MeetingRowSerializer, "List the meetings in which one may be, newest first")
    def list(self, request: Request) -> Response:
        return self.page_of(self.get_queryset(), MeetingRowSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return self._answer(id)

    @write(PressInput, MeetingSerializer, "Begin a meeting, and lead it", MEETING)
    @action(detail=True, methods=["post"], url_path="begin", pagination_class=None)
    def begin(self, request: Request, id: str) -> Response:
        begin_meeting(by=self.member, meeting=self._meeting(id), at=self.at, **self.read(PressInput).validated_data)
        return self._answer(id)

    @write(TurnInput, MeetingSerializer, "Turn to another idea", MEETING)
    @action(detail=True, methods=["post"], url_path="turn", pagination_class=None)
    def turn(self, request: Request, id: str) -> Response:
        meeting, given = self._meeting(id), self.read(TurnInput).validated_data
        to = self._item(meeting, given.pop("item"))
        turn_meeting(by=self.member, meeting=meeting, to=to, at=self.at, **given)
        return self._answer(id)

    @write(MarkInput, MeetingSerializer, "Give the current idea a mark", MEETING)
    @action(detail=True, methods=["post"], url_path="mark", pagination_class=None)
    def mark(self, request: Request, id: str) -> Response:
        meeting, given = self._meeting(id), self.read(MarkInput).validated_data
        item = self._item(meeting, given["item"])
        assert item is not None
        give_mark(by=self.member, item=item, halves=int(given["mark"] * 2), at=self.at)
        return self._answer(id)

    @write(PressInput, MeetingSerializer, "Reveal the marks of the current idea, together", MEETING)
    @action(detail=True, methods=["post"], url_path="reveal", pagination_class=None)
    def reveal(self, request: Request, id: str) -> Response:
        reveal_marks(by=self.member, meeting=self._meeting(id), at=self.at, **self.read(PressInput).validated_data)
        return self._answer(id)

    @write(NoteInput, MeetingSerializer, "Write a line of the minutes", MEETING)
    @action(detail=True, methods=["post"], url_path="note", pagination_class=None)
    def note(self, request: Request, id: str) -> Response:
        meeting, given = self._meeting(id), self.read(NoteInput).validated_data
        item = self._item(meeting, given.pop("item"))
        write_note(by=self.member, meeting=meeting, item=item, at=self.at, **given)
        return self._answer(id)

    @write(PassInput, MeetingSerializer, "Give the facilitator's role to somebody who came", MEETING)
    @action(detail=True, methods=["post"], url_path="pass", pagination_class=None)
    def hand_on(self, request: Request, id: str) -> Response:
        meeting = self._meeting(id)
        given = self.read(PassInput, meeting=meeting).validated_data
        pass_on(by=self.member, meeting=meeting, at=self.at, **given)
        return self._answer(id)

    @write(PressInput, MeetingSerializer, "Take the facilitator's role over", MEETING)
    @action(detail=True, methods=["post"], url_path="take", pagination_class=None)
    def take(self, request: Request, id: str) -> Response:
        take_over(by=self.member, meeting=self._meeting(id), at=self.at, **self.read(PressInput).validated_data)
        return self._answer(id)

    @write(PressInput, MeetingSerializer, "End a meeting", MEETING)
    @action(detail=True, methods=["post"], url_path="end", pagination_class=None)
    def end(self, request: Request, id: str) -> Response:
        end_meeting(by=self.member, meeting=self._meeting(id), at=self.at, **self.read(PressInput).validated_data)
        return self._answer(id)

    def _meeting(self, key: str) -> Meeting:
        return find(meetings_visible_to(self.viewer), key)

    def _item(self, meeting: Meeting, pk: int | None) -> MeetingItem | None:
        """Find a part of the agenda that the viewer sees. Raises Http404."""
        seen = items_seen(self.viewer).filter(meeting=meeting).select_related("meeting")
        return None if pk is None else find(seen, str(pk))

    def _answer(self, key: str) -> Response:
        return Response(MeetingSerializer(room_of(self._meeting(key), self.member)).data)
