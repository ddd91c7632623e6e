"""Pages of calls (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def board(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def detail(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def calendar(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
