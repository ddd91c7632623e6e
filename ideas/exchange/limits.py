"""What no reader takes, whatever its format: packed files, web pages in the place of data, and files without end."""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.exchange.calls import Options, UnreadableFile

# More rows than that are no list of calls: the EU portal's whole file has 11,000.
MOST_ROWS = 50_000
CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 1_024
_UTF8_MARK = b"\xef\xbb\xbf"
_PAGE = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_PACKED = gettext_lazy("The file is packed (ZIP, gzip or the like). Unpack it, and import what is in it.")
_OFFICE = gettext_lazy("The file is a document, not data. Save it as CSV in UTF-8, and import that.")
_WIDE = gettext_lazy("The file is written in UTF-16. Save it as UTF-8, and import that.")
_BEGINNINGS = (
    (b"PK\x03\x04", _PACKED),
    (b"PK\x05\x06", _PACKED),
    (b"\x1f\x8b", _PACKED),
    (b"BZh", _PACKED),
    (b"\xfd7zXZ\x00", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
    (b"%PDF", _OFFICE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
    (b"\xff\xfe", _WIDE),
    (b"\xfe\xff", _WIDE),
    (b"{\x00", _WIDE),
    (b"\x00{", _WIDE),
)
Taken = TypeVar("Taken")


class Bounded:
    """A stream that tells how far it is, and that ends in UnreadableFile where it's empty, packed, or too long.

    The mark of UTF-8 at the beginning is left out.
    """

    def __init__(self, stream: BinaryIO, options: Options, largest_bytes: int) -> None:
        self._stream, self._options, self._largest = stream, options, largest_bytes
        self._ahead = _beginning(stream)
        self._bytes = len(self._ahead)

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        if self._ahead:
            chunk, self._ahead = self._ahead[:size], self._ahead[size:]
            return chunk
        chunk = self._stream.read(size)
        self._bytes += len(chunk)
        if self._bytes > self._largest:
            raise UnreadableFile(_("The file has more than %(count)s MB.") % {"count": self._largest // 1_000_000})
        self._options.progress(self._bytes)
        return chunk


def bounded(
    reader: Callable[[Bounded, Options], Iterator[Taken]], largest_bytes: int
) -> Callable[[BinaryIO, Options], Iterator[Taken]]:
    """Make a reader that no file can harm. What it yields is the same, up to MOST_ROWS."""

    def read(stream: BinaryIO, options: Options) -> Iterator[Taken]:
        for count, row in enumerate(reader(Bounded(stream, options, largest_bytes), options), start=1):
            if count > MOST_ROWS:
                raise UnreadableFile(_("The file has more than %(count)s rows.") % {"count": MOST_ROWS})
            yield row

    return read


def lines(stream: Bounded, longest_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Numbered lines without their ends, the first being 1. Raises UnreadableFile at one that's too long."""
    rest, number = b"", 1
    while chunk := stream.read():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield number, line.rstrip(b"\r")
            number += 1
        if len(rest) > longest_bytes:
            raise UnreadableFile(_("Line %(line)s is too long.") % {"line": number})
    if rest:
        yield number, rest.rstrip(b"\r")


def _beginning(stream: BinaryIO) -> bytes:
    head = b""
    # A pipe gives what it has, which may be less than is asked for.
    while len(head) < _HEAD_BYTES and (more := stream.read(_HEAD_BYTES - len(head))):
        head += more
    for beginning, sentence in _BEGINNINGS:
        if head.startswith(beginning):
            raise UnreadableFile(str(sentence))
    head = head.removeprefix(_UTF8_MARK)
    if not head.strip():
        raise UnreadableFile(_("The file is empty."))
    if _PAGE.match(head):
        raise UnreadableFile(_("The file is a web page, perhaps an error of the site it was saved from."))
    return head
