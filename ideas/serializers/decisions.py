"""Output shapes of decisions, and what of the reviews goes out with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.choices import ScoresShown
from ideas.models import Decision, ReviewRound, Shortlist, ShortlistEntry
from ideas.queries.decisions import remarks_of
from ideas.queries.reviews import Summary, round_of, summaries
from ideas.rules.reviews import CRITERIA, Criterion, criteria_of, highest_of


@dataclass(frozen=True)
class Scores:
    """What of an entry's reviews members read on a published list, and what its authors read besides.

    `to_members` {overall, out_of, criteria: [{code, label, mean}]} as far as the round's `scores_shown` goes, numbers
    as text. `remarks` [{code, label, said}]. `label` is kept of the cluster's own criteria alone: `label_of`.
    """

    to_members: dict[str, Any] = field(default_factory=dict)
    remarks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def to_authors(self) -> dict[str, Any]:
        return self.to_members | ({"remarks": self.remarks} if self.remarks else {})


def scores_of(shortlist: Shortlist, entries: Iterable[ShortlistEntry]) -> dict[int, Scores]:
    """Read what of the reviews of a list's entries goes out, {entry: Scores}; nothing without reviews.

    A fixed number of queries.
    """
    entries, review_round = list(entries), round_of(shortlist)
    if review_round is None:
        return {}
    sums, remarks, criteria = summaries(entries), remarks_of(entries), criteria_of(review_round)
    return {
        entry.pk: Scores(
            _shown(sums.get(entry.pk, Summary()), review_round),
            [_named(one) | {"said": said} for one in criteria if (said := remarks.get(entry.pk, {}).get(one.code))],
        )
        for entry in entries
    }


def _shown(summary: Summary, review_round: ReviewRound) -> dict[str, Any]:
    if review_round.scores_shown == ScoresShown.NONE or summary.overall is None:
        return {}
    shown: dict[str, Any] = {"overall": str(summary.overall), "out_of": str(highest_of(review_round))}
    if review_round.scores_shown == ScoresShown.CRITERIA:
        shown["criteria"] = [
            _named(one) | {"mean": str(summary.criteria[one.code][0])}
            for one in criteria_of(review_round)
            if one.code in summary.criteria
        ]
    return shown


def _named(criterion: Criterion) -> dict[str, Any]:
    return {"code": criterion.code, "label": str(criterion.label) if criterion.is_own else ""}


def label_of(named: dict[str, Any]) -> str:
    """Name a criterion that was kept with scores, the European ones in the reader's language."""
    return named["label"] or str(_LABELS.get(named["code"], named["code"]))


_LABELS = {one.code: one.label for criteria in CRITERIA.values() for one in criteria}


class StagedSerializer(serializers.Serializer[Decision]):
    """A decision as leads read it. `version` counts its saves; without `published_at` it is staged.

    `answered_at` is when its authors came back with what a revision asked for.
    """

    id = serializers.IntegerField()
    entry = serializers.IntegerField(source="entry_id")
    reference = serializers.CharField(source="entry.idea.reference")
    outcome = serializers.CharField()
    text = serializers.CharField()
    version = serializers.IntegerField()
    staged_by = serializers.CharField(source="staged_by.name")
    staged_at = serializers.DateTimeField(default_timezone=UTC)
    published_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    answered_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)


class RemarksSerializer(serializers.Serializer[dict[str, Any]]):
    """What reviewers remark on a criterion, without their names."""

    criterion = serializers.CharField(source="code")
    remarks = serializers.ListField(child=serializers.CharField(), source="said")


class MeanSerializer(serializers.Serializer[dict[str, Any]]):
    """The mean of the marks for a criterion, as text: "4.25"."""

    criterion = serializers.CharField(source="code")
    mean = serializers.CharField()


class DecisionSerializer(serializers.Serializer[Decision]):
    """A published decision as the idea's authors read it. Scores as far as the leads chose to show them."""

    id = serializers.IntegerField()
    shortlist = serializers.CharField(source="entry.shortlist.title")
    outcome = serializers.CharField()
    text = serializers.CharField()
    published_at = serializers.DateTimeField(default_timezone=UTC)
    answered_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    overall = serializers.SerializerMethodField()
    criteria = serializers.SerializerMethodField()
    remarks = serializers.SerializerMethodField()

    def get_overall(self, decision: Decision) -> str | None:
        return decision.scores.get("overall")

    @extend_schema_field(MeanSerializer(many=True))
    def get_criteria(self, decision: Decision) -> Any:
        return MeanSerializer(decision.scores.get("criteria", []), many=True).data

    @extend_schema_field(RemarksSerializer(many=True))
    def get_remarks(self, decision: Decision) -> Any:
        return RemarksSerializer(decision.scores.get("remarks", []), many=True).data
