"""Output shape of what a member follows."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import CallFollow


class FollowSerializer(serializers.Serializer[CallFollow]):
    """One of `call`, `programme`, `value_chain` and `ket` is set; `lead_days` null: as the member chose in general."""

    id = serializers.IntegerField()
    call = serializers.CharField(source="call.identifier", default=None, allow_null=True)
    programme = serializers.CharField()
    value_chain = serializers.CharField(source="value_chain.code", default=None, allow_null=True)
    ket = serializers.CharField(source="ket.code", default=None, allow_null=True)
    lead_days = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    created_at = serializers.DateTimeField(default_timezone=UTC)
