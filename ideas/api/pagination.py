"""Cursor pages for every list of the API."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """{next, previous, results}; `page_size` up to 100. Each viewset names its own `ordering`."""

    ordering = "-id"
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
