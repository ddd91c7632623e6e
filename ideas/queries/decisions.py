"""Reads of decisions: what leads staged, what was published, and what of it authors read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from ideas.choices import IdeaState, Outcome, ReviewState
from ideas.models import Decision, Idea, Member, Review, Shortlist, ShortlistEntry
from ideas.queries.conflicts import has_conflict, own_interest
from ideas.queries.ideas import visible_to


@dataclass(frozen=True)
class Decided:
    """What was decided of an entry: what is staged, and what was published last."""

    staged: Decision | None = None
    published: Decision | None = None


@dataclass(frozen=True)
class Hearing:
    """How many ideas have an outcome, and how many authors hear of it."""

    outcome: str
    ideas: int
    authors: int


def entries_decided_by(member: Member, audiences: Sequence[str] | None = None) -> QuerySet[ShortlistEntry]:
    """Select the entries of which a member may decide: the one gate of what is staged.

    Of lists whose value chain they lead (cluster staff: of all), of ideas that they see and have no interest in.
    """
    free = ~own_interest(member, "idea")
    entries = ShortlistEntry.objects.filter(free, idea__in=visible_to(member, audiences).values("id"))
    if not member.is_active:
        return entries.none()
    return entries if member.is_staff else entries.filter(shortlist__value_chain__in=member.led_chains.values("id"))


def decisions_read_by(member: Member, audiences: Sequence[str] | None = None) -> QuerySet[Decision]:
    """Select the decisions that a member reads as a lead, staged and published."""
    return Decision.objects.filter(entry__in=entries_decided_by(member, audiences).order_by().values("id"))


def decided_on(shortlist: Shortlist, member: Member, audiences: Sequence[str] | None = None) -> dict[int, Decided]:
    """Read what was decided of a list's entries, as far as the member decides of them. One query.

    {entry: Decided}; entries of which nothing was decided aren't in it.
    """
    rows = decisions_read_by(member, audiences).filter(entry__shortlist=shortlist)
    found: dict[int, Decided] = {}
    for row in rows.select_related("entry", "entry__idea", "staged_by", "published_by").order_by(
        "entry__position", "id"
    ):
        last = found.get(row.entry_id, Decided())
        new = Decided(last.staged, row) if row.published_at else Decided(row, last.published)
        found[row.entry_id] = new
    return found


def hearing(staged: Iterable[Decision]) -> list[Hearing]:
    """Count who hears of what once these are published, in the order of the outcomes. One query."""
    rows = list(staged)
    through = Idea.authors.through.objects.filter(idea__in=[row.entry.idea_id for row in rows], member__is_active=True)
    people: dict[int, set[int]] = {}
    for idea, member in through.values_list("idea_id", "member_id"):
        people.setdefault(idea, set()).add(member)
    ideas = Counter(row.outcome for row in rows)
    return [
        Hearing(
            outcome,
            ideas[outcome],
            len(set().union(*(people.get(row.entry.idea_id, set()) for row in rows if row.outcome == outcome))),
        )
        for outcome in Outcome.values
        if ideas[outcome]
    ]


def staged_for(member: Member) -> QuerySet[Decision]:
    """Select what is staged on all lists of which a member decides, the oldest first."""
    staged = decisions_read_by(member).filter(published_at=None)
    return staged.select_related("entry", "entry__idea", "entry__shortlist", "staged_by").order_by("staged_at", "id")


def told_to(member: Member) -> QuerySet[Decision]:
    """Select the published decisions of the ideas that a member writes, the newest first: what authors read."""
    own = Idea.authors.through.objects.filter(member=member).values("idea_id")
    told = Decision.objects.filter(published_at__isnull=False, entry__idea__in=own)
    return told.select_related("entry", "entry__idea", "entry__shortlist").order_by("-published_at", "-id")


def last_published(entries: Iterable[ShortlistEntry]) -> dict[int, Decision]:
    """Read the newest published decision of each entry that has one, {entry: decision}. One query; for actions."""
    rows = Decision.objects.filter(entry__in=list(entries), published_at__isnull=False).order_by("published_at", "id")
    return {row.entry_id: row for row in rows}


def revisions_awaited(idea: Idea) -> list[Decision]:
    """Read the decisions that wait for an idea to come back revised: the newest of their entries. One query."""
    rows = Decision.objects.filter(entry__idea=idea, published_at__isnull=False).order_by("published_at", "id")
    last = {row.entry_id: row for row in rows.select_related("entry", "entry__shortlist", "staged_by", "published_by")}
    return [row for row in last.values() if row.outcome == Outcome.REVISE and row.answered_at is None]


def is_with_authors(decision: Decision) -> bool:
    """Whether the authors still have to come back with a revision: not where their idea went another way."""
    waits = decision.outcome == Outcome.REVISE and decision.published_at and decision.answered_at is None
    return bool(waits) and decision.entry.idea.state == IdeaState.NEEDS_INFO


def version_judged(entry: ShortlistEntry, member: Member) -> int | None:
    """Find the version of the idea since which a member may read what changed: what they reviewed, or decided on.

    None for who did neither, or has an interest. The caller found the entry's idea through `visible_to`.
    """
    if has_conflict(member, entry.idea):
        return None
    review = entry.reviews.filter(reviewer=member, idea_version__gt=0).exclude(state=ReviewState.DECLINED).first()
    if review:
        return review.idea_version
    if not entries_decided_by(member).filter(pk=entry.pk).exists():
        return None
    versions = entry.decisions.filter(idea_version__gt=0).order_by("-published_at", "-id")
    return versions.values_list("idea_version", flat=True).first()


def remarks_of(entries: Iterable[ShortlistEntry]) -> dict[int, dict[str, list[str]]]:
    """Read what reviewers who are done remark for the authors: {entry: {criterion: remarks}}. One query.

    Each criterion by itself, in the order of the alphabet: neither an order of arrival nor one hand through all
    criteria says who wrote what.
    """
    rows = Review.objects.filter(entry__in=list(entries), state=ReviewState.DONE).values_list("entry_id", "remarks")
    found: dict[int, dict[str, list[str]]] = {}
    for entry, remarks in rows:
        for code, said in remarks.items():
            if said:
                found.setdefault(entry, {}).setdefault(code, []).append(said)
    return {
        entry: {code: sorted(said, key=lambda one: (one.casefold(), one)) for code, said in by_code.items()}
        for entry, by_code in found.items()
    }
