"""Output shapes of slots, requests and the consortium."""

from datetime import UTC

from rest_framework import serializers

from ideas.choices import JoinAct
from ideas.models import JoinRequest, JoinStep, RoleSlot
from ideas.queries.joining import Consortium
from ideas.radar import Check
from ideas.serializers.members import AuthorSerializer
from ideas.serializers.organisations import PartnerOrganisationSerializer


class SlotSerializer(serializers.Serializer[RoleSlot]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    expertise = serializers.CharField()
    work = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    accredited = serializers.BooleanField()
    wanted = serializers.IntegerField()
    filled = serializers.IntegerField()
    outside = serializers.IntegerField()
    mandatory = serializers.BooleanField()


class PartnerSerializer(serializers.Serializer[JoinRequest]):
    """An accepted request, as everybody who sees the idea sees it."""

    id = serializers.IntegerField()
    organisation = PartnerOrganisationSerializer()
    role = serializers.CharField()
    slot = serializers.IntegerField(source="slot_id", allow_null=True)
    commitment = serializers.CharField()
    can_coordinate = serializers.BooleanField()


class CheckSerializer(serializers.Serializer[Check]):
    """One rule of the target call on the line-up: {rule, needed, at_most, confirmed, interested, missing, verdict}.

    `interested` counts who has confirmed, too; `verdict` is met, if_confirmed or missing.
    """

    rule = serializers.CharField()
    needed = serializers.IntegerField()
    at_most = serializers.BooleanField()
    confirmed = serializers.IntegerField()
    interested = serializers.IntegerField()
    missing = serializers.IntegerField()
    verdict = serializers.SerializerMethodField()

    def get_verdict(self, check: Check) -> str:
        return check.verdict.name.lower()


class ConsortiumSerializer(serializers.Serializer[Consortium]):
    """{partners, slots, open_slots, checks}: the whole panel."""

    partners = PartnerSerializer(many=True)
    slots = SlotSerializer(many=True)
    checks = CheckSerializer(many=True)
    open_slots = serializers.IntegerField(source="idea.open_slots")


class JoinStepSerializer(serializers.Serializer[JoinStep]):
    """A line of a request's history; `by` is null where time did it."""

    act = serializers.ChoiceField(JoinAct.choices)
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    at = serializers.DateTimeField(default_timezone=UTC)
    reason = serializers.CharField()


class JoinRequestSerializer(serializers.Serializer[JoinRequest]):
    """A request or an invitation in full, for who asked or invited, who authorises and who answers.

    `invited_by` is an author of the idea, null of a request; `expires_at` is null where nobody has to act.
    """

    id = serializers.IntegerField()
    idea = serializers.IntegerField(source="idea_id")
    idea_reference = serializers.CharField(source="idea.reference")
    organisation = PartnerOrganisationSerializer()
    slot = serializers.IntegerField(source="slot_id", allow_null=True)
    role = serializers.CharField()
    contribution = serializers.CharField()
    message = serializers.CharField()
    can_coordinate = serializers.BooleanField()
    state = serializers.CharField()
    commitment = serializers.CharField()
    asked_by = AuthorSerializer()
    asked_at = serializers.DateTimeField(default_timezone=UTC)
    invited_by = AuthorSerializer(allow_null=True)
    expires_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    answered_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    reason = serializers.CharField()
    history = JoinStepSerializer(many=True, source="steps")
