"""How reviews are counted, and who may do what with them. Who reads which is `queries.reviews`.

The criteria, their marks, thresholds and weights are those of Horizon Europe's General Annexes, D (award criteria):
marks are from 0 to 5, half marks are given; thresholds are for what was marked, weights for the order alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ideas.choices import REVIEW_DUE, ReviewScheme, ReviewState, ShortlistState
from ideas.models import Member, Review, ReviewRound, Shortlist
from ideas.rules.shortlists import can_curate

Marks = Mapping[str, Decimal | None]
HIGHEST = Decimal(5)
# Every mark that can be given, as reviews keep it; None is “not applicable”.
MARKS = tuple(f"{halves / 2:.1f}" for halves in range(11))
# What the whole marks mean, in the words of the European Union.
MEANINGS: dict[str, Promise] = {
    "0.0": _("Fails to address the criterion, or can't be judged"),
    "1.0": _("Poor: serious inherent weaknesses"),
    "2.0": _("Fair: significant weaknesses"),
    "3.0": _("Good, with a number of shortcomings"),
    "4.0": _("Very good, with a small number of shortcomings"),
    "5.0": _("Excellent: any shortcomings are minor"),
}
# Two reviewers who are so far apart on one criterion should talk before somebody decides.
FAR_APART = Decimal("1.5")
CENT = Decimal("0.01")
# Why somebody can't be asked for a review (`queries.reviewers`). Which interest it is, is said to nobody else.
LEFT_OUT: dict[str, Promise] = {
    "interest": _("has an interest in the idea"),
    "hidden": _("can't see the idea"),
    "unknown": _("isn't of this value chain"),
    ReviewState.ASKED: _("is asked already"),
    ReviewState.DRAFT: _("has begun already"),
    ReviewState.DONE: _("is done already"),
    ReviewState.DECLINED: _("has declined"),
}
MOST_OWN = 5
MOST_WEIGHT = Decimal(5)
# Beyond this nobody reads an idea anew.
MOST_REVIEWERS = 10


@dataclass(frozen=True)
class Criterion:
    """What an idea is judged by. `threshold` is None for the cluster's own, which are never weighed nor added."""

    code: str
    label: str | Promise
    hint: str | Promise = ""
    threshold: Decimal | None = None
    is_own: bool = False


_EXCELLENCE = (
    "excellence",
    _("Excellence"),
    _("Are the objectives clear and pertinent, ambitious, beyond the state of the art? Is the methodology sound?"),
)
_IMPACT = (
    "impact",
    _("Impact"),
    _("Is the way to the expected outcomes credible? How large are they? Are the measures to bring them about good?"),
)
_IMPLEMENTATION = (
    "implementation",
    _("Quality and efficiency of the implementation"),
    _("Is the work plan effective, are risks and effort judged well? Does the consortium have what it takes?"),
)
CRITERIA: dict[str, tuple[Criterion, ...]] = {
    ReviewScheme.SINGLE_STAGE: tuple(
        Criterion(*one, threshold=Decimal(3)) for one in (_EXCELLENCE, _IMPACT, _IMPLEMENTATION)
    ),
    ReviewScheme.FIRST_STAGE: tuple(Criterion(*one, threshold=Decimal(4)) for one in (_EXCELLENCE, _IMPACT)),
}
# Of the sum of the marks, unweighted. A first stage has none but those of its criteria.
OVERALL_THRESHOLD: dict[str, Decimal | None] = {ReviewScheme.SINGLE_STAGE: Decimal(10), ReviewScheme.FIRST_STAGE: None}


# Counting -----------------------------------------------------------------------------------------------------------


def criteria_of(review_round: ReviewRound) -> tuple[Criterion, ...]:
    """List what a round judges by: the European criteria in their order, then the cluster's own."""
    own = (Criterion(one["code"], one["label"], is_own=True) for one in review_round.own)
    return *CRITERIA[review_round.scheme], *own


def highest_of(review_round: ReviewRound) -> Decimal:
    """The most that an idea can get overall: 15 with three criteria."""
    return HIGHEST * len(CRITERIA[review_round.scheme])


def read_marks(marks: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Read marks as a review keeps them; what is no mark is left out."""
    return {code: None if mark is None else Decimal(mark) for code, mark in marks.items() if mark in (*MARKS, None)}


def overall(marks: Mapping[str, Any], review_round: ReviewRound) -> Decimal | None:
    """Count one review's marks together, weighted, out of `highest_of`; None without any mark.

    A criterion that isn't applicable weighs nothing: the others count for it. Two decimals.
    """
    weights = {code: Decimal(str(weight)) for code, weight in review_round.weights.items()}
    return _together(read_marks(marks), review_round, weights)


def _together(marks: Marks, review_round: ReviewRound, weights: Mapping[str, Decimal]) -> Decimal | None:
    given = [
        (mark, weights.get(one.code, Decimal(1)))
        for one in CRITERIA[review_round.scheme]
        if (mark := marks.get(one.code)) is not None
    ]
    weighed = sum((weight for _mark, weight in given), Decimal(0))
    if not weighed:
        return None
    total = sum((mark * weight for mark, weight in given), Decimal(0))
    return rounded(total / weighed * len(CRITERIA[review_round.scheme]))


def below_threshold(marks: Marks, review_round: ReviewRound) -> list[str]:
    """List what lies below its threshold: codes of criteria, and "overall". Unweighted, as the Union does.

    What isn't applicable has none. Marks or means alike.
    """
    codes = [
        one.code
        for one in CRITERIA[review_round.scheme]
        if one.threshold is not None and (mark := marks.get(one.code)) is not None and mark < one.threshold
    ]
    total, threshold = _together(marks, review_round, {}), OVERALL_THRESHOLD[review_round.scheme]
    return [*codes, "overall"] if total is not None and threshold is not None and total < threshold else codes


def mean(values: Collection[Decimal]) -> Decimal | None:
    """The mean with two decimals; None of nothing."""
    return rounded(sum(values, Decimal(0)) / len(values)) if values else None


def rounded(value: Decimal) -> Decimal:
    """Two decimals, halves away from zero as everybody rounds by hand."""
    return value.quantize(CENT, ROUND_HALF_UP)


def disagree(reviews: Iterable[Marks], review_round: ReviewRound) -> bool:
    """Whether reviewers are far apart on a criterion, or one finds that an idea passes where another one doesn't."""
    reviews = list(reviews)
    for one in criteria_of(review_round):
        given = [mark for marks in reviews if (mark := marks.get(one.code)) is not None]
        if given and max(given) - min(given) >= FAR_APART:
            return True
    judged = [marks for marks in reviews if _together(marks, review_round, {}) is not None]
    return len({not below_threshold(marks, review_round) for marks in judged}) > 1


def missing_in(review: Review, review_round: ReviewRound) -> dict[str, str]:
    """Say what a review lacks to be done: {"mark-CODE", "remark-CODE" or "confidence": why, as a code}.

    Whys: no_mark, nothing_judged, no_reason (a mark below the threshold that says nothing to the authors), no_choice.
    """
    marks, missing = read_marks(review.marks), {}
    for one in criteria_of(review_round):
        mark = marks.get(one.code)
        if one.code not in marks:
            missing[f"mark-{one.code}"] = "no_mark"
        elif mark is not None and one.threshold and mark < one.threshold and not review.remarks.get(one.code):
            missing[f"remark-{one.code}"] = "no_reason"
    if not missing and _together(marks, review_round, {}) is None:
        missing[f"mark-{CRITERIA[review_round.scheme][0].code}"] = "nothing_judged"
    if not review.confidence:
        missing["confidence"] = "no_choice"
    return missing


# Who may ------------------------------------------------------------------------------------------------------------


def can_ask(member: Member, shortlist: Shortlist) -> bool:
    """Who curates the value chain, as long as the list is in preparation: open a round, ask, take back."""
    return shortlist.state == ShortlistState.DRAFT and can_curate(member, shortlist.value_chain)


def can_write_review(member: Member, review: Review) -> bool:
    """Whoever was asked, until they are done or have declined. Whether it is too late, `queries.reviews` knows."""
    return review.reviewer_id == member.pk and review.state in REVIEW_DUE


def can_reopen(member: Member, review: Review) -> bool:
    """Its reviewer, of a review that is done."""
    return review.reviewer_id == member.pk and review.state == ReviewState.DONE
