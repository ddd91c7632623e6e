"""Who is behind the headers of a handshake."""

from typing import Any

import pytest

from realtime.rights import Credentials, credentials, origin_is_allowed


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Credentials()),
        ({b"cookie": b"a=1; sessionid=abc; b=2"}, Credentials(session_key="abc")),
        ({b"cookie": b"sessionid="}, Credentials()),
        ({b"cookie": b"\xff\xfe=;;;=,"}, Credentials()),
        ({b"authorization": b"Token abc"}, Credentials(token="abc")),
        ({b"authorization": b"token abc", b"cookie": b"sessionid=x"}, Credentials(token="abc")),
        ({b"authorization": b"Basic abc"}, Credentials()),
        ({b"authorization": b"Token "}, Credentials()),
    ],
)
def test_token_comes_before_the_cookie(settings: Any, headers: dict[bytes, bytes], expected: Credentials) -> None:
    settings.SESSION_COOKIE_NAME = "sessionid"

    assert credentials(headers) == expected


@pytest.mark.parametrize(
    ("forwarded", "origin", "allowed"),
    [
        (b"https", b"https://lab.example.org", True),
        (b"https", b"http://lab.example.org", False),
        (b"http", b"https://lab.example.org", False),
        (b"", b"http://lab.example.org", True),
        (b"https", b"https://evil.example", False),
    ],
)
def test_scheme_is_the_one_that_the_proxy_saw(settings: Any, forwarded: bytes, origin: bytes, allowed: bool) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["lab.example.org"]
    settings.REALTIME_ORIGINS = []
    headers = {b"host": b"lab.example.org", b"origin": origin, b"x-forwarded-proto": forwarded}

    assert origin_is_allowed({}, headers) is allowed
