"""Pages of joining (being written)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def mine(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def ask(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def consortium(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def new_slot(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def edit_slot(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def remove_slot(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404


def answer(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    raise Http404
