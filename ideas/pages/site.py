"""Pages that belong to no noun: health, and the answers to what failed."""

import sys

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views import defaults

# The database can't be reached, has no connection left, or is locked or full: nothing is wrong with the request.
UNAVAILABLE = (OperationalError, InterfaceError)
RETRY_AFTER_SECONDS = "5"


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM ideas_valuechain LIMIT 1")
            ready = cursor.fetchone() is not None
    except DatabaseError:
        ready = False
    answer = JsonResponse({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)
    if not ready:
        answer["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def unavailable() -> HttpResponse:
    """Say that the database can't be reached, without it: 503, to be tried again."""
    answer = HttpResponse(get_template("503.html").render(), status=503)
    answer["Retry-After"] = RETRY_AFTER_SECONDS
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    return unavailable() if isinstance(sys.exception(), UNAVAILABLE) else defaults.server_error(request)
