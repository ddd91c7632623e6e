"""Pages of comments (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def thread(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def post(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def edit(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def delete(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
