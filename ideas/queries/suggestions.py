"""Which organisations to ask for a place in an idea: ranked, each with its reasons (`ideas.partner_fit`).

Whoever is in the idea, is asked or asks is left out, and so is who was refused or said no, until somebody takes that
back. An organisation is suggested when one of its people sees the idea; `beyond` gives the others instead, to whom an
invitation would show it (docs/decisions.md).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import islice

from django.db.models import Count

from ideas.choices import ConsortiumRole, JoinState
from ideas.models import Affiliation, Idea, JoinRequest, Member, Organisation, RoleSlot
from ideas.partner_fit import PartnerFit, Past, Place, partner_fit
from ideas.queries import refusals
from ideas.queries.evidence import Evidence, described_by, evidence_of, place_of, slot_words
from ideas.queries.ideas import members_who_see, visible_to
from ideas.queries.organisation_index import OrganisationIndex, organisation_index
from ideas.queries.radar import asked_and_there
from ideas.queries.refusals import OfIdea, Refusal
from ideas.radar import Party, check

SHOWN = 6
# Only so many of the likeliest are compared in full, and of so many what they did elsewhere is asked.
COMPARED, ASKED = 150, 40
# Of words that very many organisations have, the rarest are looked up.
FINDS = 20_000


@dataclass(frozen=True)
class Suggestion:
    """An organisation, how it fits, and what its reasons are made of.

    `described`: words of its descriptions. `sees`: one of its people sees the idea. `may_answer`: somebody could answer
    an invitation.
    """

    organisation: Organisation
    fit: PartnerFit
    evidence: tuple[Evidence, ...]
    described: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    sees: bool
    may_answer: bool


@dataclass(frozen=True)
class SlotSuggestions:
    """A place with who fits it, best first, and who would fit but was refused or set aside.

    `is_telling`: some organisation uses a word of the place; without one nobody can be suggested.
    """

    slot: RoleSlot
    found: list[Suggestion]
    left_out: list[Suggestion]
    is_telling: bool


@dataclass(frozen=True)
class _Known:
    """What is read once for all places of an idea. `related`: organisations some of whose people see it by a reason of
    their own.
    """

    idea: Idea
    index: OrganisationIndex
    happened: OfIdea
    related: frozenset[int]
    brings: Callable[[int, str], tuple[str, ...]]


def suggestions_for(
    idea: Idea, slots: Iterable[RoleSlot], member: Member, *, beyond: bool = False, limit: int = SHOWN
) -> list[SlotSuggestions]:
    """Rank the organisations that fit each of an idea's places, for one of its authors.

    `beyond`: those of whose people nobody sees the idea, instead of the others. A fixed number of queries, however many
    places; 8 more after a change of organisations.
    """
    rows = list(slots)
    known = _known(idea, rows)
    places = {slot.pk: place_of(slot, idea, known.index) for slot in rows}
    likeliest = {slot.pk: _likeliest(places[slot.pk], slot, known, beyond=beyond) for slot in rows}
    left_out = {slot.pk: _left_out(places[slot.pk], slot, known) for slot in rows}
    asked = {pk for found in (*likeliest.values(), *left_out.values()) for pk in found}
    past = _past(known, member, asked)
    ranked = {slot.pk: _ranked(places[slot.pk], slot, likeliest[slot.pk], known, past)[:limit] for slot in rows}
    others = {slot.pk: _ranked(places[slot.pk], slot, left_out[slot.pk], known, past) for slot in rows}
    shown = _Shown(known, past, {pk for found in (*ranked.values(), *others.values()) for pk, _ in found})
    return [
        SlotSuggestions(
            slot,
            [one for one in shown.all(slot, ranked[slot.pk]) if one.sees is not beyond],
            shown.all(slot, others[slot.pk]),
            bool(places[slot.pk].words),
        )
        for slot in rows
    ]


# Ranking ------------------------------------------------------------------------------------------------------------


def scored(place: Place, index: OrganisationIndex) -> dict[int, float]:
    """Say roughly what each organisation with a word of the place is worth: {place in the index: points}.

    Of words that very many have the rarest are looked up.
    """
    scores: dict[int, float] = defaultdict(float)
    left = FINDS
    for word in sorted(place.words, key=lambda word: (-place.words[word], word)):
        for table, share in ((index.words, 1.0), (index.told, 0.5)):
            found = table.get(word, ())
            left -= len(found)
            if left < 0:
                return scores
            worth = place.words[word] * share
            for n in found:
                scores[n] += worth
    return scores


def _likeliest(place: Place, slot: RoleSlot, known: _Known, *, beyond: bool) -> list[int]:
    """Pick the organisations worth asking more of: those of the right kind, to whom the idea is visible, or isn't."""
    index, happened = known.index, known.happened
    ids, own = index.ids, place.chains[0] if place.chains else ""
    sees = index.who_sees(known.idea.audience, known.related)

    def fits(n: int) -> bool:
        profile, pk = index.profiles[n], ids[n]
        is_free = pk not in happened.taken and (slot.pk, pk) not in happened.aside
        return is_free and place.takes(profile.kind, accredited=profile.accredited) and sees(n) is not beyond

    scores = scored(place, index)
    for n in index.chains.get(own, ()):
        if n in scores:
            scores[n] += 1
    ahead = sorted(scores, key=lambda n: (-scores[n], n))
    compared = [
        (n, partner_fit(place, index.profiles[n], brings=known.brings(n, slot.role)))
        for n in islice(filter(fits, ahead), COMPARED)
    ]
    best = nsmallest(ASKED, ((-round(fit.score, 6), n) for n, fit in compared if fit.is_enough))
    return [ids[n] for _, n in best]


def _left_out(place: Place, slot: RoleSlot, known: _Known) -> list[int]:
    """Pick those who were set aside or refused and would fit: a reader may want to take that back."""
    index, found = known.index, []
    for pk in sorted(
        pk for slot_id, pk in known.happened.aside if slot_id == slot.pk and pk not in known.happened.taken
    ):
        n = index.place_of.get(pk)
        if n is not None and partner_fit(place, index.profiles[n]).is_enough:
            found.append(pk)
    return found


def _ranked(
    place: Place, slot: RoleSlot, ids: Iterable[int], known: _Known, past: Mapping[int, "_PastOf"]
) -> list[tuple[int, PartnerFit]]:
    """Compare in full, best first, equals by name."""
    index = known.index
    found = []
    for pk in ids:
        n = index.place_of[pk]
        fit = partner_fit(place, index.profiles[n], brings=known.brings(n, slot.role), past=past[pk].past)
        found.append((-round(fit.score, 6), n, fit))
    return [(index.ids[n], fit) for _, n, fit in sorted(found, key=lambda one: one[:2])]


# What is read -------------------------------------------------------------------------------------------------------


def _known(idea: Idea, slots: list[RoleSlot]) -> _Known:
    """Read the index, the line-up, what happened in the idea, and who sees it for a reason of their own."""
    partners = list(idea.join_requests.filter(state=JoinState.ACCEPTED).select_related("organisation"))
    index, happened = organisation_index(), refusals.of_idea(idea, [slot.pk for slot in slots])
    people = {*idea.authors.values_list("pk", flat=True), *idea.invited.values_list("pk", flat=True)}
    works_at = Affiliation.objects.filter(member__in=people, member__is_active=True).order_by()
    related = frozenset(works_at.values_list("organisation_id", flat=True))
    return _Known(idea, index, happened, related, _brings(idea, partners, index))


def _brings(idea: Idea, partners: list[JoinRequest], index: OrganisationIndex) -> Callable[[int, str], tuple[str, ...]]:
    """Say with which rules of the call an organisation in a role would help the line-up, as the radar judges it."""
    rules, there = asked_and_there(idea, partners)
    missing = {one.rule: one.missing for one in check(rules, there) if one.missing and not one.at_most}
    present = {party.organisation for party in there}

    @cache
    def helped(entity: int, country: str, kind: str, accredited: bool, coordinates: bool) -> tuple[str, ...]:
        party = Party(entity, country, kind, accredited, coordinates)
        after = {one.rule: one.missing for one in check(rules, [*there, party])}
        return tuple(rule for rule, number in missing.items() if after[rule] < number)

    def brings(n: int, role: str) -> tuple[str, ...]:
        if not missing:
            return ()
        one, entity = index.profiles[n], index.entities[n]
        # Only whether it is there already tells one entity from another.
        known = entity if entity in present else 0
        return helped(known, one.country, one.kind, one.accredited, role == ConsortiumRole.COORDINATOR)

    return brings


@dataclass(frozen=True)
class _PastOf:
    past: Past
    refusals: tuple[Refusal, ...]


def _past(known: _Known, member: Member, organisations: set[int]) -> dict[int, _PastOf]:
    """Read what organisations did in the ideas that the member sees, and what happened with them in the member's own.

    Five queries.
    """
    others = visible_to(member).exclude(pk=known.idea.pk).values("id")
    joined = JoinRequest.objects.filter(state=JoinState.ACCEPTED, organisation__in=organisations, idea__in=others)
    counts = joined.order_by().values("organisation_id", "role").annotate(n=Count("idea", distinct=True))
    roles: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in counts.values_list("organisation_id", "role", "n"):
        roles[row[0]][row[1]] = row[2]
    elsewhere = refusals.of_author(member, organisations, but=known.idea)
    found = {}
    for pk in organisations:
        refused = (*known.happened.refusals.get(pk, ()), *elsewhere.get(pk, ()))
        found[pk] = _PastOf(Past(roles[pk], tuple(one.words for one in refused)), refused)
    return found


class _Shown:
    """The organisations that are shown, loaded, with what their own rows say of each reason. Seven queries."""

    def __init__(self, known: _Known, past: Mapping[int, _PastOf], organisations: set[int]) -> None:
        self._known, self._past = known, past
        self._rows = Organisation.objects.select_related("province").in_bulk(organisations)
        people = Affiliation.objects.filter(organisation__in=organisations, member__is_active=True)
        works_at = [(row.organisation_id, row.member) for row in people.select_related("member").order_by("id")]
        seeing = members_who_see(known.idea, {member for _, member in works_at})
        self._sees = {pk for pk, member in works_at if member.pk in seeing}

    def all(self, slot: RoleSlot, ranked: Iterable[tuple[int, PartnerFit]]) -> list[Suggestion]:
        """Those of one place; an organisation that went meanwhile is left out."""
        return [self._one(slot, self._rows[pk], fit) for pk, fit in ranked if pk in self._rows]

    def _one(self, slot: RoleSlot, row: Organisation, fit: PartnerFit) -> Suggestion:
        index = self._known.index
        words = slot_words(slot.expertise, slot.work, self._known.idea.language)
        return Suggestion(
            organisation=row,
            fit=fit,
            evidence=evidence_of(row, words, fit, index.vocabulary),
            described=described_by(row, fit),
            refusals=self._past[row.pk].refusals,
            sees=row.pk in self._sees,
            may_answer=index.administered[index.place_of[row.pk]],
        )
