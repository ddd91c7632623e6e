"""Pages of notifications (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def bell(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def read(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
