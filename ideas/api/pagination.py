"""Cursor pages for every list of the API."""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as ModelError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response


class KeysetPagination(CursorPagination):
    """{next, previous, results}; `page_size` up to 100. Each viewset names its own `ordering`."""

    ordering: str | tuple[str, ...] = "-id"
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        ordering: str | tuple[str, ...] = getattr(view, "ordering", self.ordering)
        return (ordering,) if isinstance(ordering, str) else ordering

    def decode_cursor(self, request: Request) -> Cursor | None:
        try:
            return super().decode_cursor(request)
        except NotFound:
            raise bad_cursor() from None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ModelError, ValueError, OverflowError, TypeError):
            # The position inside a cursor that somebody made up fits no column.
            if request.query_params.get(self.cursor_query_param) is None:
                raise
            raise bad_cursor() from None


class FirstRows(list[dict[str, Any]]):
    """The rows of a first page, read already in its order, and one more where there are more."""

    def order_by(self, *names: str) -> "FirstRows":
        return self


class WholePagination(KeysetPagination):
    """The same shape for small tables that nearly always fit one page."""

    page_size = 100


def bad_cursor() -> ValidationError:
    return ValidationError({"cursor": ["This cursor wasn't made by this list."]}, code="invalid_cursor")


def numbered_cursor(request: Request) -> str:
    """Read the cursor of a list that counts rows ("40"). Raises ValidationError for anything else."""
    cursor = request.query_params.get("cursor", "")
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 7):
        raise bad_cursor()
    return cursor


def numbered_page(request: Request, results: Any, *, next_cursor: str, size: int) -> Response:
    """Answer a page of such a list in the same shape as all others."""
    start = int(request.query_params.get("cursor") or 0)

    def link(cursor: str) -> str:
        params = [
            (name, value) for name, values in request.query_params.lists() if name != "cursor" for value in values
        ]
        return f"{request.build_absolute_uri(request.path)}?{urlencode([*params, ('cursor', cursor)])}"

    return Response(
        {
            "next": link(next_cursor) if next_cursor else None,
            "previous": link(str(max(start - size, 0))) if start else None,
            "results": results,
        }
    )
