"""Files of the demo: as they are on the disk, beside the application, and nothing but them."""

from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.staticfiles import finders

from ideas.management.static import StaticFiles

PATH = "/static/ideas/js/board.js"


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"the application"})


async def ask(path: str, method: str = "GET", **headers: str) -> tuple[int, dict[bytes, bytes], bytes]:
    asked = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "method": method, "headers": asked}
    talk = ApplicationCommunicator(StaticFiles(application), scope)
    start, body = await talk.receive_output(), await talk.receive_output()
    return start["status"], dict(start["headers"]), body["body"]


@pytest.fixture
def content() -> bytes:
    return Path(str(finders.find("ideas/js/board.js"))).read_bytes()


@pytest.mark.asyncio
async def test_a_file_is_given_as_it_is_and_not_twice(content: bytes):
    status, headers, body = await ask(PATH)

    assert (status, body) == (200, content)
    assert headers[b"Content-Type"].startswith(b"text/javascript")
    assert await ask(PATH, if_none_match=headers[b"ETag"].decode()) == (304, {b"ETag": headers[b"ETag"]}, b"")
    assert (await ask(PATH, "HEAD"))[::2] == (200, b"")
    assert (await ask(PATH, range="bytes=0-9"))[::2] == (206, content[:10])
    assert (await ask(PATH, "POST"))[0] == 405


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/", "/static/", "/static/ideas/js/", "/static/ideas/js/none.js", "/static/../manage.py", "/static/a\x00b",
     "/static//etc/passwd", "/static/ideas/../../manage.py", "/static/\\manage.py"],
)  # fmt: skip
async def test_all_else_is_the_application_s(path: str):
    assert (await ask(path))[::2] == (404, b"the application")
