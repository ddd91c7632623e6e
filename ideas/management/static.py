"""The static files of the demo and of development, beside the application."""

from io import BytesIO
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles:
    """An ASGI application in front of another: files as they are on the disk, all else from the other.

    Django's own handler of static files takes four milliseconds for each, mostly for threads; a page has fifty.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._files = WhiteNoiseMiddleware()
        # As long as the browser thinks right: pages of the demo come more often than their files change.
        self._files.max_age = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        found = self._files.find_file(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._application(scope, receive, send)
            return
        asked = {
            f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in scope["headers"]
        }
        answer = found.get_response(scope["method"], asked)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        with answer.file or BytesIO() as body:
            await send({"type": "http.response.body", "body": body.read()})
