"""Pages that belong to no noun: health, and the answer to a failed form token."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


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
        answer["Retry-After"] = "5"
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
