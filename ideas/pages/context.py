"""What base.html shows on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ideas.queries.notifications import unread_count


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the bell's count, and the member's own topic for live notices."""
    if not request.user.is_authenticated:
        return {"unread_count": 0, "debug": settings.DEBUG}
    return {"unread_count": unread_count(request.user), "debug": settings.DEBUG}
