"""Output shapes of organisations."""

from rest_framework import serializers

from ideas.models import Organisation, PastProject


class PastProjectSerializer(serializers.Serializer[PastProject]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    programme = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    role = serializers.CharField()
    url = serializers.CharField()


class OrganisationSerializer(serializers.Serializer[Organisation]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    short_name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField()
    accredited = serializers.BooleanField()
    province = serializers.CharField(source="province.code", allow_null=True, default=None)
    country = serializers.CharField()
    address = serializers.CharField()
    pic = serializers.CharField()
    website = serializers.CharField()
    description_it = serializers.CharField()
    description_en = serializers.CharField()
    competences = serializers.ListField(child=serializers.CharField())
    equipment = serializers.ListField(child=serializers.CharField())
    services = serializers.ListField(child=serializers.CharField())
    value_chains = serializers.SerializerMethodField()
    kets = serializers.SerializerMethodField()
    languages = serializers.ListField(child=serializers.CharField())
    member_since = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()
    parent = serializers.IntegerField(  # type: ignore[assignment]  # the answer's name, not the field's own parent
        source="parent_id", allow_null=True, help_text="Id of the organisation of which it is a unit."
    )
    is_demo = serializers.BooleanField()

    def get_value_chains(self, organisation: Organisation) -> list[str]:
        return [chain.code for chain in organisation.value_chains.all()]

    def get_kets(self, organisation: Organisation) -> list[str]:
        return [ket.code for ket in organisation.kets.all()]


class ProfileSerializer(OrganisationSerializer):
    """One organisation with all of its profile: with its past projects, too."""

    projects = PastProjectSerializer(source="past_projects", many=True)


class PartnerOrganisationSerializer(serializers.Serializer[Organisation]):
    """What a line-up shows of an organisation: {id, name, slug, kind, accredited, province, country}."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.CharField()
    accredited = serializers.BooleanField()
    province = serializers.CharField(source="province.code", allow_null=True, default=None)
    country = serializers.CharField()
