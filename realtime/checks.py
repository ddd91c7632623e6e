"""Configurations that would lose or leak changes are refused before the server starts."""

import re
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

FULL_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


@register()
def one_process_in_memory(**_: Any) -> list[CheckMessage]:
    """Refuse several processes on a layer that reaches only one."""
    alone = isinstance(get_channel_layer(), InMemoryChannelLayer | None)
    if not alone or getattr(settings, "PROCESSES", 1) <= 1:
        return []
    message = "Several server processes share no channel layer."
    return [Error(message, hint="Set REDIS_URL, or run one process.", id="realtime.E001")]


@register()
def origins_are_full(**_: Any) -> list[CheckMessage]:
    """Refuse patterns where a full origin is meant."""
    wrong = [one for one in getattr(settings, "REALTIME_ORIGINS", ()) if not FULL_ORIGIN.fullmatch(one)]
    message, hint = "REALTIME_ORIGINS: {!r} is no full origin.", "Such as https://example.org"
    return [Error(message.format(one), hint=hint, id="realtime.E002") for one in wrong]
