from decimal import Decimal

import pytest

from ideas.choices import ReviewScheme
from ideas.models import Review, ReviewRound
from ideas.rules.reviews import (
    MARKS,
    below_threshold,
    criteria_of,
    disagree,
    highest_of,
    mean,
    missing_in,
    overall,
    read_marks,
)

WHOLE = ReviewRound(scheme=ReviewScheme.SINGLE_STAGE)
FIRST = ReviewRound(scheme=ReviewScheme.FIRST_STAGE)


def marks(*given: str | None) -> dict[str, str | None]:
    return dict(zip(("excellence", "impact", "implementation"), given, strict=False))


def weighted(**weights: str) -> ReviewRound:
    return ReviewRound(scheme=ReviewScheme.SINGLE_STAGE, weights=weights)


def test_marks_are_from_nought_to_five_in_halves():
    assert MARKS == ("0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5", "4.0", "4.5", "5.0")


def test_the_european_criteria_come_first_and_the_first_stage_has_two_of_them():
    own = ReviewRound(scheme=ReviewScheme.FIRST_STAGE, own=[{"code": "own1", "label": "For the region"}])

    assert [(one.code, one.threshold) for one in criteria_of(WHOLE)] == [
        ("excellence", 3), ("impact", 3), ("implementation", 3),
    ]  # fmt: skip
    assert [(one.code, one.threshold, one.is_own) for one in criteria_of(own)] == [
        ("excellence", 4, False), ("impact", 4, False), ("own1", None, True),
    ]  # fmt: skip
    assert (highest_of(WHOLE), highest_of(FIRST)) == (15, 10)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, "10.50"),  # 4 + 3.5 + 3
        ({"impact": "1.5"}, "10.50"),  # (4 + 5.25 + 3) / 3.5 × 3
        ({"excellence": "2"}, "10.88"),  # (8 + 3.5 + 3) / 4 × 3 = 10.875
        ({"impact": "0", "implementation": "0"}, "12.00"),  # 4 × 3
        ({"excellence": "0.5", "implementation": "2"}, "9.86"),  # (2 + 3.5 + 6) / 3.5 × 3 = 9.857…
    ],
)
def test_an_overall_is_weighed_and_stays_out_of_fifteen(weights, expected):
    value = overall(marks("4.0", "3.5", "3.0"), weighted(**weights))

    assert value == Decimal(expected)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("4.0", None, "3.0"), "10.50"),  # (4 + 3) / 2 × 3
        ((None, None, "2.5"), "7.50"),
        ((None, None, None), None),
        ((), None),
        (("0.0", "0.0", "0.0"), "0.00"),
        (("5.0", "5.0", "5.0"), "15.00"),
    ],
)
def test_what_does_not_apply_weighs_nothing(given, expected):
    value = overall(marks(*given), WHOLE)

    assert value == (None if expected is None else Decimal(expected))


def test_the_cluster_s_own_criteria_are_neither_weighed_nor_added():
    own = ReviewRound(scheme=ReviewScheme.SINGLE_STAGE, own=[{"code": "own1", "label": "For the region"}])

    value = overall({**marks("4.0", "3.5", "3.0"), "own1": "0.0"}, own)

    assert value == Decimal("10.50")


@pytest.mark.parametrize(
    ("review_round", "given", "expected"),
    [
        (WHOLE, ("3.0", "3.0", "4.0"), []),
        (WHOLE, ("3.0", "3.0", "3.5"), ["overall"]),
        (WHOLE, ("2.5", "5.0", "5.0"), ["excellence"]),
        (WHOLE, ("2.5", "2.0", "5.0"), ["excellence", "impact", "overall"]),
        (WHOLE, (None, "3.5", "3.5"), []),  # scaled to fifteen it is 10.5
        (WHOLE, (None, "3.0", "3.5"), ["overall"]),  # 9.75
        (WHOLE, (None, None, None), []),
        (FIRST, ("4.0", "4.0"), []),
        (FIRST, ("4.0", "3.5"), ["impact"]),
        (weighted(excellence="5"), ("5.0", "3.0", "3.0"), []),
        (weighted(excellence="0"), ("0.0", "5.0", "5.0"), ["excellence"]),
    ],
)
def test_thresholds_look_at_marks_as_they_are_given(review_round, given, expected):
    assert below_threshold(read_marks(marks(*given)), review_round) == expected


def test_a_mean_has_two_decimals_and_rounds_halves_up():
    assert mean([Decimal("3.0"), Decimal("3.5"), Decimal("3.5")]) == Decimal("3.33")
    assert mean([Decimal(n) / 8 for n in (1, 2)]) == Decimal("0.19")  # 0.1875
    assert mean([]) is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("4.0", "4.0", "4.0"), ("4.0", "3.0", "4.0"), False),
        (("5.0", "4.0", "4.0"), ("3.5", "4.0", "4.0"), True),  # a criterion is 1.5 apart
        (("3.5", "3.5", "3.0"), ("3.0", "3.0", "3.5"), True),  # 10 passes, 9.5 doesn't
        (("4.0", None, "4.0"), ("4.0", "4.0", "4.0"), False),
        ((None, None, None), ("2.0", "2.0", "2.0"), False),
    ],
)
def test_reviewers_disagree_far_apart_or_about_the_threshold(one, other, expected):
    assert disagree([read_marks(marks(*one)), read_marks(marks(*other))], WHOLE) is expected


def test_one_reviewer_disagrees_with_nobody():
    assert disagree([read_marks(marks("0.0", "5.0", "0.0"))], WHOLE) is False


def test_what_is_no_mark_counts_as_not_given():
    assert read_marks({"excellence": "4.25", "impact": "٣", "implementation": "3.0", "own1": 3, "own2": None}) == {
        "implementation": Decimal(3),
        "own2": None,
    }


def test_a_review_is_done_when_all_is_judged_and_low_marks_are_explained():
    def lacks(given, remarks=(), confidence="high"):
        said = dict.fromkeys(remarks, "Because.")
        return missing_in(Review(marks=marks(*given), remarks=said, confidence=confidence), WHOLE)

    assert lacks(("4.0", "4.0", "4.0")) == {}
    assert lacks(("4.0", None, "4.0")) == {}
    assert lacks(("4.0", "4.0")) == {"mark-implementation": "no_mark"}
    assert lacks(("4.0", "2.5", "4.0")) == {"remark-impact": "no_reason"}
    assert lacks(("4.0", "2.5", "4.0"), ["impact"]) == {}
    assert lacks((None, None, None)) == {"mark-excellence": "nothing_judged"}
    assert lacks(("4.0", "4.0", "4.0"), confidence="") == {"confidence": "no_choice"}
