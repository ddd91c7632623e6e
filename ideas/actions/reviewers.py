"""Writes of those who have reviews made: by what ideas are judged, who is asked, and what time brings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.notifications import notify
from ideas.choices import NotificationKind, ReviewScheme, ReviewState, ScoresShown
from ideas.errors import Conflict, NotAllowed
from ideas.models import Member, Notification, Review, ReviewRound, Shortlist, ShortlistEntry
from ideas.queries.conflicts import conflicted_among
from ideas.queries.reviewers import askable, chosen_by_rule
from ideas.queries.reviews import entries_open_to_reviews, reviews_to_remind, round_of
from ideas.queries.shortlists import entries_seen
from ideas.rules.reviews import CRITERIA, LEFT_OUT, MOST_OWN, MOST_REVIEWERS, MOST_WEIGHT, can_ask
from ideas.rules.shortlists import can_curate

MAX_LABEL_CHARS = 80
# Of one round of the tick; the next one goes on.
BATCH = 200


@transaction.atomic(durable=True)
def set_round(
    *,
    by: Member,
    shortlist: Shortlist,
    scheme: str = ReviewScheme.SINGLE_STAGE,
    weights: Mapping[str, Decimal] | None = None,
    own: Sequence[str] = (),
    due: datetime | None = None,
    scores_shown: str = ScoresShown.NONE,
    at: datetime,
) -> ReviewRound:
    """Say by what the ideas of a list are judged, until when, and what of it is shown one day.

    `weights` are {code of a European criterion: its weight}, `own` the labels of the cluster's own criteria. Criteria
    and weights can be changed while no review is done: Conflict("reviews_done"). Raises NotAllowed, ValidationError by
    field, Conflict("already_published").
    """
    shortlist = lock_list(shortlist, by)
    now = round_of(shortlist)
    made = now or ReviewRound(shortlist=shortlist, opened_by=by, opened_at=at)
    before = (made.scheme, made.weights, made.own)
    made.scheme, made.scores_shown, made.due = scheme, scores_shown, due
    made.own = _own_criteria(own, made.own)
    made.weights = _clean_weights(weights or {}, scheme)
    made.full_clean(exclude=["shortlist", "opened_by"])
    judged = Review.objects.filter(entry__shortlist=shortlist, state=ReviewState.DONE)
    if now and (made.scheme, made.weights, made.own) != before and judged.exists():
        raise Conflict("reviews_done")
    made.save()
    publish.reviews_changed(shortlist)
    return made


def _own_criteria(labels: Sequence[str], before: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Give the cluster's own criteria codes; one that was there keeps its own, so that marks stay with their words."""
    cleaned = [text.clean_line("own", label, most=MAX_LABEL_CHARS) for label in labels]
    once = list(dict.fromkeys(label for label in cleaned if label))
    if len(once) > MOST_OWN:
        raise ValidationError({"own": _("Use %(limit)d criteria of your own at the most.") % {"limit": MOST_OWN}})
    codes = {one["label"]: one["code"] for one in before}
    free = (f"own{n}" for n in range(1, 2 * MOST_OWN + 1) if f"own{n}" not in codes.values())
    return [{"code": codes.get(label) or next(free), "label": label} for label in once]


def _clean_weights(weights: Mapping[str, Decimal], scheme: str) -> dict[str, str]:
    """Keep what isn't 1, as text: a number of JSON would come back as a fraction of two."""
    codes = {one.code for one in CRITERIA.get(scheme, ())}
    for code, weight in weights.items():
        if code not in codes or not weight.is_finite() or not 0 <= weight <= MOST_WEIGHT:
            limit = {"limit": MOST_WEIGHT}
            raise ValidationError({"weights": _("Weights are of the criteria, from 0 to %(limit)d.") % limit})
    if codes and {weights.get(code, Decimal(1)) for code in codes} == {Decimal(0)}:
        raise ValidationError({"weights": _("One criterion at least must weigh something.")})
    return {code: str(weight.normalize()) for code, weight in sorted(weights.items()) if weight != 1}


@transaction.atomic(durable=True)
def ask_reviewers(*, by: Member, entry: ShortlistEntry, members: Sequence[Member], at: datetime) -> list[Review]:
    """Ask members to review an idea on a list; they are told.

    Raises NotAllowed, ValidationError({"members": who can't be asked, and why}), Conflict("round_missing",
    "already_published", "review_closed").
    """
    shortlist = lock_list(entry.shortlist, by)
    check_open(entry)
    refused = askable(entry, members)
    if refused:
        named = {member.pk: member.name for member in members}
        raise ValidationError({"members": [f"{named[pk]}: {LEFT_OUT[why]}" for pk, why in refused.items()]})
    reviews, told = _ask(shortlist, entry, dict.fromkeys(members), by, at)
    publish.reviews_changed(shortlist, told=told)
    return reviews


@transaction.atomic(durable=True)
def ask_by_rule(*, by: Member, shortlist: Shortlist, wanted: int, at: datetime) -> list[Review]:
    """Ask so many that each idea of a list has `wanted` reviewers from other organisations than its own.

    Of the ideas that the member sees on it: others are asked for by others. Where there are too few people, fewer are
    asked. Raises NotAllowed, ValidationError({"wanted": …}), Conflict("round_missing", "already_published").
    """
    shortlist = lock_list(shortlist, by)
    if round_of(shortlist) is None:
        raise Conflict("round_missing")
    if not 1 <= wanted <= MOST_REVIEWERS:
        raise ValidationError({"wanted": _("Ask for 1 to %(limit)d reviewers.") % {"limit": MOST_REVIEWERS}})
    seen = entries_seen(by).filter(shortlist=shortlist, id__in=entries_open_to_reviews().values("id"))
    reviews, told = [], []
    for entry in seen.select_related("idea", "shortlist").order_by("position"):
        asked, bells = _ask(shortlist, entry, chosen_by_rule(entry, wanted), by, at)
        reviews += asked
        told += bells
    publish.reviews_changed(shortlist, told=told)
    return reviews


@transaction.atomic(durable=True)
def take_back_review(*, by: Member, review: Review, at: datetime) -> None:
    """Ask somebody no longer, who hasn't begun; one that is gone meanwhile is gone.

    Raises NotAllowed, Conflict("review_begun", "already_published").
    """
    shortlist = lock_list(review.entry.shortlist, by)
    now = Review.objects.select_for_update().filter(pk=review.pk).first()
    if now is None:
        return
    if now.state != ReviewState.ASKED:
        raise Conflict("review_begun")
    now.delete()
    publish.reviews_changed(shortlist)


def remind_of_reviews(*, at: datetime) -> int:
    """Remind reviewers, two days before, of what is due; returns how many. Each due time is told once."""
    return sum(_remind(review.pk, at) for review in list(reviews_to_remind(at)[:BATCH]))


@transaction.atomic(durable=True)
def _remind(pk: int, at: datetime) -> bool:
    # Asked again under the lock: another tick, or the reviewer, may have been faster.
    review = reviews_to_remind(at).select_for_update(of=("self",)).filter(pk=pk).first()
    if review is None:
        return False
    review.reminded_of = review.entry.shortlist.round.due
    review.save(update_fields=["reminded_of"])
    step = f"due.{review.reminded_of:%Y%m%d%H%M}"
    publish.members_told(_tell(NotificationKind.REVIEW_DUE, review, [review.reviewer], at, step=step))
    return True


# For every action of reviews ----------------------------------------------------------------------------------------


def lock_list(shortlist: Shortlist, by: Member) -> Shortlist:
    """Take the list's row, for who may have its ideas reviewed. Raises NotAllowed, Conflict("already_published")."""
    shortlist = Shortlist.objects.select_for_update().get(pk=shortlist.pk)
    if not can_curate(by, shortlist.value_chain):
        raise NotAllowed
    if not can_ask(by, shortlist):
        raise Conflict("already_published")
    return shortlist


def check_open(entry: ShortlistEntry) -> None:
    """Raises Conflict("round_missing", "review_closed") unless reviews of the entry can be written."""
    if round_of(entry.shortlist) is None:
        raise Conflict("round_missing")
    if not entries_open_to_reviews().filter(pk=entry.pk).exists():
        raise Conflict("review_closed")


def tell_of_refusal(review: Review, *, by: Member, at: datetime, reason: str = "") -> list[Notification]:
    """Tell whoever asked that a reviewer won't go on; nobody, where it was their own wish to review."""
    asked_by = [review.asked_by] if review.asked_by_id != review.reviewer_id else []
    conflicted = conflicted_among(asked_by, review.entry.idea)
    asked_by = [member for member in asked_by if member.pk not in conflicted]
    return _tell(NotificationKind.REVIEW_ENDED, review, asked_by, at, step="ended", actor=by.name, reason=reason)


def _ask(
    shortlist: Shortlist, entry: ShortlistEntry, members: Iterable[Member], by: Member, at: datetime
) -> tuple[list[Review], list[Notification]]:
    reviews, told = [], []
    for member in members:
        review = Review.objects.create(entry=entry, reviewer=member, asked_by=by, asked_at=at)
        reviews.append(review)
        if member.pk != by.pk:
            told += _tell(NotificationKind.REVIEW_ASKED, review, [member], at, step="asked", actor=by.name)
    return reviews, told


def _tell(
    kind: NotificationKind, review: Review, members: Iterable[Member], at: datetime, *, step: str, **more: Any
) -> list[Notification]:
    idea, shortlist = review.entry.idea, review.entry.shortlist
    due = shortlist.round.due
    data = {"title": idea.title, "shortlist": shortlist.title, "due": due.isoformat() if due else "", **more}
    # The queue rather than the review: what was taken back meanwhile isn't there any more.
    url = f"{reverse('reviews:list')}#review-{review.pk}"
    if kind == NotificationKind.REVIEW_ENDED:
        url = reverse("reviews:overview", args=[shortlist.pk])
    return notify(members=members, kind=kind, idea=idea, url=url, key=f"review.{review.pk}.{step}", data=data, at=at)
