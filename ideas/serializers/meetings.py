"""Output shapes of meetings: what the API says of a room, the words of marks and minutes, and the minutes on paper."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.choices import MinuteKind, Outcome
from ideas.exchange.documents import Paper, Section
from ideas.models import Decision, MeetingItem, MeetingMark, MeetingMinute, Member
from ideas.queries.meetings import Person, Room

OUTCOMES: dict[str, Any] = dict(Outcome.choices)
# How far apart the lowest and the highest mark may be, in halves, to be called so.
CLOSE, APART = 2, 4
_LINES: dict[str, Any] = {
    MinuteKind.BEGUN: gettext_lazy("Meeting begun"),
    MinuteKind.CAME: gettext_lazy("%(who)s came"),
    MinuteKind.TURNED: gettext_lazy("Now: “%(title)s”"),
    MinuteKind.REVEALED: gettext_lazy("Marks revealed"),
    MinuteKind.DECIDED: gettext_lazy("Decision: %(outcome)s"),
    MinuteKind.PASSED: gettext_lazy("%(to)s leads the meeting now"),
    MinuteKind.ENDED: gettext_lazy("Meeting ended"),
}

# Words ------------------------------------------------------------------------------------------------------------


def mark_text(halves: int) -> str:
    """Write a mark as the reader's language does, with a decimal only where there is one: "4", "3.5"."""
    return number_format(Decimal(halves) / 2, halves % 2)


def mean_of(marks: Sequence[MeetingMark]) -> Decimal | None:
    """The mean of marks, to hundredths; None without any."""
    if not marks:
        return None
    mean = Decimal(sum(mark.halves for mark in marks)) / (2 * len(marks))
    return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


def mean_text(mean: Decimal | None) -> str:
    """Write a mean with as many decimals as it has: "4", "3.5", "3.67"."""
    if mean is None:
        return ""
    plain = mean.normalize()
    return number_format(plain, max(0, -int(plain.as_tuple().exponent)))


def spread_text(marks: Sequence[MeetingMark]) -> str:
    """Say how far apart marks are: "Far apart: from 1 to 4.5"."""
    if not marks:
        return ""
    low, high = min(mark.halves for mark in marks), max(mark.halves for mark in marks)
    if len(marks) == 1:
        return _("One mark")
    if low == high:
        return _("All agree")
    said = {"low": mark_text(low), "high": mark_text(high)}
    if high - low <= CLOSE:
        return _("Close together: from %(low)s to %(high)s") % said
    if high - low <= APART:
        return _("Some way apart: from %(low)s to %(high)s") % said
    return _("Far apart: from %(low)s to %(high)s") % said


def line_text(line: MeetingMinute, titles: dict[int, str]) -> str:
    """Say a line of the minutes; `titles` are of the items that the reader sees."""
    if line.kind == MinuteKind.NOTE:
        return line.text
    words = {
        "who": line.by.name,
        "to": line.data.get("to", ""),
        "title": titles.get(line.item_id or 0, ""),
        "outcome": OUTCOMES.get(line.data.get("outcome", ""), ""),
    }
    return str(_LINES[line.kind] % words)


# The API ----------------------------------------------------------------------------------------------------------


class AttendeeSerializer(serializers.Serializer[Member]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CameSerializer(serializers.Serializer[Person]):
    """Who came. `takes_part` in the current idea, and `has_given` a mark for it: never which."""

    id = serializers.IntegerField(source="member.pk")
    name = serializers.CharField(source="member.name")
    takes_part = serializers.BooleanField()
    has_given = serializers.BooleanField()


class MarkSerializer(serializers.Serializer[MeetingMark]):
    """A mark that was revealed."""

    member = AttendeeSerializer()
    mark = serializers.SerializerMethodField()

    def get_mark(self, mark: MeetingMark) -> float:
        return mark.halves / 2


class ItemSerializer(serializers.Serializer[MeetingItem]):
    """An idea of the agenda. `place` counts those that the reader sees; `marks` are there once they were revealed."""

    id = serializers.IntegerField()
    place = serializers.SerializerMethodField()
    idea = serializers.IntegerField(source="idea_id")
    reference = serializers.CharField(source="idea.reference")
    title = serializers.CharField(source="idea.title")
    revealed_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    marks = serializers.SerializerMethodField()
    mean = serializers.SerializerMethodField()
    decision = serializers.SerializerMethodField()

    def get_place(self, item: MeetingItem) -> int:
        return self._room.items.index(item) + 1

    @extend_schema_field(MarkSerializer(many=True))
    def get_marks(self, item: MeetingItem) -> list[dict[str, Any]]:
        return [dict(MarkSerializer(mark).data) for mark in self._room.marks.get(item.pk, [])]

    def get_mean(self, item: MeetingItem) -> float | None:
        mean = mean_of(self._room.marks.get(item.pk, []))
        return None if mean is None else float(mean)

    def get_decision(self, item: MeetingItem) -> str | None:
        decision: Decision | None = self._room.decisions.get(item.idea_id)
        return decision.outcome if decision else None

    @property
    def _room(self) -> Room:
        room: Room = self.context["room"]
        return room


class MinuteSerializer(serializers.Serializer[MeetingMinute]):
    """A line of the minutes: of an idea of the agenda (`item`), or of the whole. `text` says it in words."""

    at = serializers.DateTimeField(default_timezone=UTC)
    by = AttendeeSerializer()
    kind = serializers.CharField()
    item = serializers.IntegerField(source="item_id", allow_null=True)
    text = serializers.SerializerMethodField()

    def get_text(self, line: MeetingMinute) -> str:
        return line_text(line, self.context["titles"])


class MeetingSerializer(serializers.Serializer[Room]):
    """A meeting as its reader sees it: nothing of ideas in which they have an interest.

    `current` is the id of the item of which is spoken; where that one isn't the reader's to see, `withheld` says why.
    `own_mark` is the reader's own for it. Presses name the `version`.
    """

    id = serializers.IntegerField(source="meeting.pk")
    title = serializers.CharField(source="meeting.title")
    shortlist = serializers.IntegerField(source="meeting.shortlist_id")
    state = serializers.CharField(source="meeting.state")
    version = serializers.IntegerField(source="meeting.version")
    starts_at = serializers.DateTimeField(source="meeting.starts_at", default_timezone=UTC, allow_null=True)
    begun_at = serializers.DateTimeField(source="meeting.begun_at", default_timezone=UTC, allow_null=True)
    ended_at = serializers.DateTimeField(source="meeting.ended_at", default_timezone=UTC, allow_null=True)
    timer_ends_at = serializers.DateTimeField(source="meeting.ends_at", default_timezone=UTC, allow_null=True)
    facilitator = AttendeeSerializer(source="meeting.facilitator")
    current = serializers.IntegerField(source="current.pk", allow_null=True, default=None)
    withheld = serializers.CharField()
    own_mark = serializers.SerializerMethodField()
    people = CameSerializer(many=True)
    agenda = serializers.SerializerMethodField()
    minutes = serializers.SerializerMethodField()

    def get_own_mark(self, room: Room) -> float | None:
        return None if room.own is None else room.own / 2

    @extend_schema_field(ItemSerializer(many=True))
    def get_agenda(self, room: Room) -> list[dict[str, Any]]:
        return [dict(ItemSerializer(item, context={"room": room}).data) for item in room.items]

    @extend_schema_field(MinuteSerializer(many=True))
    def get_minutes(self, room: Room) -> list[dict[str, Any]]:
        titles = titles_of(room)
        return [dict(MinuteSerializer(line, context={"titles": titles}).data) for line in room.minutes]


class MeetingRowSerializer(serializers.Serializer[Any]):
    """A meeting in a list."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    shortlist = serializers.IntegerField(source="shortlist_id")
    state = serializers.CharField()
    starts_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    facilitator = AttendeeSerializer()


def titles_of(room: Room) -> dict[int, str]:
    """Name the items that the reader sees: {item: title}."""
    return {item.pk: item.idea.title for item in room.items}


# On paper ---------------------------------------------------------------------------------------------------------


def minutes_paper(room: Room, *, site: str, language: str) -> Paper:
    """Write the minutes as a document, in the language that is active: what their reader may see of them."""
    meeting, whole = room.meeting, said_in(room, None)
    return Paper(
        title=_("Minutes: %(title)s") % {"title": meeting.title},
        lead=meeting.shortlist.title,
        facts=facts_of(room),
        sections=[
            Section(_("Agenda"), lines=[f"{place}. {item.idea.title}" for place, item in enumerate(room.items, 1)]),
            *(_section(room, place, item) for place, item in enumerate(room.items, 1)),
            *([Section(_("Of the whole meeting"), lines=[_stamped(line) for line in whole])] if whole else []),
        ],
        foot=f"{site}{meeting.get_absolute_url()}",
        language=language,
    )


def said_in(room: Room, item: MeetingItem | None) -> list[MeetingMinute]:
    """The lines that minutes keep of an idea, or of the whole meeting: what their order says by itself is left out."""
    skipped = {MinuteKind.TURNED, MinuteKind.REVEALED, MinuteKind.CAME}
    about = item.pk if item else None
    return [line for line in room.minutes if line.item_id == about and line.kind not in skipped]


def facts_of(room: Room) -> list[tuple[str, str]]:
    """What stands at the head of the minutes: when it was, who led, who came."""
    meeting = room.meeting
    facts = [
        (_("Value chain"), meeting.shortlist.value_chain.name),
        (_("Begun"), _moment(meeting.begun_at)),
        (_("Ended"), _moment(meeting.ended_at)),
        (_("Led by"), meeting.facilitator.name),
        (_("Came"), ", ".join(one.member.name for one in room.people)),
    ]
    return [(name, value) for name, value in facts if value]


def _section(room: Room, place: int, item: MeetingItem) -> Section:
    """What was said of an idea, its marks as a table and the decision."""
    marks = room.marks.get(item.pk, [])
    lines = [_stamped(line) for line in said_in(room, item)]
    if marks:
        lines.append(
            _("Mean %(mean)s. %(spread)s.") % {"mean": mean_text(mean_of(marks)), "spread": spread_text(marks)}
        )
    rows = [[mark.member.name, mark_text(mark.halves)] for mark in marks]
    head = [[_("Who"), _("Mark")]] if rows else []
    return Section(f"{place}. {item.idea.title}", lines=lines or [_("Nothing was noted.")], rows=[*head, *rows])


def _stamped(line: MeetingMinute) -> str:
    text = line_text(line, {})
    who = f" ({line.by.name})" if line.kind == MinuteKind.NOTE else ""
    return f"{time_format(timezone.localtime(line.at), 'H:i')} {text}{who}"


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""
