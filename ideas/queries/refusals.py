"""What was refused, by whom, as far as a reader knows it: why an organisation isn't suggested, or comes later."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from ideas.choices import JOIN_LIVE, JoinState, SuggestionSide, SuggestionVerdict
from ideas.models import Idea, JoinRequest, Member, Organisation, SuggestionMark
from ideas.queries.ideas import visible_to
from ideas.queries.joining import requests_visible_to
from ideas.words import term_words

# After these an organisation isn't suggested for the idea again by itself; after the others it is, and that is said.
REFUSED = frozenset({JoinState.DECLINED, JoinState.REMOVED})
ENDED = REFUSED | {JoinState.WITHDRAWN, JoinState.EXPIRED}
_FIELDS = (
    "idea_id", "idea__reference", "idea__language", "organisation_id", "state", "reason", "asked_at", "answered_at",
    "invited_by", "slot__expertise",
)  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """An organisation and an idea that didn't come together.

    `state` is how the request or the invitation ended; "" where the suggestion was set aside. `about` is what the
    place asked for, in `language`; `invited`: the organisation had been invited.
    """

    organisation_id: int
    idea_id: int
    reference: str
    language: str
    state: str
    about: str
    reason: str
    at: datetime
    invited: bool = False

    @property
    def words(self) -> frozenset[str]:
        return frozenset(term_words(self.about, self.language))


@dataclass
class OfIdea:
    """What happened in one idea: who is in it, asks or is asked (`taken`); who isn't to be suggested for which place,
    (slot, organisation); and the refusals of each organisation.
    """

    taken: set[int] = field(default_factory=set)
    aside: set[tuple[int, int]] = field(default_factory=set)
    refusals: dict[int, list[Refusal]] = field(default_factory=lambda: defaultdict(list))


def of_idea(idea: Idea, slots: Collection[int]) -> OfIdea:
    """Read what happened in an idea, for its authors. Two queries."""
    rows = list(JoinRequest.objects.filter(idea=idea).order_by("id").values(*_FIELDS))
    found = OfIdea(taken={row["organisation_id"] for row in rows if row["state"] in JOIN_LIVE})
    if idea.organisation_id:
        found.taken.add(idea.organisation_id)
    last = _last(idea.suggestion_marks.filter(side=SuggestionSide.AUTHORS))
    for row in rows:
        if row["state"] in ENDED:
            refusal = _ended(row)
            found.refusals[refusal.organisation_id].append(refusal)
            if row["state"] in REFUSED:
                places = {(slot, refusal.organisation_id) for slot in slots}
                found.aside |= {place for place in places if not _is_taken_back(last.get(place), refusal.at)}
    for place, mark in last.items():
        if mark.verdict == SuggestionVerdict.ASIDE:
            found.aside.add(place)
            found.refusals[mark.organisation_id].append(_set_aside(mark))
    return found


def of_author(member: Member, organisations: Collection[int], *, but: Idea) -> dict[int, list[Refusal]]:
    """Read what happened with organisations in the other ideas that a member writes: {organisation: refusals}.

    Of ideas that are others' nothing is told. Two queries.
    """
    authored = Idea.authors.through.objects.filter(member_id=member.pk).exclude(idea_id=but.pk).values("idea_id")
    here = Q(idea__in=authored, organisation__in=organisations)
    rows = JoinRequest.objects.filter(here, state__in=REFUSED).order_by("id").values(*_FIELDS)
    marks = _last(SuggestionMark.objects.filter(here, side=SuggestionSide.AUTHORS))
    aside = [_set_aside(mark) for mark in marks.values() if mark.verdict == SuggestionVerdict.ASIDE]
    return _by_organisation([*map(_ended, rows), *aside])


def of_organisation(organisation: Organisation, member: Member) -> list[Refusal]:
    """Read what an organisation said no to, or was refused, as far as one of its people knows it. Some queries.

    A colleague's request is the colleague's and the administrators' business; of ideas that the member may no longer
    see nothing is told.
    """
    seen = visible_to(member).values("id")
    rows = requests_visible_to(member).filter(organisation=organisation, state__in=REFUSED, idea__in=seen)
    marks = _last(organisation.suggestion_marks.filter(side=SuggestionSide.ORGANISATION, idea__in=seen))
    aside = [_set_aside(mark) for mark in marks.values() if mark.verdict == SuggestionVerdict.ASIDE]
    return [*map(_ended, rows.select_related(None).order_by("id").values(*_FIELDS)), *aside]


def _last(marks: QuerySet[SuggestionMark]) -> dict[Any, SuggestionMark]:
    """The last mark on each place for each organisation, {(place, who): mark}; an organisation's own are on ideas."""
    rows = marks.order_by("id").select_related("idea")
    return {
        (mark.slot_id if mark.side == SuggestionSide.AUTHORS else -mark.idea_id, mark.organisation_id): mark
        for mark in rows
    }


def _is_taken_back(mark: SuggestionMark | None, at: datetime) -> bool:
    return mark is not None and mark.verdict == SuggestionVerdict.AGAIN and mark.at >= at


def _ended(row: Mapping[str, Any]) -> Refusal:
    return Refusal(
        row["organisation_id"], row["idea_id"], row["idea__reference"], row["idea__language"], row["state"],
        row["slot__expertise"] or "", row["reason"], row["answered_at"] or row["asked_at"],
        row["invited_by"] is not None,
    )  # fmt: skip


def _set_aside(mark: SuggestionMark) -> Refusal:
    idea = mark.idea
    return Refusal(mark.organisation_id, idea.pk, idea.reference, idea.language, "", mark.about, mark.reason, mark.at)


def _by_organisation(refusals: Iterable[Refusal]) -> dict[int, list[Refusal]]:
    found: defaultdict[int, list[Refusal]] = defaultdict(list)
    for refusal in refusals:
        found[refusal.organisation_id].append(refusal)
    return found
