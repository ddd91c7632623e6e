"""Output shapes of reviews: a round, what somebody wrote, and what an entry's reviews come to."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.models import ConflictOfInterest, Review, ReviewRound
from ideas.queries.reviews import Summary
from ideas.rules.reviews import criteria_of, overall

MARK = serializers.CharField(allow_null=True)


class CriterionSerializer(serializers.Serializer[Any]):
    """`threshold` is null for the cluster's own criteria, which are neither weighed nor added."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    threshold = serializers.DecimalField(max_digits=3, decimal_places=1, allow_null=True)
    is_own = serializers.BooleanField()


class RoundSerializer(serializers.Serializer[ReviewRound]):
    """By what the ideas of a list are judged. `weights` names only those that aren't 1."""

    scheme = serializers.CharField()
    criteria = serializers.SerializerMethodField()
    weights = serializers.DictField(child=serializers.CharField())
    due = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    scores_shown = serializers.CharField()

    @extend_schema_field(CriterionSerializer(many=True))
    def get_criteria(self, made: ReviewRound) -> Any:
        return CriterionSerializer(criteria_of(made), many=True).data


class ReviewSerializer(serializers.Serializer[Review]):
    """A review that one may read. `marks` are {code: "0.0" … "5.0" in halves, null for not applicable}, `remarks`
    {code: to the authors}; `aside` is for the leads, empty for everybody else; of who declined it is the reason.
    """

    id = serializers.IntegerField()
    shortlist = serializers.IntegerField(source="entry.shortlist_id")
    entry = serializers.IntegerField(source="entry_id")
    idea = serializers.IntegerField(source="entry.idea_id")
    reference = serializers.CharField(source="entry.idea.reference")
    reviewer = serializers.CharField(source="reviewer.name")
    state = serializers.CharField()
    marks = serializers.DictField(child=MARK)
    remarks = serializers.DictField(child=serializers.CharField())
    aside = serializers.CharField()
    confidence = serializers.CharField()
    overall = serializers.SerializerMethodField()
    due = serializers.DateTimeField(source="entry.shortlist.round.due", default_timezone=UTC, allow_null=True)
    done_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    version = serializers.IntegerField()

    def get_overall(self, review: Review) -> str | None:
        value = overall(review.marks, review.entry.shortlist.round)
        return None if value is None else str(value)


class SpreadSerializer(serializers.Serializer[Any]):
    mean = serializers.CharField()
    lowest = serializers.CharField()
    highest = serializers.CharField()


class ReviewerSerializer(serializers.Serializer[Review]):
    """Who writes a review, and where it stands. What it says is at `/reviews/{id}/`, for who may read it."""

    id = serializers.IntegerField()
    reviewer = serializers.CharField(source="reviewer.name")
    state = serializers.CharField()


class SummarySerializer(serializers.Serializer[Any]):
    """What the reviews of an entry come to. While one has a review of one's own to finish, `hidden` is true and no
    marks are said. `below` names what lies below its threshold, "overall" among them.
    """

    entry = serializers.IntegerField()
    done = serializers.IntegerField(source="summary.done")
    asked = serializers.IntegerField(source="summary.asked")
    overall = serializers.CharField(source="summary.overall", allow_null=True)
    criteria = serializers.SerializerMethodField()
    below = serializers.ListField(source="summary.below", child=serializers.CharField())
    disagreement = serializers.BooleanField(source="summary.disagreement")
    hidden = serializers.BooleanField(source="summary.hidden")
    reviewers = ReviewerSerializer(many=True)

    @extend_schema_field(serializers.DictField(child=SpreadSerializer()))
    def get_criteria(self, row: dict[str, Any]) -> dict[str, dict[str, str]]:
        summary: Summary = row["summary"]
        return {
            code: {"mean": str(middle), "lowest": str(lowest), "highest": str(highest)}
            for code, (middle, lowest, highest) in summary.criteria.items()
        }


class ConflictOfInterestSerializer(serializers.Serializer[ConflictOfInterest]):
    """What a member said of themselves."""

    idea = serializers.IntegerField(source="idea_id")
    reference = serializers.CharField(source="idea.reference")
    member = serializers.CharField(source="member.name")
    reason = serializers.CharField()
    declared_at = serializers.DateTimeField(default_timezone=UTC)
