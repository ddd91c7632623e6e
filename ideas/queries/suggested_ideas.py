"""Which ideas look for what an organisation has: ranked places, each with its reasons (`ideas.partner_fit`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from django.db.models import F, Q

from ideas.choices import IDEA_JOINABLE, JOIN_LIVE
from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot
from ideas.partner_fit import PartnerFit, Past, partner_fit
from ideas.queries import refusals
from ideas.queries.evidence import Evidence, described_by, evidence_of, place_of, slot_words
from ideas.queries.ideas import CARD_FIELDS, visible_to
from ideas.queries.organisation_index import OrganisationIndex, organisation_index
from ideas.queries.refusals import Refusal

SHOWN = 12
# So many of the latest open places are compared.
COMPARED = 600


@dataclass(frozen=True)
class SuggestedIdea:
    """An idea as a row of `CARD_FIELDS`, the place in it that fits best, and what the reasons are made of."""

    row: dict[str, Any]
    slot: RoleSlot
    fit: PartnerFit
    evidence: tuple[Evidence, ...]
    described: tuple[str, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class SuggestedIdeas:
    """Ideas that fit, best first, and those that the organisation's people set aside, the last first."""

    found: list[SuggestedIdea]
    aside: list[tuple[dict[str, Any], Refusal]]


def ideas_for(organisation: Organisation, member: Member, *, limit: int = SHOWN) -> SuggestedIdeas:
    """Rank the ideas with an open place that an organisation could take, for one of its people.

    `visible_to` comes first: what the member may not see isn't read. Ideas in which the organisation is, asks or is
    asked, which it refused or which refused it are left out, and those that the member writes. A fixed number of
    queries, 8 more after a change of organisations.
    """
    index = organisation_index()
    n = index.place_of.get(organisation.pk)
    known = refusals.of_organisation(organisation, member)
    if n is None:
        return SuggestedIdeas([], [])
    refused = {one.idea_id for one in known}
    past = Past(refused=tuple(one.words for one in known if one.words))
    best: dict[int, tuple[float, int, RoleSlot, PartnerFit]] = {}
    for order, slot in enumerate(_open_slots(organisation, member, refused)):
        fit = _fit(slot, index, n, past)
        if fit and (slot.idea_id not in best or -fit.score < best[slot.idea_id][0]):
            best[slot.idea_id] = (-round(fit.score, 6), order, slot, fit)
    chosen = nsmallest(limit, best.values(), key=lambda one: one[:2])
    aside = [one for one in known if not one.state]
    rows = _rows(member, [*(slot.idea_id for _, _, slot, _ in chosen), *(one.idea_id for one in aside)])
    return SuggestedIdeas(
        [
            _one(rows[slot.idea_id], slot, fit, organisation, index, known)
            for _, _, slot, fit in chosen
            if slot.idea_id in rows
        ],
        [(rows[one.idea_id], one) for one in reversed(aside) if one.idea_id in rows],
    )


def _open_slots(organisation: Organisation, member: Member, refused: Iterable[int]) -> list[RoleSlot]:
    """Read the latest open places of the ideas that the member sees and that are still something for it."""
    in_it = JoinRequest.objects.filter(organisation=organisation, state__in=JOIN_LIVE).order_by().values("idea")
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    ideas = (
        visible_to(member)
        .filter(state__in=IDEA_JOINABLE, open_slots__gt=0)
        .exclude(Q(organisation=organisation) | Q(pk__in=in_it) | Q(pk__in=authored) | Q(pk__in=list(refused)))
    )
    slots = RoleSlot.objects.filter(idea__in=ideas.values("id"), filled__lt=F("wanted"))
    fields = ("language", "tags", "organisation__province", "reference")
    return list(
        slots.select_related("idea__organisation")
        .only("role", "expertise", "work", "kinds", "accredited", *(f"idea__{name}" for name in fields))
        .order_by("-idea__activity_at", "-idea_id", "position", "id")[:COMPARED]
    )


def _fit(slot: RoleSlot, index: OrganisationIndex, n: int, past: Past) -> PartnerFit | None:
    profile = index.profiles[n]
    place = place_of(slot, slot.idea, index)
    if not place.takes(profile.kind, accredited=profile.accredited):
        return None
    fit = partner_fit(place, profile, past=past)
    return fit if fit.is_enough and fit.score > 0 else None


def _rows(member: Member, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in visible_to(member).filter(pk__in=list(ids)).values(*CARD_FIELDS)}


def _one(
    row: dict[str, Any],
    slot: RoleSlot,
    fit: PartnerFit,
    organisation: Organisation,
    index: OrganisationIndex,
    known: list[Refusal],
) -> SuggestedIdea:
    words = slot_words(slot.expertise, slot.work, row["language"])
    return SuggestedIdea(
        row=row,
        slot=slot,
        fit=fit,
        evidence=evidence_of(organisation, words, fit, index.vocabulary),
        described=described_by(organisation, fit),
        refusals=tuple(one for one in known if not one.words.isdisjoint(words)),
    )
