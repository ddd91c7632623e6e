"""Output shape of a call that fits an idea."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.fit import Reason
from ideas.queries.calls import next_closing
from ideas.queries.matching import CallFit
from ideas.serializers.calls import DeadlineSerializer

CODES = ["value_chain", "ket", "words", "trl", "budget", "time"]


class ReasonSerializer(serializers.Serializer[Reason]):
    """Why a call fits, or what is against it.

    `values` by `code`: `value_chain` and `ket` codes; `words` those in common, as the idea writes them; `trl` the
    idea's now and target, then the call's lowest and highest; `budget` the idea's euros, then the call's least and
    most; `time` the days that a plan takes. What isn't known is "".
    """

    code = serializers.ChoiceField(CODES)
    values = serializers.ListField(child=serializers.CharField(allow_blank=True))


class CallFitSerializer(serializers.Serializer[CallFit]):
    """A call, how well it fits (`score`, for comparison within one answer only), and why."""

    id = serializers.IntegerField(source="call.pk")
    identifier = serializers.CharField(source="call.identifier")
    title = serializers.CharField(source="call.title")
    level = serializers.CharField(source="call.level")
    deadline = serializers.SerializerMethodField()
    score = serializers.FloatField(source="fit.score")
    reasons = serializers.SerializerMethodField()
    cautions = serializers.SerializerMethodField()

    @extend_schema_field(DeadlineSerializer(allow_null=True))
    def get_deadline(self, one: CallFit) -> dict[str, Any] | None:
        coming = next_closing(one.call, self.context["at"])
        return dict(DeadlineSerializer(coming).data) if coming else None

    @extend_schema_field(ReasonSerializer(many=True))
    def get_reasons(self, one: CallFit) -> list[dict[str, Any]]:
        return [_told(reason, one) for reason in one.fit.reasons]

    @extend_schema_field(ReasonSerializer(many=True))
    def get_cautions(self, one: CallFit) -> list[dict[str, Any]]:
        return [_told(reason, one) for reason in one.fit.cautions]


def _told(reason: Reason, one: CallFit) -> dict[str, Any]:
    if reason.code == "words":
        return {"code": reason.code, "values": [own for own, _ in one.words.values()]}
    return {"code": reason.code, "values": ["" if value is None else str(value) for value in reason.values]}
