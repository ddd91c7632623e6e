"""How the API names things in what it takes: by code, by id, an idea by either."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ideas.api.base import find_idea
from ideas.choices import Scheme
from ideas.models import Idea, Term, ValueChain
from ideas.queries.ideas import visible_to
from ideas.queries.taxonomy import all_kets, chains_in_use, kets_in_use, terms

BIG = 2**31 - 1


@extend_schema_field(OpenApiTypes.STR)
class CodeField(serializers.SlugRelatedField[Any]):
    """A thing named by its code; the codes that may be chosen come from a query, asked when it is needed."""

    def __init__(self, slug_field: str = "code", **kwargs: Any) -> None:
        super().__init__(slug_field, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or "\x00" in data or len(data) > 200:
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.INT)
class IdField(serializers.PrimaryKeyRelatedField[Any]):
    """A thing named by its id."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(data)


class ChainField(CodeField):
    def get_queryset(self) -> QuerySet[ValueChain]:
        return chains_in_use()


class KetField(CodeField):
    """A KET that may be chosen, or one that the idea carries already (`context["idea"]`)."""

    def get_queryset(self) -> QuerySet[Term]:
        kept = self.context.get("idea")
        # A code is one scheme's only: the two sets share none.
        chosen = Q(pk__in=kets_in_use().values("pk"))
        return all_kets().filter(chosen | Q(pk__in=kept.kets.values("pk")) if kept else chosen)


class S3Field(CodeField):
    def get_queryset(self) -> QuerySet[Term]:
        return terms(Scheme.S3)


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class SeenIdeaField(serializers.Field[Idea, Any, Any, Any]):
    """An idea that the member sees, by id or reference; any other one is unknown to them."""

    default_error_messages = {"does_not_exist": _("There is no such idea.")}

    def to_internal_value(self, data: Any) -> Idea:
        try:
            return find_idea(visible_to(self.context["request"].user), str(data))
        except Http404:
            self.fail("does_not_exist")

    def to_representation(self, value: Idea) -> int:
        return value.pk
