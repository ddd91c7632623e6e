"""Whom one can ask for a review of an idea on a list, and why others are left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from ideas.choices import REVIEW_DUE, ReviewState
from ideas.models import Affiliation, Member, Review, Shortlist, ShortlistEntry
from ideas.queries.conflicts import conflicted_among
from ideas.queries.ideas import members_who_see


@dataclass(frozen=True)
class Candidate:
    """Somebody who could review. `busy` is how many reviews wait for them; `organisations` are those of theirs.

    `out` is why they can't be asked, "" where they can: interest, hidden (they don't see the idea), or where their
    review of it stands: asked, draft, done, declined.
    """

    member: Member
    busy: int
    organisations: frozenset[int]
    out: str = ""


def candidates(entry: ShortlistEntry) -> list[Candidate]:
    """List the people of a list's value chain for one of its entries, the least busy first, in a fixed number of
    queries. An interest is named as such, never which one: a request to join is its authors' business.
    """
    people = list(_people_of(entry.shortlist))
    states = dict(Review.objects.filter(entry=entry).values_list("reviewer", "state"))
    seeing, conflicted = members_who_see(entry.idea, people), conflicted_among(people, entry.idea)
    organisations = _organisations_of(people)

    def out(member: Member) -> str:
        # What one's interest hides, it hides here, too: that they were asked before is said to nobody by it.
        if member.pk in conflicted:
            return "interest"
        return states.get(member.pk) or ("" if member.pk in seeing else "hidden")

    return [
        Candidate(member, member.busy, organisations.get(member.pk, frozenset()), out(member))  # type: ignore[attr-defined]  # annotated
        for member in people
    ]


def _people_of(shortlist: Shortlist) -> QuerySet[Member]:
    """Select the active people who are enrolled in the list's value chain or lead it, the least busy first."""
    chain = shortlist.value_chain_id
    busy = Count("reviews", filter=Q(reviews__state__in=REVIEW_DUE), distinct=True)
    # By ids: the joins of both ways into a chain would multiply what is counted.
    ids = Member.objects.filter(Q(value_chains=chain) | Q(led_chains=chain), is_active=True).order_by().values("id")
    return Member.objects.filter(id__in=ids).annotate(busy=busy).order_by("busy", "id")


def _organisations_of(people: Iterable[Member]) -> dict[int, frozenset[int]]:
    """Find where people work: a unit counts as what it is a unit of."""
    found: dict[int, set[int]] = {}
    rows = Affiliation.objects.filter(member__in=[one.pk for one in people])
    for member, organisation, parent in rows.values_list("member", "organisation", "organisation__parent"):
        found.setdefault(member, set()).add(parent or organisation)
    return {member: frozenset(ids) for member, ids in found.items()}


def chosen_by_rule(entry: ShortlistEntry, wanted: int) -> list[Member]:
    """Choose whom to ask so that an entry gets `wanted` reviewers from other organisations than those of the idea.

    Who is asked already counts. Of several from one organisation the second comes only where nobody else is left;
    the least busy are asked first. Fewer than wanted where there are no more.
    """
    people = candidates(entry)
    asked = [one for one in people if one.out in (ReviewState.ASKED, ReviewState.DRAFT, ReviewState.DONE)]
    free, taken = [one for one in people if not one.out], {pk for one in asked for pk in one.organisations}
    fresh: list[Candidate] = []
    for one in free:
        if not one.organisations & taken:
            fresh.append(one)
            taken |= one.organisations
    ordered = [*fresh, *(one for one in free if one not in fresh)]
    return [one.member for one in ordered[: max(0, wanted - _asked(entry))]]


def _asked(entry: ShortlistEntry) -> int:
    return Review.objects.filter(entry=entry).exclude(state=ReviewState.DECLINED).count()


def askable(entry: ShortlistEntry, members: Sequence[Member]) -> dict[int, str]:
    """Say of each of these members why they can't be asked: {member id: why}, empty where all can.

    Anybody who isn't of the value chain is "unknown".
    """
    known = {one.member.pk: one.out for one in candidates(entry)}
    found = {member.pk: known.get(member.pk, "unknown") for member in members}
    return {pk: why for pk, why in found.items() if why}
