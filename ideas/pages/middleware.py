"""What every page needs before its view: the member's zone, and the domain's refusals turned into pages."""

import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.defaults import page_not_found

from ideas.errors import Conflict, NotAllowed
from ideas.pages.site import UNAVAILABLE, unavailable

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]


class MemberMiddleware:
    """Times in the member's own zone; confidential pages are never kept by a shared cache."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            timezone.activate(ZoneInfo(request.user.time_zone))
        else:
            timezone.deactivate()
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class RefusalMiddleware:
    """A refusal that no form took up: 403, 409 or 503 with what happened, what is safe and what to do."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"refusal": exception}, status=403)
        if isinstance(exception, Conflict):
            return render(request, "409.html", {"refusal": exception}, status=409)
        if isinstance(exception, UNAVAILABLE):
            logger.error("The database can't be used: %s", exception)
            return unavailable()
        if isinstance(exception, Http404):  # in the demo too, where Django would show its own
            return page_not_found(request, exception)
        return None
