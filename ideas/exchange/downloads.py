"""A kept file as an answer that a browser saves and never runs; who may have it is the caller's business."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_BLOCK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Blocks:
    """A piece of a file, some at a time, for a server of either kind; closed with the answer."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self.file, self.left = file, length
        file.seek(start)

    def read(self) -> bytes:
        block = self.file.read(min(_BLOCK, self.left))
        self.left -= len(block)
        return block

    def close(self) -> None:
        self.file.close()


class SyncBlocks(Blocks):
    def __iter__(self) -> Iterator[bytes]:
        while block := self.read():
            yield block


class AsyncBlocks(Blocks):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = sync_to_async(self.read, thread_sensitive=False)
        while block := await read():
            yield block


@dataclass(frozen=True)
class StoredFile:
    """An open file, under which name and type it is sent, and a tag that names this very content."""

    stream: BinaryIO
    size: int
    name: str
    content_type: str
    tag: str


def save_as(file: StoredFile, headers: Mapping[str, str], *, is_async: bool) -> HttpResponseBase:
    """Answer with a file to be saved, or with the piece that the request's headers ask for.

    One piece only; of several ranges, or of one that another content was meant by, the whole is sent, as the protocol
    allows. `is_async`: how the server takes answers.
    """
    tag, size = f'"{file.tag}"', file.size
    wanted, if_range = headers.get("Range", ""), headers.get("If-Range", "")
    asked = _piece(wanted, size) if not if_range or if_range == tag else None
    start, end = asked or (0, size - 1)
    answer: HttpResponseBase
    if start > end:
        file.stream.close()
        answer = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return harmless(answer)
    kind = AsyncBlocks if is_async else SyncBlocks
    answer = StreamingHttpResponse(
        kind(file.stream, start, end + 1 - start), status=206 if asked else 200, content_type=file.content_type
    )
    if asked:
        answer["Content-Range"] = f"bytes {start}-{end}/{size}"
    answer["Content-Length"] = str(end + 1 - start)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = tag
    disposition = content_disposition_header(True, file.name)
    assert disposition
    answer["Content-Disposition"] = disposition
    return harmless(answer)


def harmless(answer: HttpResponseBase) -> HttpResponseBase:
    """See to it that a browser takes what was uploaded for nothing else, runs nothing of it, and nobody keeps it."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _piece(wanted: str, size: int) -> tuple[int, int] | None:
    """Read a Range header: (first, last byte); a first beyond the last where it can't be had; None for the whole."""
    found = _RANGE.fullmatch(wanted.strip())
    if not found or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return (size - min(int(last), size), size - 1) if int(last) else (size, size - 1)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    return int(first), end
