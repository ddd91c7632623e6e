"""Pages of members (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def profile(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def invite(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def accept(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def set_language(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
