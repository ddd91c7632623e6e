"""Nonsense at every address and in every field: refused in a page or by a code, never an error of the server."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from ideas.models import Member
from tests.cast import signed_in
from tests.matrix.test_matrix import BODIES, OF_THE_IDEA, OF_THE_SITE, methods_of, things

__all__ = ["things"]  # the fixture
pytestmark = pytest.mark.django_db

ODD = (
    "",
    "\x00",
    "a\x00b",
    "\ufffd",
    "-1",
    "0",
    "9" * 30,
    "1e999",
    "٣",
    "²",
    "\u202e\u0000\ufeff",
    "x" * 12_500,  # longer than any field takes
    "<script>alert(1)</script>\"'",
    "a\r\nBcc: x@example.org",
    "%s%(x)s{0}",
    "true",
    "[]",
    "2026-13-45",
    "../../etc/passwd",
)
FIELDS = (
    *BODIES,
    "q", "cursor", "sort", "state", "value_chain", "ket", "call", "closing_soon", "mine", "days", "level", "programme",
    "status", "kind", "province", "accredited", "slot", "reply", "before", "next", "fragment", "page_size", "up_to",
    "email", "name", "language", "time_zone", "value_chains", "password", "login", "parent", "organisation",
    "other_chains", "kets", "s3_area", "deadline", "authors", "invited", "visibility", "trl_now", "trl_target",
    "budget_eur", "duration_months", "interest_until", "valid_until", "act", "shortlist", "kinds", "mandatory",
    "purpose", "message", "format", "note", "unit", "year",
    "pic", "country", "website", "description_it", "competences", "competence", "equipment", "member", "name_it",
    "into", "projects-TOTAL_FORMS", "projects-INITIAL_FORMS", "projects-0-title", "projects-0-year", "version",
    "take_away",
    "can_coordinate", "back", "entry-1-rationale", "oldpassword", "password1", "password2", "job_title", "teaser",
)  # fmt: skip

# As a browser sends it; multipart is in `test_odd_bodies`, and the client's took longer than the answer.
FORM = "application/x-www-form-urlencoded"


def filled(value: str) -> list[dict[str, str]]:
    """Forms with the value in every field; in two halves where one would be refused for its size, and not read."""
    halves = [FIELDS] if len(value) < 1_000 else [FIELDS[::2], FIELDS[1::2]]
    return [dict.fromkeys(fields, value) for fields in halves]


def all_paths() -> Iterator[str]:
    yield from OF_THE_IDEA.values()
    yield from (path for name, path in OF_THE_SITE.items() if path)


def broken(answer: Any) -> bool:
    """An error of the server, or an answer without the walls that every answer has."""
    walls = answer.has_header("Content-Security-Policy") and answer["X-Content-Type-Options"] == "nosniff"
    return answer.status_code >= 500 or not walls


def try_all(client: Client, requests: Iterator[tuple[str, str, Any, str]]) -> list[Any]:
    """Send each request; what was answered with an error of the server, or without the walls."""
    told = []
    absent = set()  # methods that an address doesn't know: they read nothing of what is sent, and are tried once
    for method, path, data, kind in requests:
        if (method, path) in absent:
            continue
        cache.clear()
        try:
            sent = isinstance(data, bytes)  # as it is: the test client would look into it
            answer = client.generic(method.upper(), path, data, kind) if sent else client.get(path, data)
            if broken(answer):
                told.append((method, path, repr(data)[:90], answer.status_code))
            if answer.status_code == 405:
                absent.add((method, path))
        except Exception as error:
            told.append((method, path, repr(data)[:90], repr(error)[:200]))
    return told


@pytest.fixture(params=["visitor", "researcher"])
def client(request: pytest.FixtureRequest, lead: Member) -> Client:
    return signed_in(None if request.param == "visitor" else request.getfixturevalue(request.param))


def test_odd_values_in_the_address(client: Client, things: dict[str, Any]):
    def requests() -> Iterator[tuple[str, str, Any, str]]:
        for path in all_paths():
            for value in ("\x00", "9" * 30, "²", "%s%(x)s{0}", "x" * 400):
                yield "get", path.format(**things), {name: [value, value] for name in FIELDS}, ""

    assert try_all(client, requests()) == []


def test_odd_values_as_the_address(client: Client, things: dict[str, Any]):
    def requests() -> Iterator[tuple[str, str, Any, str]]:
        for path in (path for path in all_paths() if "{" in path):
            for value in ("%00", "%ED%A0%80", "9" * 30, "%0d%0aX-Evil:1", "²"):
                yield "get", path.format(**dict.fromkeys(things, value)), None, ""

    assert try_all(client, requests()) == []


def test_odd_values_in_all_fields(client: Client, things: dict[str, Any]):
    forms = [form for value in ODD for form in filled(value)]
    # Written once: for every address anew it took longer than most answers.
    bodies = {
        "application/json": [json.dumps(form).encode() for form in forms],
        FORM: [urlencode({**form, "x": [*form.values()][:2]}, doseq=True).encode() for form in forms],
    }
    assert all(len(body) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE for one in bodies.values() for body in one)

    def requests() -> Iterator[tuple[str, str, Any, str]]:
        for path in (path.format(**things) for path in all_paths()):
            kind = "application/json" if path.startswith("/api/") else FORM
            for method in methods_of(path)[1:]:  # taking away comes last
                for body in bodies[kind]:
                    yield method, path, body, kind

    assert try_all(client, requests()) == []


def test_odd_bodies(client: Client, things: dict[str, Any]):
    bodies = (
        (b"", "application/json"),
        (b"\xff\xfe\x00", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"[1, 2]", "application/json"),
        (b'"text"', "application/json"),
        (b'{"title": NaN, "position": 1e400}', "application/json"),
        (b"\x00" * 100, "application/x-www-form-urlencoded"),
        (b"a=%00&b=%ff", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"nonsense", "multipart/form-data"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"&".join(b"a%d=1" % number for number in range(3_000)), "application/x-www-form-urlencoded"),
        (b"title=" + b"x" * 200_000, "application/x-www-form-urlencoded"),
        (b'{"title": "' + b"x" * 200_000 + b'"}', "application/json"),
        (b"<a/>", "text/xml"),
    )

    def requests() -> Iterator[tuple[str, str, Any, str]]:
        for path in (path.format(**things) for path in all_paths()):
            for body, kind in bodies:
                yield "post", path, body, kind

    assert try_all(client, requests()) == []


def test_odd_methods(client: Client, things: dict[str, Any]):
    told = []
    for path in all_paths():
        for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"):
            answer = client.generic(method, path.format(**things))
            if broken(answer):
                told.append((method, path, answer.status_code))

    assert told == []
