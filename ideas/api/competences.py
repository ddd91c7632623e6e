"""The vocabulary by the API: everybody reads it, cluster staff look after it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from ideas.actions.competences import accept_competence, add_competence, merge_competence, retire_competence
from ideas.api.base import ApiView, find, in_path, lists, write
from ideas.api.fields import BIG, IdField
from ideas.api.filters import CompetenceFilterInput
from ideas.choices import CompetenceKind
from ideas.errors import NotAllowed
from ideas.models import Competence, Member
from ideas.models.competences import NAME_CHARS
from ideas.queries.competences import CompetenceFilters, competences_with
from ideas.rules.competences import can_settle_competences
from ideas.serializers.competences import CompetenceSerializer

KEY = in_path("id", "Id of the word.", OpenApiTypes.INT)


def _name() -> serializers.CharField:
    return serializers.CharField(max_length=NAME_CHARS, allow_blank=True, default="")


class CompetenceInput(serializers.Serializer[Any]):
    """A word, with a name in one language at least."""

    kind = serializers.ChoiceField(CompetenceKind.choices)
    name_it = _name()
    name_en = _name()


class VersionInput(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=BIG, help_text="The one that was read.")


class NamesInput(VersionInput):
    name_it = _name()
    name_en = _name()


class MergeCompetenceInput(VersionInput):
    into = IdField(queryset=Competence.objects.all(), help_text="Id of the word that takes its place.")


class RetireInput(VersionInput):
    take_away = serializers.BooleanField(default=False, help_text="Take it away from who has it, too.")


@extend_schema_view(retrieve=extend_schema(summary="Read a word of the vocabulary", parameters=[KEY]))
class CompetenceViewSet(ApiView):
    queryset = Competence.objects.none()
    serializer_class = CompetenceSerializer
    ordering = ("id",)

    @lists(CompetenceSerializer, "List the words of the vocabulary", CompetenceFilterInput)
    def list(self, request: Request) -> Response:
        filters = CompetenceFilters(**self.read_filters(CompetenceFilterInput))
        return self.page_of(competences_with(filters).order_by("id"), CompetenceSerializer)

    def retrieve(self, request: Request, id: str) -> Response:
        return self._shown(find(Competence.objects.all(), id))

    @write(CompetenceInput, CompetenceSerializer, "Write a word into the vocabulary, accepted", status=201)
    def create(self, request: Request) -> Response:
        by = self._settler()
        word = add_competence(by=by, at=self.at, **self.read(CompetenceInput).validated_data)
        return self._shown(word, status=201)

    @write(NamesInput, CompetenceSerializer, "Accept a word, or give it other names", KEY)
    def partial_update(self, request: Request, id: str) -> Response:
        by, word = self._settler(), find(Competence.objects.all(), id)
        typed = self.read(NamesInput).validated_data
        return self._shown(accept_competence(by=by, competence=word, at=self.at, **typed))

    @write(MergeCompetenceInput, CompetenceSerializer, "Merge a word into another; returns that other", KEY)
    @action(detail=True, methods=["post"], url_path="merge", pagination_class=None)
    def merge(self, request: Request, id: str) -> Response:
        by, word = self._settler(), find(Competence.objects.all(), id)
        typed = self.read(MergeCompetenceInput).validated_data
        return self._shown(merge_competence(by=by, competence=word, at=self.at, **typed))

    @write(RetireInput, CompetenceSerializer, "Let nobody choose a word any more", KEY)
    @action(detail=True, methods=["post"], url_path="retire", pagination_class=None)
    def retire(self, request: Request, id: str) -> Response:
        by, word = self._settler(), find(Competence.objects.all(), id)
        typed = self.read(RetireInput).validated_data
        return self._shown(retire_competence(by=by, competence=word, at=self.at, **typed))

    def _settler(self) -> Member:
        if not can_settle_competences(self.member):
            raise NotAllowed
        return self.member

    def _shown(self, word: Competence, status: int = 200) -> Response:
        return Response(CompetenceSerializer(word).data, status=status)
