"""Who is behind a socket, and which topics they may follow; asked of the product, in a bounded pool."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections
from django.http.request import split_domain_port, validate_host
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string

from realtime.session import TOPIC

P = ParamSpec("P")
T = TypeVar("T")

# Two pools: thousands of reconnecting sockets must not hold up the reading of changes.
READS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="realtime-read")
RIGHTS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="realtime-rights")


async def in_pool(pool: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run database work beside the loop, on a connection that is neither stale nor left open."""
    call = partial(_on_fresh_connection, partial(function, *args, **kwargs))
    return await asyncio.get_running_loop().run_in_executor(pool, call)


def _on_fresh_connection(function: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()


class Credentials(NamedTuple):
    """What a socket has shown; empty strings are a visitor."""

    session_key: str = ""
    token: str = ""


class Verdict(NamedTuple):
    """Who the credentials stand for now ("" for a visitor), what they may follow, how others see them."""

    member_id: str
    topics: Collection[str]
    card: Mapping[str, Any]


def credentials(headers: Mapping[bytes, bytes]) -> Credentials:
    """Read the API token or else the session cookie from a handshake's headers."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin1").partition(" ")
    if scheme.lower() == "token" and token:
        return Credentials(token=token.strip())
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin1"))
    except CookieError:
        return Credentials()
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return Credentials(session_key=morsel.value if morsel else "")


def verify(shown: Credentials, topics: Collection[str]) -> Verdict:
    """Return who this is and which of the topics they may follow, as the database has it now."""
    member = _member(shown)
    names = [topic for topic in topics if TOPIC.fullmatch(topic)]
    hook = getattr(settings, "REALTIME_AUTHORISE", None)
    allowed = import_string(hook)(member, names) if hook and names else set()
    card = getattr(settings, "REALTIME_CARD", None)
    shown_as = import_string(card)(member) if card and member.pk is not None else {"id": member.pk, "name": ""}
    return Verdict("" if member.pk is None else str(member.pk), allowed, shown_as)


def token_is_valid(token: str) -> bool:
    """Say whether an API token stands for a member; without a hook none does."""
    return _token_member(token) is not None


def _member(shown: Credentials) -> Any:
    if shown.token:
        return _token_member(shown.token) or AnonymousUser()
    return (_session_member(shown.session_key) if shown.session_key else None) or AnonymousUser()


def _token_member(token: str) -> Any:
    hook = getattr(settings, "REALTIME_AUTHENTICATE_TOKEN", None)
    return import_string(hook)(token) if hook else None


def _session_member(session_key: str) -> Any:
    """Read the session's member, as `auth.get_user` does but never renewing the session."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    path = session.get(auth.BACKEND_SESSION_KEY)
    if path not in settings.AUTHENTICATION_BACKENDS:
        return None
    member = auth.load_backend(path).get_user(session[auth.SESSION_KEY])
    shown = session.get(auth.HASH_SESSION_KEY, "")
    if member is None or not hasattr(member, "get_session_auth_hash"):
        return member
    hashes = [member.get_session_auth_hash(), *member.get_session_auth_fallback_hash()]
    return member if any(constant_time_compare(shown, known) for known in hashes) else None


def origin_is_allowed(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> bool:
    """Accept the site's own origin and those listed in full; never none, `null` or a pattern."""
    origin = headers.get(b"origin", b"").decode("latin1").lower()
    host = headers.get(b"host", b"").decode("latin1").lower()
    if "*" in origin or not origin.startswith(("http://", "https://")):
        return False
    if origin in getattr(settings, "REALTIME_ORIGINS", ()):
        return True
    allowed = settings.ALLOWED_HOSTS or (["localhost", "127.0.0.1", "[::1]"] if settings.DEBUG else [])
    own = f"{_scheme(scope, headers)}://{host}"
    return validate_host(split_domain_port(host)[0], allowed) and origin == own


def _scheme(scope: Mapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
    proxy = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    if proxy:
        name = proxy[0].removeprefix("HTTP_").replace("_", "-").lower().encode()
        return "https" if headers.get(name, b"").decode("latin1") == proxy[1] else "http"
    return "https" if scope.get("scheme") in ("https", "wss") else "http"
