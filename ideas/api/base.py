"""What every viewset of the API has: who asks, when, how a thing is found, and what the schema says of refusals."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from json import dumps
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from ideas.api.errors import ConflictSerializer, ForbiddenSerializer
from ideas.models import Idea, Member
from ideas.queries.ideas import Viewer

M = TypeVar("M", bound=Model)
PAGING = {"cursor", "page_size"}


class TextParser(JSONParser):
    """JSON that can also be said back: no endless nesting, no half characters that no encoding can write."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError):
            raise ParseError("This JSON is nested too deeply, or holds half a character.") from None
        return data


# No docstring: the schema would show it with every endpoint. Answers depend on who asks, so no shared cache keeps
# them; there is no OPTIONS, since the schema says it all.
class ApiView(GenericViewSet[Any]):
    parser_classes = [TextParser]
    metadata_class = None
    # Whatever stands there is a key, for `find` to judge: what is none is a 404 like any that isn't there.
    lookup_value_regex = "[^/]+"
    lookup_url_kwarg = "id"

    @property
    def member(self) -> Member:
        """The signed-in member. Raises NotAuthenticated (401) for a visitor."""
        if not isinstance(self.request.user, Member):
            raise NotAuthenticated
        return self.request.user

    @property
    def viewer(self) -> Viewer:
        return self.request.user

    @cached_property
    def at(self) -> datetime:
        """The instant of this request."""
        return timezone.now()

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(request.user, Member):
            answer["Cache-Control"] = "no-store"
        return answer

    def page_of(self, rows: Any, shape: type[serializers.Serializer[Any]], **context: Any) -> Response:
        """Answer one page of a query: {next, previous, results}."""
        shown: Any = shape(
            self.paginate_queryset(rows), many=True, context={**self.get_serializer_context(), **context}
        )
        return self.get_paginated_response(shown.data)

    def read(self, serializer: type[serializers.Serializer[Any]], **context: Any) -> serializers.Serializer[Any]:
        """Parse the body. Raises ValidationError by field."""
        parsed = serializer(data=self.request.data, context={**self.get_serializer_context(), **context})
        parsed.is_valid(raise_exception=True)
        return parsed

    def read_filters(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Parse the query's filters; lists come as tuples. Raises ValidationError by name."""
        if not self.request.query_params.keys() - {"cursor"}:
            return dict(_no_filters(serializer))
        return _parsed_filters(serializer, self.request.query_params, self.get_serializer_context())

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": self.at}


def _parsed_filters(
    serializer: type[serializers.Serializer[Any]], params: Any, context: dict[str, Any]
) -> dict[str, Any]:
    parsed = serializer(data=params, context=context)
    parsed.is_valid(raise_exception=True)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in parsed.validated_data.items()}


@cache
def _no_filters(serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What the filters are where none is given: most lists are asked for so, and fields are slow to make."""
    return _parsed_filters(serializer, QueryDict(), {})


def find(rows: QuerySet[M], key: str, *slugs: str) -> M:
    """Find a row by its id, or by one of its unique names. Raises Http404, whatever is wrong with the key."""
    if "\x00" in key or len(key) > 200:
        raise Http404
    row = rows.filter(pk=int(key)).first() if key.isascii() and key.isdecimal() and len(key) <= 18 else None
    for slug in slugs:
        row = row or rows.filter(**{slug: key}).first()
    if row is None:
        raise Http404
    return row


def find_idea(ideas: QuerySet[Idea], key: str) -> Idea:
    """Find one of these ideas by its id or its reference number. Raises Http404, as `find`."""
    return find(ideas, key.upper(), "reference")


def in_path(name: str, text: str, type_: Any = OpenApiTypes.STR, **more: Any) -> OpenApiParameter:
    """Describe a part of an address."""
    return OpenApiParameter(name, type_, OpenApiParameter.PATH, description=text, **more)


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def write(
    takes: type[serializers.Serializer[Any]] | None,
    gives: type[serializers.Serializer[Any]] | None,
    summary: str,
    *parameters: OpenApiParameter,
    status: int = 200,
) -> Callable[[Endpoint], Endpoint]:
    """Describe a write: its body, its answer, and that it may find things changed (409)."""
    return extend_schema(
        summary=summary,
        request=takes,
        responses={status: gives, 403: ForbiddenSerializer, 409: ConflictSerializer},
        parameters=list(parameters),
    )


def lists(
    gives: type[serializers.Serializer[Any]], summary: str, filters: type[serializers.Serializer[Any]] | None = None
) -> Callable[[Endpoint], Endpoint]:
    """Describe a list and its filters."""
    return extend_schema(summary=summary, responses=gives(many=True), parameters=[filters] if filters else [])
