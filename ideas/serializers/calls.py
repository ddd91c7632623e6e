"""Output shapes of calls, deadlines and their changes."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.models import Call, Deadline, DeadlineChange
from ideas.queries.calls import in_time_order, status_of_call


def local_iso(at: datetime | None, zone: str) -> str | None:
    """Write an instant as the funder's clock shows it, with its offset: 2026-09-15T17:00:00+02:00."""
    return at.astimezone(ZoneInfo(zone)).isoformat() if at else None


class DeadlineSerializer(serializers.Serializer[Deadline]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    number = serializers.IntegerField()
    at = serializers.SerializerMethodField()
    zone = serializers.CharField()
    raw = serializers.CharField()
    verified = serializers.BooleanField()

    @extend_schema_field(serializers.DateTimeField())
    def get_at(self, deadline: Deadline) -> str:
        return deadline.local.isoformat()


class DeadlineChangeSerializer(serializers.Serializer[DeadlineChange]):
    """{call, kind, number, old_at, new_at, zone, source, note, changed_at}; instants on the funder's clock."""

    id = serializers.IntegerField()
    call = serializers.IntegerField(source="call_id")
    kind = serializers.CharField()
    number = serializers.IntegerField()
    old_at = serializers.SerializerMethodField()
    new_at = serializers.SerializerMethodField()
    zone = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    note = serializers.CharField()
    changed_at = serializers.DateTimeField(default_timezone=UTC)

    def get_old_at(self, change: DeadlineChange) -> str | None:
        return local_iso(change.old_at, change.zone)

    def get_new_at(self, change: DeadlineChange) -> str | None:
        return local_iso(change.new_at, change.zone)


class CallSerializer(serializers.Serializer[Call]):
    """A call with its deadlines in the order of time. `status` is derived at `context["at"]`."""

    id = serializers.IntegerField()
    identifier = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    level = serializers.CharField()
    funder = serializers.CharField()
    programme = serializers.CharField()
    call_identifier = serializers.CharField()
    call_title = serializers.CharField()
    action_type = serializers.CharField()
    summary = serializers.CharField()
    url = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    languages = serializers.CharField(help_text="In which a proposal may be written, as the funder says it.")
    missing_since = serializers.DateTimeField(
        default_timezone=UTC, allow_null=True, help_text="Since when its source no longer lists it."
    )
    status = serializers.SerializerMethodField()
    deadlines = serializers.SerializerMethodField()
    budget_total = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    budget_min = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    budget_max = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    expected_grants = serializers.IntegerField(allow_null=True)
    trl_min = serializers.IntegerField(allow_null=True)
    trl_max = serializers.IntegerField(allow_null=True)
    value_chains = serializers.SerializerMethodField()
    kets = serializers.SerializerMethodField()
    is_demo = serializers.BooleanField()

    def get_value_chains(self, call: Call) -> list[str]:
        return [chain.code for chain in call.value_chains.all()]

    def get_kets(self, call: Call) -> list[str]:
        return [ket.code for ket in call.kets.all()]

    def get_status(self, call: Call) -> str:
        return status_of_call(call, self.context["at"])

    @extend_schema_field(DeadlineSerializer(many=True))
    def get_deadlines(self, call: Call) -> list[dict[str, object]]:
        rows: Any = in_time_order(call)  # the stubs know no `many`
        return list(DeadlineSerializer(rows, many=True).data)


class WholeCallSerializer(CallSerializer):
    """A call as on its page: with what it asks of a consortium, and every change of its dates, the latest first."""

    rules = serializers.DictField(help_text="Whole numbers by rule, such as min_countries; others are for programs.")
    changes = DeadlineChangeSerializer(many=True, source="deadline_changes")
