"""Writes of conflicts of interest: what members say about themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ideas import publish, text
from ideas.actions.board import lock_idea
from ideas.actions.reviewers import tell_of_refusal
from ideas.choices import REVIEW_DUE
from ideas.errors import Conflict, NotAllowed
from ideas.models import ConflictOfInterest, Idea, Member, Notification, Review, Shortlist
from ideas.queries.conflicts import is_decided
from ideas.rules.conflicts import can_declare

MAX_REASON_CHARS = 500


@transaction.atomic(durable=True)
def declare_conflict(*, by: Member, idea: Idea, reason: str = "", at: datetime) -> ConflictOfInterest:
    """Say that one has an interest in an idea: nothing of its reviews and decisions is shown to one any more.

    One's own reviews of it are deleted, and who asked for what isn't done is told. Said twice, the first stays with
    the newer reason. Raises NotAllowed, ValidationError.
    """
    idea = lock_idea(idea.pk)
    if not can_declare(by, idea):
        raise NotAllowed
    said = text.clean_field("reason", reason, most=MAX_REASON_CHARS)
    declared, made = ConflictOfInterest.objects.get_or_create(
        member=by, idea=idea, defaults={"reason": said, "declared_at": at}
    )
    if not made and declared.reason != said:
        declared.reason = said
        declared.save(update_fields=["reason"])
    lists, told = _take_out(by, idea, at)
    publish.reviews_changed(*lists, told=told)
    return declared


@transaction.atomic(durable=True)
def withdraw_conflict(*, by: Member, idea: Idea, at: datetime) -> None:
    """Take back what one said, unless a decision about the idea was published: Conflict("already_decided").

    What is known anyway (author, colleague, partner) stays so. Nothing that was said is nothing to take back.
    """
    idea = lock_idea(idea.pk)
    if is_decided(idea):
        raise Conflict("already_decided")
    ConflictOfInterest.objects.filter(member=by, idea=idea).delete()


def _take_out(by: Member, idea: Idea, at: datetime) -> tuple[Sequence[Shortlist], list[Notification]]:
    """Delete a member's reviews of an idea. Returns the lists that are concerned, and who is told."""
    rows = Review.objects.filter(reviewer=by, entry__idea=idea).select_for_update(of=("self",))
    reviews = list(rows.select_related("entry__shortlist__round", "entry__idea", "asked_by"))
    told: list[Notification] = []
    for review in reviews:
        if review.state in REVIEW_DUE:
            told += tell_of_refusal(review, by=by, at=at)
    Review.objects.filter(pk__in=[review.pk for review in reviews]).delete()
    return [review.entry.shortlist for review in reviews], told
