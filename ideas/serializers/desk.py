"""Output shape of a lead's desk."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Meeting, Review
from ideas.queries.alarms import Alarms, Line
from ideas.queries.desk import Closing, Desk, Glance, ListAtWork


class AlarmLineSerializer(serializers.Serializer[Line]):
    """An idea that needs somebody. `since`: of places the idea's deadline; `over_days`: beyond the limit, or null.

    `asked` requests wait for the authors, `unauthorised` ones for the organisation that makes them.
    """

    idea = serializers.IntegerField(source="idea.id")
    reference = serializers.CharField(source="idea.reference")
    title = serializers.CharField(source="idea.title")
    state = serializers.CharField(source="idea.state")
    since = serializers.DateTimeField(default_timezone=UTC)
    over_days = serializers.IntegerField(source="over", allow_null=True)
    comment = serializers.IntegerField(source="comment_id", allow_null=True)
    places = serializers.SerializerMethodField()
    asked = serializers.IntegerField()
    unauthorised = serializers.IntegerField()

    def get_places(self, line: Line) -> list[int]:
        return [place.pk for place in line.places]


class AlarmsSerializer(serializers.Serializer[Alarms]):
    """The alarms of a kind: on how many ideas, and the most urgent of them."""

    kind = serializers.CharField(source="alarm")
    total = serializers.IntegerField()
    lines = AlarmLineSerializer(many=True)


class DueReviewSerializer(serializers.Serializer[Review]):
    """A review that waits for the reader."""

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="entry.idea_id")
    reference = serializers.CharField(source="entry.idea.reference")
    shortlist = serializers.IntegerField(source="entry.shortlist_id")
    state = serializers.CharField()
    due = serializers.DateTimeField(
        source="entry.shortlist.round.due", default_timezone=UTC, allow_null=True, default=None
    )


class ListAtWorkSerializer(serializers.Serializer[ListAtWork]):
    """A list to finish: reviews asked for and done, decisions staged and not published."""

    id = serializers.IntegerField(source="shortlist.pk")
    title = serializers.CharField(source="shortlist.title")
    value_chain = serializers.CharField(source="shortlist.value_chain.code")
    ideas = serializers.IntegerField()
    asked = serializers.IntegerField()
    done = serializers.IntegerField()
    staged = serializers.IntegerField()


class AheadSerializer(serializers.Serializer[Meeting]):
    """A meeting that runs or is planned."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    shortlist = serializers.IntegerField(source="shortlist_id")
    state = serializers.CharField()
    starts_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    ideas = serializers.IntegerField(source="idea_count")


class ClosingSerializer(serializers.Serializer[Closing]):
    """A deadline ahead, and how many ideas aim at its call."""

    call = serializers.CharField(source="deadline.call.identifier")
    at = serializers.DateTimeField(source="deadline.at", default_timezone=UTC)
    zone = serializers.CharField(source="deadline.zone")
    ideas = serializers.IntegerField()


class GlanceSerializer(serializers.Serializer[Glance]):
    """How the value chains stand: ideas by state, the next deadlines, places looked for and filled."""

    states = serializers.DictField(child=serializers.IntegerField())
    closings = ClosingSerializer(many=True)
    places = serializers.IntegerField(source="wanted")
    filled = serializers.IntegerField()


class DeskSerializer(serializers.Serializer[Desk]):
    """What needs a lead in their value chains."""

    alarms = AlarmsSerializer(many=True)
    reviews = DueReviewSerializer(many=True)
    shortlists = ListAtWorkSerializer(source="lists", many=True)
    meetings = AheadSerializer(many=True)
    glance = GlanceSerializer()
