"""Files that leave: written into a temporary file, and sent from it piece by piece under either kind of server."""

from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.http import FileResponse
from django.http.response import HttpResponseBase

IN_MEMORY_BYTES = 4_000_000
CHUNK_BYTES = 1 << 16
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class Download(FileResponse):
    """A file for the reader alone, sent in pieces. Django would read all of it into memory under ASGI."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert self.file_to_stream
        read = sync_to_async(self.file_to_stream.read, thread_sensitive=False)
        while piece := await read(CHUNK_BYTES):
            yield piece


class _Spooled(SpooledTemporaryFile[bytes]):
    """Closes itself without a warning: an answer that nobody reads to its end is nobody's mistake."""

    def __del__(self) -> None:
        self.close()


def temporary_file() -> IO[bytes]:
    """A file that goes by itself; a small one never reaches the disk."""
    return _Spooled(max_size=IN_MEMORY_BYTES)


def send(file: IO[bytes], name: str) -> HttpResponseBase:
    """Send a written file under a name, as an attachment that nobody keeps."""
    file.seek(0)
    options: dict[str, Any] = {"as_attachment": True, "filename": name}
    answer = Download(file, content_type=TYPES[name.rpartition(".")[2]], **options)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
