"""What pages say and draw of reviews: numbers as the reader writes them, thresholds and disagreement in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.choices import REVIEW_DUE, ReviewState
from ideas.models import Member, Review, ReviewRound
from ideas.queries.reviews import Summary
from ideas.rules.reviews import (
    HIGHEST,
    MEANINGS,
    OVERALL_THRESHOLD,
    below_threshold,
    criteria_of,
    highest_of,
    overall,
    read_marks,
)
from ideas.serializers.decisions import label_of

# The drawing of a spread, in its own units: from 0 to 5 between the margins.
WIDTH, MARGIN, STEP = 150, 8, 6


def number(value: Decimal) -> str:
    """Write a mark as the reader's language does, without idle noughts."""
    exponent = value.normalize().as_tuple().exponent
    return number_format(value, max(0, -int(exponent)))


def said_of_scores(scores: dict[str, Any]) -> dict[str, Any]:
    """Say scores as a decision or a published list keeps them: {overall, out_of, criteria: [{label, value}]}, or {}."""
    if not scores.get("overall"):
        return {}
    return {
        "overall": number(Decimal(scores["overall"])),
        "out_of": number(Decimal(scores["out_of"])),
        "criteria": [
            {"label": label_of(one), "value": number(Decimal(one["mean"]))} for one in scores.get("criteria", ())
        ],
    }


def said_of_summary(summary: Summary, made: ReviewRound) -> dict[str, Any]:
    """Say what an entry's reviews come to: {progress, overall, verdict, met, disagreement, hidden}; "" where nothing
    is to be said.
    """
    progress = ngettext("%(done)d of %(n)d review done", "%(done)d of %(n)d reviews done", summary.asked)
    return {
        "progress": progress % {"done": summary.done, "n": summary.asked} if summary.asked else _("Nobody asked yet"),
        "overall": _("%(mean)s of %(most)s") % {"mean": number(summary.overall), "most": number(highest_of(made))}
        if summary.overall is not None
        else "",
        "met": not summary.below,
        "verdict": verdict(summary.below, made) if summary.overall is not None else "",
        "disagreement": _("The reviewers disagree: they should talk first.") if summary.disagreement else "",
        "hidden": _("You read the others once your own review is done.") if summary.hidden else "",
    }


def verdict(below: Sequence[str], made: ReviewRound) -> str:
    """Say what lies below its threshold, or that nothing does."""
    if not below:
        return _("All thresholds met")
    labels = {one.code: str(one.label) for one in criteria_of(made)} | {"overall": _("overall")}
    return _("Below the threshold: %(what)s") % {"what": ", ".join(labels[code] for code in below)}


def drawn(summary: Summary, made: ReviewRound) -> list[dict[str, Any]]:
    """Prepare what `reviews/_spread.html` draws and says, a line each criterion and one for all of them together.

    {label, is_own, mean, spread in words, threshold, points [{x, y}], mean_x, threshold_x, width}
    """
    lines = [(one.code, str(one.label), one.threshold, HIGHEST, one.is_own) for one in criteria_of(made)]
    lines.append(("overall", _("Overall"), OVERALL_THRESHOLD[made.scheme], highest_of(made), False))
    return [
        {
            "label": label,
            "is_own": is_own,
            "is_sum": code == "overall",
            "mean": number(summary.criteria[code][0]),
            "mean_x": _x(summary.criteria[code][0], most),
            "spread": _spread(summary.criteria[code][1:]),
            "threshold": "" if threshold is None else number(threshold),
            "threshold_x": None if threshold is None else _x(threshold, most),
            "points": _dots(summary.points[code], most),
            "width": WIDTH,
            "from": MARGIN,
            "to": WIDTH - MARGIN,
        }
        for code, label, threshold, most, is_own in lines
        if code in summary.criteria
    ]


def _x(value: Decimal, most: Decimal) -> str:
    return f"{MARGIN + float(value / most) * (WIDTH - 2 * MARGIN):.1f}"


def _spread(ends: Sequence[Decimal]) -> str:
    lowest, highest = ends
    return number(lowest) if lowest == highest else f"{number(lowest)}–{number(highest)}"


def _dots(values: Iterable[Decimal], most: Decimal) -> list[dict[str, Any]]:
    """A dot a mark; the same one given twice stands above the first."""
    return [
        {"x": _x(value, most), "y": 16 - STEP * above}
        for value, times in sorted(Counter(values).items())
        for above in range(min(times, 3))
    ]


def overall_words(review: Review, made: ReviewRound) -> str:
    """Write what one review gives overall; "" without any mark."""
    value = overall(review.marks, made)
    return (
        "" if value is None else _("%(mean)s of %(most)s") % {"mean": number(value), "most": number(highest_of(made))}
    )


def said_of_review(review: Review, made: ReviewRound) -> list[dict[str, Any]]:
    """Say what a review gives each criterion: {label, is_own, mark, meaning, below, remark}."""
    marks = read_marks(review.marks)
    below = below_threshold(marks, made)
    return [
        {
            "label": str(one.label),
            "is_own": one.is_own,
            "mark": _("n/a") if (mark := marks.get(one.code)) is None else number(mark),
            "meaning": "" if mark is None else meaning(mark),
            "below": one.code in below,
            "remark": review.remarks.get(one.code, ""),
        }
        for one in criteria_of(made)
        if one.code in marks or review.remarks.get(one.code)
    ]


def meaning(mark: Decimal) -> str:
    """What a mark means in the Union's words; a half one is between two."""
    return str(MEANINGS.get(f"{mark:.1f}", ""))


def own_of(reviews: Iterable[Review], member: Member) -> dict[str, Any] | None:
    """The reader's own review of an entry: {url, label, waits}; None without one."""
    own = next((row for row in reviews if row.reviewer_id == member.pk), None)
    if own is None or own.state == ReviewState.DECLINED:
        return None
    return {
        "url": reverse("reviews:detail", args=[own.pk]),
        "label": own.get_state_display(),
        "waits": own.state in REVIEW_DUE,
    }
