"""A lead's desk: what needs them in their value chains, and how these stand. Reads alone; alarms are `alarms`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from ideas.choices import IDEA_JOINABLE, NOT_CLOSING, REVIEW_DUE, MeetingState, ReviewState, ShortlistState
from ideas.models import (
    Call,
    Deadline,
    Decision,
    Idea,
    Meeting,
    MeetingItem,
    Member,
    Review,
    RoleSlot,
    Shortlist,
    ShortlistEntry,
    ValueChain,
)
from ideas.queries.alarms import Alarms, list_alarms, watch
from ideas.queries.conflicts import own_interest
from ideas.queries.ideas import audiences_of, visible_to
from ideas.queries.meetings import items_seen, meetings_visible_to
from ideas.queries.reviews import own_reviews
from ideas.queries.shortlists import entries_seen
from ideas.rules.desk import Watched

# At a glance: the next deadlines; and of reviews, lists and meetings, so many of each.
NEXT, SHOWN = 5, 20


@dataclass(frozen=True)
class ListAtWork:
    """A list to finish: how many ideas, how many reviews were asked for and are done, how many decisions staged."""

    shortlist: Shortlist
    ideas: int = 0
    asked: int = 0
    done: int = 0
    staged: int = 0


@dataclass(frozen=True)
class Closing:
    """A deadline ahead, and how many ideas at work aim at its call."""

    deadline: Deadline
    ideas: int


@dataclass(frozen=True)
class Glance:
    """How the value chains stand: ideas by state, the next deadlines, places looked for and filled."""

    states: dict[str, int]
    closings: list[Closing]
    wanted: int
    filled: int


@dataclass(frozen=True)
class Desk:
    """What needs a lead. `meetings` have `idea_count`, of the ideas that the lead reads there.

    Of an idea in which they have an interest there is nothing in `reviews`, `lists` and `meetings`, nor in a count.
    """

    alarms: list[Alarms]
    reviews: list[Review]
    lists: list[ListAtWork]
    meetings: list[Meeting]
    glance: Glance

    @property
    def is_clear(self) -> bool:
        """Whether nothing at all waits."""
        return not (self.reviews or self.lists or self.meetings or any(some.total for some in self.alarms))


def desk_of(member: Member, chains: Sequence[ValueChain], *, at: datetime, only: str = "") -> Desk:
    """Read what needs a member in value chains that they may curate (`queries.shortlists.curated_chains`).

    `only` one kind of alarm, at more length. A fixed number of queries, however many ideas.
    """
    audiences, codes = audiences_of(member), [chain.pk for chain in chains]
    ideas = visible_to(member, audiences).filter(id__in=_of_chains(codes))
    watched = watch(ideas)
    reviews_due = Q(state__in=sorted(REVIEW_DUE), entry__shortlist__value_chain__in=codes)
    return Desk(
        alarms=list_alarms(watched, member=member, at=at, only=only),
        reviews=list(own_reviews(member).filter(reviews_due)[:SHOWN]),
        lists=_lists_at_work(member, audiences, codes),
        meetings=_meetings(member, audiences, codes),
        glance=_glance(ideas, watched, codes, at),
    )


def _of_chains(chains: Sequence[int]) -> "QuerySet[Idea, int]":
    """Select the ids of the ideas of value chains: of which one is their first, or another one."""
    first = Idea.objects.filter(value_chain__in=chains).order_by().values_list("id", flat=True)
    other = Idea.other_chains.through.objects.filter(valuechain__in=chains).values_list("idea_id", flat=True)
    return first.union(other)


def _lists_at_work(member: Member, audiences: Sequence[str], chains: Sequence[int]) -> list[ListAtWork]:
    """Read the lists in preparation, and published ones with decisions still to publish: most to publish first."""
    staged = Decision.objects.filter(entry__shortlist=OuterRef("pk"), published_at=None)
    at_work = Shortlist.objects.filter(Q(state=ShortlistState.DRAFT) | Q(Exists(staged)), value_chain__in=chains)
    rows = list(at_work.select_related("value_chain").order_by("-id")[:SHOWN])
    counts = _counts(entries_seen(member, audiences).filter(shortlist__in=rows), member) if rows else {}
    found = [ListAtWork(row, **counts.get(row.pk, {})) for row in rows]
    # What somebody staged may be of nothing that this lead reads.
    shown = [one for one in found if one.staged or one.shortlist.state == ShortlistState.DRAFT]
    return sorted(shown, key=lambda one: -one.staged)


def _counts(entries: QuerySet[ShortlistEntry], member: Member) -> dict[int, dict[str, int]]:
    """Count by list its ideas, reviews and staged decisions; nothing of what one has an interest in, wherever it is."""
    free = list(entries.exclude(own_interest(member, "idea")).values_list("id", flat=True))
    counted: Any = (
        ShortlistEntry.objects.filter(id__in=free)
        .order_by()
        .values("shortlist")
        .annotate(
            ideas=Count("id", distinct=True),
            asked=Count("reviews", distinct=True, filter=~Q(reviews__state=ReviewState.DECLINED)),
            done=Count("reviews", distinct=True, filter=Q(reviews__state=ReviewState.DONE)),
            staged=Count("decisions", distinct=True, filter=Q(decisions__published_at=None)),
        )
    )
    return {row.pop("shortlist"): row for row in counted}


def _meetings(member: Member, audiences: Sequence[str], chains: Sequence[int]) -> list[Meeting]:
    """Read the meetings that run, and those that are planned, the next first."""
    running = Case(When(state=MeetingState.RUNNING, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = meetings_visible_to(member).filter(
        shortlist__value_chain__in=chains, state__in=[MeetingState.PLANNED, MeetingState.RUNNING]
    )
    found = list(rows.order_by(running, F("starts_at").asc(nulls_last=True), "id")[:SHOWN])
    # To write this question takes longer than to ask it: it isn't written for nothing.
    items = items_seen(member, audiences).filter(meeting__in=found) if found else MeetingItem.objects.none()
    seen = Counter(items.values_list("meeting_id", flat=True))
    for meeting in found:
        meeting.idea_count = seen[meeting.pk]  # type: ignore[attr-defined]  # for the page
    return found


# At a glance --------------------------------------------------------------------------------------------------------


def _glance(ideas: QuerySet[Idea], watched: Sequence[Watched], chains: Sequence[int], at: datetime) -> Glance:
    working = ideas.filter(state__in=sorted(IDEA_JOINABLE)).order_by()
    places = RoleSlot.objects.filter(idea__in=working.values("id")).order_by()
    sums = places.aggregate(wanted=Sum("wanted", default=0), filled=Sum("filled", default=0))
    aimed = Counter(idea.call_id for idea in watched if idea.call_id and idea.state in IDEA_JOINABLE)
    return Glance(states=dict(Counter(idea.state for idea in watched)), closings=_closings(aimed, chains, at), **sums)


def _closings(aimed: Mapping[int, int], chains: Sequence[int], at: datetime) -> list[Closing]:
    """Read the next deadlines of calls that are of these value chains, or at which ideas aim (`aimed`): one a call."""
    tagged = Call.value_chains.through.objects.filter(valuechain__in=chains).values("call_id")
    ahead = (
        Deadline.objects.filter(Q(call__in=tagged) | Q(call__in=list(aimed)), at__gt=at)
        .exclude(kind__in=sorted(NOT_CLOSING))
        .select_related("call")
        .order_by("at", "id")
    )
    # A call may have several dates; few have many.
    first = _one_a_call(ahead[: NEXT * 10])
    return [Closing(one, aimed.get(one.call_id, 0)) for one in first]


def _one_a_call(deadlines: Iterable[Deadline]) -> list[Deadline]:
    first: dict[int, Deadline] = {}
    for one in deadlines:
        first.setdefault(one.call_id, one)
    return list(first.values())[:NEXT]
