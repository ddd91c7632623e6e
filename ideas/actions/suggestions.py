"""Writes of what people say of suggestions. To invite and to ask are actions of `joining`."""

from datetime import datetime

from django.db import transaction

from ideas import text
from ideas.actions.board import lock_idea, lock_with_idea
from ideas.choices import SuggestionSide, SuggestionVerdict
from ideas.errors import NotAllowed
from ideas.models import Idea, Member, Organisation, RoleSlot, SuggestionMark
from ideas.rules.suggestions import can_see_idea_suggestions, can_see_partner_suggestions

MAX_REASON_CHARS = 1_000


@transaction.atomic(durable=True)
def mark_partner(
    *, by: Member, slot: RoleSlot, organisation: Organisation, verdict: str, reason: str = "", at: datetime
) -> SuggestionMark:
    """Set an organisation aside for a place, or let it be suggested again. Nobody but the authors learns of it.

    Tells nobody and publishes nothing. Said twice it counts once. Raises NotAllowed, ValidationError.
    """
    slot = lock_with_idea(slot, RoleSlot.objects.all())
    if not can_see_partner_suggestions(by, slot.idea):
        raise NotAllowed
    mark = SuggestionMark(idea=slot.idea, organisation=organisation, slot=slot, side=SuggestionSide.AUTHORS)
    return _kept(mark, by, verdict, reason, slot.expertise, at)


@transaction.atomic(durable=True)
def mark_idea(
    *, by: Member, idea: Idea, organisation: Organisation, verdict: str, reason: str = "", about: str = "", at: datetime
) -> SuggestionMark:
    """Say for an organisation that an idea isn't for it, or is again. Nobody but its people learns of it.

    `about` is what the place asked for that was suggested. Tells nobody and publishes nothing. The caller has found the
    idea through `visible_to`. Said twice it counts once. Raises NotAllowed, ValidationError.
    """
    idea = lock_idea(idea.pk)
    if not can_see_idea_suggestions(by, organisation):
        raise NotAllowed
    mark = SuggestionMark(idea=idea, organisation=organisation, side=SuggestionSide.ORGANISATION)
    return _kept(mark, by, verdict, reason, about, at)


def _kept(mark: SuggestionMark, by: Member, verdict: str, reason: str, about: str, at: datetime) -> SuggestionMark:
    mark.by, mark.at, mark.verdict = by, at, verdict
    mark.reason = text.clean_field("reason", reason, most=MAX_REASON_CHARS)
    mark.about = about[:200]
    mark.full_clean(exclude=["idea", "organisation", "slot", "by"])
    same = SuggestionMark.objects.filter(
        idea=mark.idea, organisation=mark.organisation, slot=mark.slot, side=mark.side
    ).order_by("id")
    last = same.last()
    if last and (last.verdict, last.reason) == (mark.verdict, mark.reason) and last.verdict == SuggestionVerdict.ASIDE:
        return last
    mark.save()
    return mark
