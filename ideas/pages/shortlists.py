"""Pages of shortlists (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def overview(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def new(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def detail(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def publish(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def add(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def move(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def rationale(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def remove(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
