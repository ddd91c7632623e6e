"""Output shapes of who belongs to an organisation, and of who asks to."""

from datetime import UTC

from rest_framework import serializers

from ideas.models import Affiliation, AffiliationRequest, Member, Organisation


class PersonSerializer(serializers.Serializer[Member]):
    """{id, name, initials}"""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initials = serializers.CharField()


class NamedOrganisationSerializer(serializers.Serializer[Organisation]):
    """{id, name, slug}"""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()


class AffiliationSerializer(serializers.Serializer[Affiliation]):
    """Somebody's place in an organisation."""

    id = serializers.IntegerField()
    organisation = NamedOrganisationSerializer()
    member = PersonSerializer()
    role = serializers.CharField()


class AffiliationRequestSerializer(serializers.Serializer[AffiliationRequest]):
    """A member says "I work here", and what was answered: for who asked, and who looks after the organisation."""

    id = serializers.IntegerField()
    organisation = NamedOrganisationSerializer()
    member = PersonSerializer()
    note = serializers.CharField()
    state = serializers.CharField()
    asked_at = serializers.DateTimeField(default_timezone=UTC)
    answered_at = serializers.DateTimeField(default_timezone=UTC, allow_null=True)
    reason = serializers.CharField()
