"""Reads of who follows which calls, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from ideas.choices import JoinState
from ideas.models import Call, CallFollow, Deadline, Idea, JoinRequest, Member, Reminded
from ideas.queries.ideas import visible_to
from ideas.rules.following import HORIZON
from ideas.rules.plans import STILL_AHEAD

QUIET = timedelta(minutes=2)


@dataclass(frozen=True)
class Follower:
    """Who follows a call, how many days ahead they want to be reminded of it, and since when (None: by an idea)."""

    member: Member
    lead_days: tuple[int, ...]
    since: datetime | None


def followers_of(call: Call) -> list[Follower]:
    """Read everybody who follows a call, of its own or by its programme, value chains, KETs, or by an idea's team.

    Four queries, however many they are; in the order of their ids. Who was deactivated isn't among them.
    """
    since: dict[int, datetime | None] = {}
    leads: dict[int, list[int]] = {}
    for follow in _follows_of(call):
        known = since.get(follow.member_id)
        since[follow.member_id] = min(known, follow.created_at) if known else follow.created_at
        if follow.call_id and follow.lead_days is not None:
            leads[follow.member_id] = follow.lead_days
    since |= dict.fromkeys(team_ids(Idea.objects.filter(call=call)))
    members = Member.objects.filter(pk__in=since, is_active=True).order_by("pk")
    return [Follower(member, tuple(leads.get(member.pk, member.lead_days)), since[member.pk]) for member in members]


def _follows_of(call: Call) -> QuerySet[CallFollow]:
    tags = Q(value_chain__in=call.value_chains.order_by().values("pk")) | Q(ket__in=call.kets.order_by().values("pk"))
    programme = Q(programme=call.programme) if call.programme else Q(pk__in=())
    return CallFollow.objects.filter(Q(call=call) | programme | tags)


def team_ids(ideas: QuerySet[Idea]) -> set[int]:
    """Read the ids of the authors, and of the people who brought partners in, of the ideas still before their call.

    Two queries.
    """
    ahead = ideas.filter(state__in=STILL_AHEAD).order_by().values("pk")
    authors = Idea.authors.through.objects.filter(idea_id__in=ahead).values_list("member_id", flat=True)
    partners = JoinRequest.objects.filter(idea__in=ahead, state=JoinState.ACCEPTED).values_list("asked_by", flat=True)
    return {*authors, *partners}


def aimed_by(member: Member) -> QuerySet[Idea]:
    """Select the ideas on whose team the member is, whose call is still before them."""
    partner = JoinRequest.objects.filter(idea=OuterRef("pk"), asked_by=member, state=JoinState.ACCEPTED)
    mine = Q(pk__in=member.authored_ideas.values("pk")) | Exists(partner)
    return visible_to(member).filter(mine, state__in=STILL_AHEAD, call__isnull=False)


def followed_by(member: Member) -> QuerySet[Call]:
    """Select the calls that a member follows, whatever the reason: for the page, the feed and the API."""
    follows = CallFollow.objects.filter(member=member)
    chains = Call.value_chains.through.objects.filter(
        call_id=OuterRef("pk"), valuechain_id__in=follows.filter(value_chain__isnull=False).values("value_chain")
    )
    kets = Call.kets.through.objects.filter(
        call_id=OuterRef("pk"), term_id__in=follows.filter(ket__isnull=False).values("ket")
    )
    return Call.objects.filter(
        Q(pk__in=follows.filter(call__isnull=False).values("call"))
        | Q(programme__in=follows.exclude(programme="").values("programme"))
        | Exists(chains)
        | Exists(kets)
        | Q(pk__in=aimed_by(member).order_by().values("call"))
    )


def lead_days_of(member: Member) -> dict[int, tuple[int, ...]]:
    """Read the lead times that a member chose for single calls: {call id: days}; the others have `member.lead_days`."""
    rows = CallFollow.objects.filter(member=member, call__isnull=False, lead_days__isnull=False)
    return {call: tuple(days or ()) for call, days in rows.values_list("call_id", "lead_days")}


def deadlines_ahead(at: datetime) -> list[tuple[Deadline, Reminded | None]]:
    """Read the deadlines of which somebody may have to be reminded now, the next first, with how far that has gone.

    One query; calls are left out, for only a few deadlines are due.
    """
    ahead = Deadline.objects.filter(at__gt=at, at__lte=at + HORIZON).select_related("reminded").order_by("at", "id")
    return [(deadline, getattr(deadline, "reminded", None)) for deadline in ahead]


def news(at: datetime) -> list[Call]:
    """Lock and read the calls of which their followers haven't been told that they are there, oldest first.

    An import may still be at it: its calls are read when it has been quiet for two minutes.
    """
    settled = Q(checked_at=None) | Q(checked_at__lte=at - QUIET)
    calls = Call.objects.select_for_update().filter(settled, is_news=True).order_by("pk")
    return list(calls.defer("summary", "told").prefetch_related("value_chains", "kets"))


def followers_of_news(calls: Sequence[Call]) -> list[tuple[Member, list[Call]]]:
    """Read who follows the programme, a value chain or a KET of new calls: [(member, their calls in order)].

    One query.
    """
    found: dict[int, tuple[Member, set[int]]] = {}
    by_tag: dict[tuple[str, Any], set[int]] = {}
    for call in calls:
        tags: list[tuple[str, Any]] = [("programme", call.programme)]
        tags += [("value_chain", chain.pk) for chain in call.value_chains.all()]
        tags += [("ket", ket.pk) for ket in call.kets.all()]
        for tag in tags:
            by_tag.setdefault(tag, set()).add(call.pk)
    follows = CallFollow.objects.filter(call=None, member__is_active=True).select_related("member")
    for follow in follows if calls else ():
        tag = _tag_of(follow)
        if tag in by_tag:
            found.setdefault(follow.member_id, (follow.member, set()))[1].update(by_tag[tag])
    return [(member, [call for call in calls if call.pk in mine]) for member, mine in found.values()]


def _tag_of(follow: CallFollow) -> tuple[str, Any]:
    if follow.programme:
        return "programme", follow.programme
    return ("value_chain", follow.value_chain_id) if follow.value_chain_id else ("ket", follow.ket_id)


# The member's own page ------------------------------------------------------------------------------------------------


@dataclass
class Followed:
    """A call that a member follows by itself (`row`), or because ideas of theirs aim at it (`ideas`), or both."""

    call: Call
    row: CallFollow | None = None
    ideas: list[Idea] = field(default_factory=list)


@dataclass
class FollowedThings:
    """All that a member follows: single calls, the next to close first, and the tags that bring calls with them."""

    calls: list[Followed]
    tags: list[CallFollow]


def own_follows(member: Member) -> QuerySet[CallFollow]:
    """Select what a member chose to follow, in the order in which they did."""
    return CallFollow.objects.filter(member=member).select_related("call", "value_chain", "ket").order_by("pk")


def followed_things(member: Member) -> FollowedThings:
    """Read what a member follows. A fixed number of queries."""
    rows = list(own_follows(member))
    ideas = list(aimed_by(member).select_related("call").order_by("reference"))
    found: dict[int, Followed] = {}
    for row in rows:
        if row.call:
            found[row.call.pk] = Followed(row.call, row)
    for idea in ideas:
        if idea.call:
            found.setdefault(idea.call.pk, Followed(idea.call)).ideas.append(idea)
    calls = [one.call for one in found.values()]
    prefetch_related_objects(calls, "deadlines")
    last = datetime.max.replace(tzinfo=UTC)
    ordered = sorted(found.values(), key=lambda one: (one.call.closes_at or last, one.call.identifier))
    return FollowedThings(ordered, [row for row in rows if not row.call_id])


def is_on_team(member: Member, call: Call) -> bool:
    """Whether an idea of the member's aims at the call, so that they follow it by itself."""
    partner = Q(join_requests__asked_by=member, join_requests__state=JoinState.ACCEPTED)
    return Idea.objects.filter(Q(authors=member) | partner, call=call, state__in=STILL_AHEAD).exists()
