"""Reads of meetings: who may be in, what each of them sees of it, and what is nobody's to see before the reveal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ideas.choices import MinuteKind
from ideas.models import Decision, Idea, Meeting, MeetingItem, MeetingMark, MeetingMinute, Member, Shortlist
from ideas.models import ShortlistEntry as Entry
from ideas.queries.conflicts import conflicted_ideas, conflicted_members, own_interest
from ideas.queries.decisions import decided_on
from ideas.queries.ideas import Viewer, visible_to

# Why the current idea isn't shown to somebody.
INTEREST, UNSEEN = "interest", "unseen"


@dataclass(frozen=True)
class Person:
    """Who came to a meeting. `takes_part` in the current idea; `has_given` a mark for it, which isn't told here."""

    member: Member
    takes_part: bool = True
    has_given: bool = False


@dataclass(frozen=True)
class Room:
    """What one member sees of a meeting now. Of an idea in which they have an interest there is nothing in it.

    `withheld` says why there is no `current`, where there is one for the others. `own` is the member's own mark for
    it, in halves; `marks` are by item, of those that were revealed, and of no others.
    """

    meeting: Meeting
    items: list[MeetingItem]
    current: MeetingItem | None
    withheld: str
    minutes: list[MeetingMinute]
    people: list[Person]
    own: int | None
    marks: dict[int, list[MeetingMark]]
    decisions: dict[int, Decision]

    @property
    def taking_part(self) -> list[Person]:
        """Those of whom a mark is expected."""
        return [one for one in self.people if one.takes_part]


# Seeing -------------------------------------------------------------------------------------------------------------


def meetings_visible_to(member: Viewer) -> QuerySet[Meeting]:
    """Select the meetings that a member may be in: those over lists of chains that they lead; cluster staff, all."""
    if not isinstance(member, Member) or not member.is_active:
        return Meeting.objects.none()
    meetings = Meeting.objects.select_related("shortlist", "shortlist__value_chain", "facilitator")
    return meetings if member.is_staff else meetings.filter(shortlist__value_chain__in=member.led_chains.values("id"))


def items_seen(member: Viewer, audiences: Sequence[str] | None = None) -> QuerySet[MeetingItem]:
    """Select the parts of agendas that a member reads: of ideas that they may see and have no interest in.

    For good: also once the list is published, what was said of an idea isn't for those with an interest in it.
    """
    items = MeetingItem.objects.filter(idea__in=visible_to(member, audiences).values("id"))
    if not isinstance(member, Member):
        return items.none()
    return items.exclude(own_interest(member, "idea"))


def meetings_of(shortlist: Shortlist, member: Member) -> QuerySet[Meeting]:
    """Select the meetings over a list that the member may be in, newest first."""
    return meetings_visible_to(member).filter(shortlist=shortlist).order_by("-id")


# The room -----------------------------------------------------------------------------------------------------------


def room_of(meeting: Meeting, member: Member, audiences: Sequence[str] | None = None) -> Room:
    """Read what a member sees of a meeting that they may see, in a fixed number of queries."""
    items = list(items_seen(member, audiences).filter(meeting=meeting).select_related("idea").order_by("position"))
    current = next((item for item in items if item.pk == meeting.current_id), None)
    return Room(
        meeting=meeting,
        items=items,
        current=current,
        withheld="" if current or not meeting.current_id else _why_withheld(meeting, member),
        minutes=_minutes_for(meeting, items),
        people=_people(meeting, current),
        own=_own_mark(current, member),
        marks=revealed_marks(items),
        decisions=_decisions(meeting.shortlist, member, audiences),
    )


def whole_idea_of(item: MeetingItem) -> Idea:
    """Read the idea of an agenda with what the room shows of it. The caller has found the item among those seen."""
    return Idea.objects.select_related("value_chain", "call", "deadline", "organisation").get(pk=item.idea_id)


def entry_of(item: MeetingItem, shortlist_id: int) -> Entry | None:
    """Find where an idea of an agenda stands on the list; None once it was taken off."""
    return Entry.objects.filter(shortlist=shortlist_id, idea=item.idea_id).select_related("shortlist").first()


def steps_of(meeting: Meeting, member: Member, audiences: Sequence[str] | None = None) -> list[int]:
    """List the ids of the items through which a facilitator goes, in order: also those in which they have an interest,
    for the others speak of them, but none that they may not see.
    """
    seen = meeting.items.filter(idea__in=visible_to(member, audiences).values("id")).order_by("position")
    return list(seen.values_list("id", flat=True))


def addable_to(meeting: Meeting, member: Member, audiences: Sequence[str] | None = None) -> QuerySet[Idea]:
    """Select the ideas of the list that came after the agenda was made, of those that the member reads there."""
    listed = Entry.objects.filter(shortlist=meeting.shortlist_id)
    ideas = visible_to(member, audiences).filter(id__in=listed.values("idea_id"))
    return ideas.exclude(id__in=meeting.items.values("idea_id")).exclude(own_interest(member)).order_by("title", "id")


def has_come(meeting: Meeting, member: Member) -> bool:
    """Whether the minutes say already that a member came."""
    return meeting.minutes.filter(kind=MinuteKind.CAME, by=member).exists()


def who_came(meeting: Meeting) -> QuerySet[Member]:
    """Select who came to a meeting, by name."""
    return Member.objects.filter(id__in=meeting.minutes.filter(kind=MinuteKind.CAME).values("by_id")).order_by("name")


def revealed_marks(items: Iterable[MeetingItem]) -> dict[int, list[MeetingMark]]:
    """Read the marks of those items that were revealed, lowest first: {item: marks with their members}. One query.

    The one place from which a mark comes that isn't the reader's own.
    """
    marks: defaultdict[int, list[MeetingMark]] = defaultdict(list)
    shown = MeetingMark.objects.filter(item__in=list(items), item__revealed_at__isnull=False)
    for mark in shown.select_related("member").order_by("halves", "member__name", "id"):
        marks[mark.item_id].append(mark)
    return dict(marks)


def _decisions(shortlist: Shortlist, member: Member, audiences: Sequence[str] | None) -> dict[int, Decision]:
    """The decision about each idea of a list, the staged one before a published one: {idea: decision}."""
    found = decided_on(shortlist, member, audiences).values()
    newest = [one.staged or one.published for one in found]
    return {row.entry.idea_id: row for row in newest if row}


def _why_withheld(meeting: Meeting, member: Member) -> str:
    idea = MeetingItem.objects.filter(pk=meeting.current_id or 0).values("idea_id")
    return INTEREST if conflicted_ideas(member).filter(pk__in=idea).exists() else UNSEEN


def _minutes_for(meeting: Meeting, items: list[MeetingItem]) -> list[MeetingMinute]:
    """Lines of the whole, and of the items that the reader sees, oldest first."""
    lines = meeting.minutes.filter(Q(item=None) | Q(item__in=items))
    return list(lines.select_related("by").order_by("id"))


def _people(meeting: Meeting, current: MeetingItem | None) -> list[Person]:
    """Who came; with a current idea also who takes part in it, and who has given a mark: not which."""
    came = list(who_came(meeting))
    if current is None:
        return [Person(member) for member in came]
    given = set(current.marks.values_list("member_id", flat=True))
    apart = set(conflicted_members(current.idea).filter(pk__in=[one.pk for one in came]).values_list("pk", flat=True))
    return [Person(member, member.pk not in apart, member.pk in given - apart) for member in came]


def _own_mark(current: MeetingItem | None, member: Member) -> int | None:
    if current is None:
        return None
    return current.marks.filter(member=member).values_list("halves", flat=True).first()
