"""Output shapes of people."""

from rest_framework import serializers

from ideas.models import Member


class AuthorSerializer(serializers.Serializer[Member]):
    """{id, name, initials, organisation}: what everybody who sees somebody's words sees of them."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    initials = serializers.CharField()
    organisation = serializers.SerializerMethodField()

    def get_organisation(self, member: Member) -> str:
        affiliations = list(member.affiliations.all())
        return str(affiliations[0].organisation) if affiliations else ""
