"""What base.html shows on every page."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ideas.models import Member
from ideas.queries.notifications import Unread, unread_of
from ideas.queries.topics import member_topic
from realtime import log


@dataclass(frozen=True)
class Bell:
    """The member's own topic as it stood before the count: `bell.js` goes on from there."""

    position: log.Position
    unread: Unread


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the bell's count, and the member's own topic for live notices. A fragment without a bell costs nothing."""
    user = request.user
    if not isinstance(user, Member):
        return {"unread_count": 0, "debug": settings.DEBUG}
    bell = SimpleLazyObject(lambda: Bell(position=log.position(member_topic(user.pk)), unread=unread_of(user)))
    return {
        "bell": bell,
        "unread_count": SimpleLazyObject(lambda: bell.unread.count),
        "debug": settings.DEBUG,
    }
