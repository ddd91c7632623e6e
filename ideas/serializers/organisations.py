"""Output shapes of organisations."""

from rest_framework import serializers

from ideas.models import Organisation


class OrganisationSerializer(serializers.Serializer[Organisation]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField()
    accredited = serializers.BooleanField()
    province = serializers.CharField(source="province.code", allow_null=True, default=None)
    country = serializers.CharField()
    pic = serializers.CharField()
    website = serializers.CharField()
    description_it = serializers.CharField()
    description_en = serializers.CharField()
    competences = serializers.ListField(child=serializers.CharField())
    equipment = serializers.ListField(child=serializers.CharField())
    value_chains = serializers.SerializerMethodField()
    member_since = serializers.IntegerField(allow_null=True)
    is_demo = serializers.BooleanField()

    def get_value_chains(self, organisation: Organisation) -> list[str]:
        return [chain.code for chain in organisation.value_chains.all()]


class PartnerOrganisationSerializer(serializers.Serializer[Organisation]):
    """What a line-up shows of an organisation: {id, name, slug, kind, accredited, province, country}."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField()
    accredited = serializers.BooleanField()
    province = serializers.CharField(source="province.code", allow_null=True, default=None)
    country = serializers.CharField()
