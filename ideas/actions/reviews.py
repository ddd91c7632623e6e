"""Writes of reviewers: begin, save as typed, be done, go on again, decline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas import publish, text
from ideas.actions.reviewers import check_open, lock_list, tell_of_refusal
from ideas.choices import REVIEW_DUE, Confidence, ReviewState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Review, ShortlistEntry
from ideas.queries.reviews import free_to_review
from ideas.queries.shortlists import entries_seen
from ideas.rules.reviews import MARKS, can_reopen, can_write_review, criteria_of, missing_in

MAX_REMARK_CHARS = 3_000
MAX_REASON_CHARS = 500
_SAID = ("marks", "remarks", "aside", "confidence")


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says: `marks` {code: one of `MARKS`, None for not applicable}, `remarks` {code: to the authors},
    `aside` to the leads alone.
    """

    marks: Mapping[str, str | None] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    aside: str = ""
    confidence: str = ""


@transaction.atomic(durable=True)
def begin_review(*, by: Member, entry: ShortlistEntry, at: datetime) -> Review:
    """Begin a review that nobody asked for, as leads and cluster staff may; one that is there already is taken up.

    Raises NotAllowed, Conflict("round_missing", "already_published", "review_closed").
    """
    shortlist = lock_list(entry.shortlist, by)
    if not entries_seen(by).filter(pk=entry.pk).exists():
        raise NotAllowed
    check_open(entry)
    review, made = Review.objects.select_for_update().get_or_create(
        entry=entry, reviewer=by, defaults={"asked_by": by, "asked_at": at, "state": ReviewState.DRAFT}
    )
    if review.state == ReviewState.DECLINED:
        review.state, review.aside = ReviewState.DRAFT, ""
        review.save(update_fields=["state", "aside"])
        made = True
    if made:
        publish.reviews_changed(shortlist)
    return review


@transaction.atomic(durable=True)
def save_review(
    *, by: Member, review: Review, opinion: Opinion, version: int, window: str = "", at: datetime
) -> Review:
    """Keep a review as it is typed, complete or not.

    `version` is the review's as the writer saw it, and `window` the key of the form: another window that saved
    something else meanwhile is a Conflict("review_changed"); what is saved already is no conflict. Raises NotAllowed,
    ValidationError by field, Conflict("review_closed").
    """
    now = _lock(review, by)
    begun = now.state == ReviewState.ASKED
    _write(now, opinion, version, window)
    if begun:
        publish.reviews_changed(now.entry.shortlist)
    return now


@transaction.atomic(durable=True)
def finish_review(
    *, by: Member, review: Review, opinion: Opinion, version: int, window: str = "", at: datetime
) -> Review:
    """Hand a review in: the leads, and others who have reviewed the idea, can read it now.

    Raises as `save_review`; ValidationError by field, too, where something is missing: then nothing is saved.
    """
    now = _lock(review, by)
    _write(now, opinion, version, window)
    missing = missing_in(now, now.entry.shortlist.round)
    if missing:
        raise ValidationError({name: str(_MISSING[why]) for name, why in missing.items()})
    now.state, now.done_at = ReviewState.DONE, at
    now.idea_version = Idea.objects.values_list("version", flat=True).get(pk=now.entry.idea_id)
    now.save(update_fields=["state", "done_at", "idea_version"])
    publish.reviews_changed(now.entry.shortlist)
    return now


@transaction.atomic(durable=True)
def reopen_review(*, by: Member, review: Review, at: datetime) -> Review:
    """Take a review up again; until it is done once more it counts for nothing. Its marks stay.

    Raises NotAllowed, Conflict("review_closed", "wrong_state").
    """
    now = _own(review, by)
    if not can_reopen(by, now):
        raise Conflict("wrong_state")
    check_open(now.entry)
    now.state, now.done_at = ReviewState.DRAFT, None
    now.save(update_fields=["state", "done_at"])
    publish.reviews_changed(now.entry.shortlist)
    return now


@transaction.atomic(durable=True)
def decline_review(*, by: Member, review: Review, reason: str, at: datetime) -> Review:
    """Say no to a review, with a reason for the leads: what was written of it so far is deleted.

    Raises NotAllowed, ValidationError (no reason), Conflict("wrong_state").
    """
    now = _own(review, by)
    if not can_write_review(by, now):
        raise Conflict("wrong_state")
    said = text.clean_field("reason", reason, most=MAX_REASON_CHARS)
    if not said:
        raise ValidationError({"reason": _("Say in a few words why, so that the leads can ask somebody else.")})
    now.state, now.marks, now.remarks, now.confidence, now.aside = ReviewState.DECLINED, {}, {}, "", said
    now.version += 1
    now.save(update_fields=["state", "version", *_SAID])
    publish.reviews_changed(now.entry.shortlist, told=tell_of_refusal(now, by=by, at=at, reason=said))
    return now


def _own(review: Review, by: Member) -> Review:
    """Take the review's row, for its reviewer as long as the idea is none of their interest. Raises NotAllowed."""
    now = Review.objects.select_for_update(of=("self",)).select_related("entry__shortlist__round", "entry__idea")
    row = now.filter(pk=review.pk, reviewer=by).first()
    if row is None or not free_to_review(by).filter(pk=row.entry.idea_id).exists():
        raise NotAllowed
    return row


def _lock(review: Review, by: Member) -> Review:
    now = _own(review, by)
    if now.state not in REVIEW_DUE:
        raise Conflict("wrong_state")
    check_open(now.entry)
    return now


def _write(review: Review, opinion: Opinion, version: int, window: str) -> None:
    """Write what is said into the row, unless another window did so meanwhile."""
    said = _clean(review, opinion)
    if all(getattr(review, name) == said[name] for name in _SAID) and review.state == ReviewState.DRAFT:
        return
    if review.version != version and not (window and review.saved_in == window):
        raise Conflict("review_changed")
    for name in _SAID:
        setattr(review, name, said[name])
    review.state, review.saved_in, review.version = ReviewState.DRAFT, window, review.version + 1
    review.save(update_fields=[*_SAID, "state", "saved_in", "version"])


def _clean(review: Review, opinion: Opinion) -> dict[str, object]:
    """Clean what is said; codes of criteria that the round doesn't have are left out. Raises ValidationError."""
    codes = [one.code for one in criteria_of(review.entry.shortlist.round)]
    marks = {code: opinion.marks[code] for code in codes if code in opinion.marks}
    for code, mark in marks.items():
        if mark is not None and mark not in MARKS:
            raise ValidationError({f"mark-{code}": _("A mark is from 0 to 5, in halves.")})
    if opinion.confidence and opinion.confidence not in Confidence.values:
        raise ValidationError({"confidence": _("Choose one of these.")})
    remarks = {
        code: text.clean_field(f"remark-{code}", opinion.remarks.get(code) or "", most=MAX_REMARK_CHARS)
        for code in codes
    }
    return {
        "marks": marks,
        "remarks": {code: remark for code, remark in remarks.items() if remark},
        "aside": text.clean_field("aside", opinion.aside, most=MAX_REMARK_CHARS),
        "confidence": opinion.confidence,
    }


_MISSING = {
    "no_mark": gettext_lazy("Give a mark, or say that it isn't applicable."),
    "no_reason": gettext_lazy("The mark is below the threshold: tell the authors why."),
    "nothing_judged": gettext_lazy("Give at least one criterion a mark."),
    "no_choice": gettext_lazy("Say how sure you are."),
}
