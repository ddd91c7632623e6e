"""What nobody can fill: open places for which no organisation of the directory fits, by what they ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import F

from ideas.choices import IDEA_JOINABLE, ConsortiumRole
from ideas.models import Member, RoleSlot
from ideas.partner_fit import partner_fit
from ideas.queries.evidence import place_of, slot_words
from ideas.queries.ideas import visible_to
from ideas.queries.organisation_index import OrganisationIndex, organisation_index
from ideas.queries.suggestions import scored

# So many of the latest open places are looked at.
COMPARED = 1_000
# Who uses the result, or lends a site, is found and not trained.
NOT_LEARNT = ConsortiumRole.END_USER


@dataclass
class Gap:
    """A competence that is asked for and that nobody says they have, with the places that ask, the latest first."""

    expertise: str
    language: str
    slots: list[RoleSlot] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        """How many partners are looked for."""
        return sum(slot.wanted - slot.filled for slot in self.slots)


def gaps_for(member: Member) -> list[Gap]:
    """List what nobody can fill in the ideas that a member sees, the most asked for first, then the latest.

    Whether somebody could be asked doesn't matter: what one organisation knows can be learnt from it. Places for users,
    and those none of whose words says anything, are left out. Five queries, 8 more after a change of organisations.
    """
    index = organisation_index()
    ideas = visible_to(member).filter(state__in=IDEA_JOINABLE, open_slots__gt=0)
    slots = RoleSlot.objects.filter(idea__in=ideas.values("id"), filled__lt=F("wanted")).exclude(role=NOT_LEARNT)
    latest = slots.select_related("idea__organisation").order_by("-idea__activity_at", "-idea_id", "position", "id")
    found: dict[frozenset[str], Gap] = {}
    for slot in latest[:COMPARED]:
        words = slot_words(slot.expertise, "", slot.idea.language)
        if words and not _is_filled_by_somebody(slot, index):
            gap = found.setdefault(frozenset(words), Gap(slot.expertise, slot.idea.language))
            gap.slots.append(slot)
    return sorted(found.values(), key=lambda gap: -len(_ideas(gap.slots)))


def _is_filled_by_somebody(slot: RoleSlot, index: OrganisationIndex) -> bool:
    """Whether any organisation fits; kept with the index, since many places ask for the same."""
    key = slot.expertise, slot.work, slot.idea.language, tuple(slot.kinds), slot.accredited
    known = index.verdicts.get(key)
    if known is None:
        place = place_of(slot, slot.idea, index)
        likeliest = sorted(scored(place, index).items(), key=lambda one: (-one[1], one[0]))
        known = index.verdicts[key] = any(
            partner_fit(place, profile).is_enough
            for profile in (index.profiles[n] for n, _ in likeliest)
            if place.takes(profile.kind, accredited=profile.accredited)
        )
    return known


def _ideas(slots: Iterable[RoleSlot]) -> set[int]:
    return {slot.idea_id for slot in slots}
