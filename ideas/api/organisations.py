"""Organisations by the API: the public directory, without people; and the writes of a profile."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.competences import MOST_WORDS
from ideas.actions.organisations import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    MOST_LANGUAGES,
    MOST_PROJECTS,
    TEXT_CHARS,
    create_organisation,
    edit_organisation,
)
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.fields import BIG, ChainField, CodeField
from ideas.api.filters import OrganisationFilterInput
from ideas.api.inputs import Edit
from ideas.choices import ConsortiumRole, OrganisationKind, Scheme
from ideas.errors import NotAllowed
from ideas.models import Organisation, Term
from ideas.models.competences import NAME_CHARS
from ideas.queries.organisations import OrganisationFilters, organisation_rows
from ideas.queries.taxonomy import all_kets, terms
from ideas.rules.organisations import can_create_organisations, can_edit_organisation
from ideas.serializers.organisations import OrganisationSerializer, ProfileSerializer

KEY = in_path("id", "Id of the organisation, or its slug.")


class ProvinceField(CodeField):
    def get_queryset(self) -> Any:
        return terms(Scheme.PROVINCE)


class AnyKetField(CodeField):
    """A KET by its code. Retired ones, too: an organisation may have been in them."""

    def get_queryset(self) -> Any:
        return Term.objects.filter(pk__in=all_kets().values("pk"))


def _words(**options: Any) -> serializers.ListField:
    child = serializers.CharField(max_length=NAME_CHARS)
    return serializers.ListField(child=child, max_length=MOST_WORDS, required=False, **options)


def _year() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, allow_null=True, required=False, default=None
    )


class PastProjectInput(serializers.Serializer[Any]):
    """A past project; with the `id` of one it is written over that one. Those that an import brought stay."""

    id = serializers.IntegerField(min_value=1, max_value=BIG, required=False, allow_null=True)
    title = serializers.CharField(max_length=300)
    programme = serializers.CharField(max_length=120, allow_blank=True, default="")
    year = _year()
    role = serializers.ChoiceField(ConsortiumRole.choices, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, allow_blank=True, default="")


class OrganisationInput(serializers.Serializer[Organisation]):
    """A profile. Words that the vocabulary doesn't know are proposals; lists take the place of what was there.

    `accredited` and `member_since` are for cluster staff.
    """

    name = serializers.CharField(max_length=200)
    short_name = serializers.CharField(max_length=60, allow_blank=True, required=False)
    kind = serializers.ChoiceField(OrganisationKind.choices)
    accredited = serializers.BooleanField(required=False)
    member_since = serializers.IntegerField(
        min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, allow_null=True, required=False
    )
    province = ProvinceField(allow_null=True, required=False, help_text="NUTS-3 code.")
    country = serializers.CharField(max_length=2, required=False, help_text="Two letters.")
    address = serializers.CharField(max_length=300, allow_blank=True, required=False)
    pic = serializers.CharField(max_length=20, allow_blank=True, required=False, help_text="Nine digits.")
    website = serializers.URLField(max_length=200, allow_blank=True, required=False)
    languages = serializers.ListField(
        child=serializers.RegexField(r"^[a-z]{2}$"), max_length=MOST_LANGUAGES, required=False, help_text="ISO 639-1."
    )
    description_it = serializers.CharField(max_length=TEXT_CHARS, allow_blank=True, required=False)
    description_en = serializers.CharField(max_length=TEXT_CHARS, allow_blank=True, required=False)
    competences = _words()
    equipment = _words()
    services = _words()
    value_chains = serializers.ListField(child=ChainField(), max_length=20, required=False, help_text="Codes.")
    kets = serializers.ListField(child=AnyKetField(), max_length=20, required=False, help_text="Codes.")
    projects = serializers.ListField(child=PastProjectInput(), max_length=MOST_PROJECTS, required=False)


class OrganisationEditInput(OrganisationInput, Edit):
    """What changes, and the `version` that it was read in."""


@extend_schema_view(
    retrieve=extend_schema(summary="Read an organisation", parameters=[KEY], responses=ProfileSerializer)
)
class OrganisationViewSet(ApiView):
    queryset = Organisation.objects.none()
    serializer_class = OrganisationSerializer
    ordering = ("name", "id")

    @lists(OrganisationSerializer, "List the organisations, by name", OrganisationFilterInput)
    def list(self, request: Request) -> Response:
        filters = OrganisationFilters(**self.read_filters(OrganisationFilterInput))
        return self.page_of(organisation_rows(filters), OrganisationSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return self._answer(id)

    @write(OrganisationInput, ProfileSerializer, "Write down a new organisation", status=201)
    def create(self, request: Request) -> Response:
        by = self.member
        if not can_create_organisations(by):
            raise NotAllowed
        content = dict(self.read(OrganisationInput).validated_data)
        organisation = create_organisation(by=by, content=content, at=self.at)
        return self._answer(str(organisation.pk), status=201)

    @write(OrganisationEditInput, ProfileSerializer, "Edit a profile over the version that one has read", KEY)
    def partial_update(self, request: Request, id: str) -> Response:
        by, organisation = self.member, find(Organisation.objects.all(), id, "slug")
        if not can_edit_organisation(by, organisation):
            raise NotAllowed
        content = dict(self.read(OrganisationEditInput).validated_data)
        version = content.pop("version")
        edit_organisation(by=by, organisation=organisation, content=content, version=version, at=self.at)
        return self._answer(id)

    def _answer(self, key: str, status: int = 200) -> Response:
        found = find(organisation_rows(OrganisationFilters()), key, "slug")
        return Response(ProfileSerializer(found).data, status=status)
