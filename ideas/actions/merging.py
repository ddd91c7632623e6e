"""Writes of merging: propose, consent, decline or withdraw; with the last consent one idea goes into the other."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import overtake_merges
from ideas.actions.moving import Merge, merge_ideas
from ideas.actions.notifications import notify
from ideas.choices import MergeState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, MergeProposal, Notification
from ideas.queries.ideas import members_who_see
from ideas.rules.merging import SIDES, can_end_merge, can_go_elsewhere, can_propose_merge, can_take_another, sides_of

MAX_REASON_CHARS = 1_000


@transaction.atomic(durable=True)
def propose_merge(
    *, by: Member, idea: Idea, into: Idea, reason: str = "", joins: bool = True, at: datetime
) -> MergeProposal:
    """Propose that `idea` goes into `into`. An author who proposes has consented for the idea they write.

    Who writes both merges them at once. The caller loaded both through `visible_to`. `joins`: the author who consents
    for `idea` becomes an author of `into`. Raises NotAllowed, ValidationError by field,
    Conflict("wrong_state", "merge_target_closed", "merge_proposed", "merge_not_shared").
    """
    if idea.pk == into.pk:
        raise ValidationError({"into": _("An idea can't go into itself. Choose another one.")})
    idea, into = _lock_both(idea.pk, into.pk)
    if not can_propose_merge(by, idea):
        raise NotAllowed
    _check_states(idea, into)
    if MergeProposal.objects.filter(idea=idea, state=MergeState.OPEN).exists():
        raise Conflict("merge_proposed")
    _check_shared(idea, into)
    reason = text.clean_field("reason", reason, most=MAX_REASON_CHARS)
    proposal = MergeProposal.objects.create(
        idea=idea, into=into, reason=reason, proposed_by=by, proposed_at=at, joins=joins
    )
    sides = _consent(proposal, by, at, joins=joins)
    if len(sides) == len(SIDES):
        return _merge(proposal, by, at)
    publish.members_told(_tell(proposal, NotificationKind.MERGE_PROPOSED, by, at))
    return proposal


@transaction.atomic(durable=True)
def consent_to_merge(*, by: Member, proposal: MergeProposal, joins: bool = True, at: datetime) -> MergeProposal:
    """Agree for the idea that one writes; the last consent merges the two. Twice is once.

    Raises NotAllowed, Conflict("merge_ended", "wrong_state", "merge_target_closed").
    """
    proposal = _lock_proposal(proposal)
    if not sides_of(by, proposal):
        raise NotAllowed
    if proposal.state != MergeState.OPEN:
        raise Conflict("merge_ended")
    _check_states(proposal.idea, proposal.into)
    _consent(proposal, by, at, joins=joins)
    if proposal.idea_consent_at and proposal.into_consent_at:
        return _merge(proposal, by, at)
    return proposal


@transaction.atomic(durable=True)
def end_merge(*, by: Member, proposal: MergeProposal, answer: str = "", at: datetime) -> MergeProposal:
    """Decline a proposal, or take back one's own; who had to do with it is told. Raises NotAllowed, ValidationError,
    Conflict("merge_ended").
    """
    proposal = _lock_proposal(proposal)
    if not (proposal.proposed_by_id == by.pk or sides_of(by, proposal)):
        raise NotAllowed
    if not can_end_merge(by, proposal):
        raise Conflict("merge_ended")
    own = proposal.proposed_by_id == by.pk
    proposal.state = MergeState.WITHDRAWN if own else MergeState.DECLINED
    proposal.ended_by, proposal.ended_at = by, at
    proposal.answer = text.clean_field("answer", answer, most=MAX_REASON_CHARS)
    proposal.save(update_fields=["state", "ended_by", "ended_at", "answer"])
    publish.members_told(_tell(proposal, NotificationKind.MERGE_ENDED, by, at))
    return proposal


def _lock_both(one: int, other: int) -> tuple[Idea, Idea]:
    """Load two ideas for a write, always in the order of their ids: two merges never wait in a circle."""
    rows = {row.pk: row for row in Idea.objects.select_for_update().filter(pk__in=[one, other]).order_by("pk")}
    return rows[one], rows[other]


def _lock_proposal(proposal: MergeProposal) -> MergeProposal:
    idea, into = _lock_both(proposal.idea_id, proposal.into_id)
    proposal = MergeProposal.objects.select_related("proposed_by", "idea_consent_by", "into_consent_by").get(
        pk=proposal.pk
    )
    proposal.idea, proposal.into = idea, into
    return proposal


def _check_states(idea: Idea, into: Idea) -> None:
    if not can_go_elsewhere(idea):
        raise Conflict("wrong_state")
    if not can_take_another(into):
        raise Conflict("merge_target_closed")


def _check_shared(idea: Idea, into: Idea) -> None:
    """Nobody can agree to what they can't read: of each idea an author must see the other one."""
    if not members_who_see(into, idea.authors.all()) or not members_who_see(idea, into.authors.all()):
        raise Conflict("merge_not_shared")


def _consent(proposal: MergeProposal, by: Member, at: datetime, *, joins: bool) -> list[str]:
    """Keep the consent of each side for which the member speaks and nobody has spoken yet; returns their sides."""
    sides = sides_of(by, proposal)
    for side in sides:
        if getattr(proposal, f"{side}_consent_at") is None:
            setattr(proposal, f"{side}_consent_by", by)
            setattr(proposal, f"{side}_consent_at", at)
            proposal.joins = joins if side == "idea" else proposal.joins
    proposal.save(update_fields=["idea_consent_by", "idea_consent_at", "into_consent_by", "into_consent_at", "joins"])
    return sides


def _merge(proposal: MergeProposal, by: Member, at: datetime) -> MergeProposal:
    proposal.state, proposal.ended_by, proposal.ended_at = MergeState.DONE, by, at
    proposal.save(update_fields=["state", "ended_by", "ended_at"])
    overtake_merges(proposal.idea, by=by, at=at)
    done = merge_ideas(proposal, by=by, at=at)
    told = [*_tell(proposal, NotificationKind.IDEA_MERGED, by, at, done.people), *_tell_of_going(done, by, at)]
    publish.ideas_merged(done.idea, done.into, done.moves, done.into_moves, told)
    return proposal


def _tell(
    proposal: MergeProposal,
    kind: NotificationKind,
    by: Member,
    at: datetime,
    people: Iterable[Member] = (),
) -> list[Notification]:
    """Tell those who see both ideas: a proposal names both. `by` knows already."""
    idea, into = proposal.idea, proposal.into
    known = {row.pk: row for row in [*idea.authors.all(), *into.authors.all(), proposal.proposed_by, *people]}
    both = members_who_see(idea, known.values()) & members_who_see(into, known.values()) - {by.pk}
    merged = kind == NotificationKind.IDEA_MERGED
    return notify(
        members=[known[pk] for pk in sorted(both)], kind=kind, idea=into,
        url=into.get_absolute_url() if merged else proposal.get_absolute_url(), key=f"merge.{proposal.pk}.{kind}",
        data=_words(idea, by) | {"into": into.title, "state": proposal.state}, at=at,
    )  # fmt: skip


def _tell_of_going(done: Merge, by: Member, at: datetime) -> list[Notification]:
    """Tell those who see only the idea that went that it went, and not where."""
    seeing = members_who_see(done.into, done.people)
    left = [member for member in done.people if member.pk not in seeing | {by.pk}]
    return notify(
        members=left, kind=NotificationKind.IDEA_MERGED, idea=done.idea, url=done.idea.get_absolute_url(),
        key=f"merged.{done.idea.pk}", data=_words(done.idea, by), at=at,
    )  # fmt: skip


def _words(idea: Idea, by: Member) -> dict[str, Any]:
    return {"title": idea.title, "actor": by.name}
