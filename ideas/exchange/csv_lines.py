"""CSV as people send it, whatever is in it: any delimiter and either encoding, row by row, a broken row by itself."""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import IO, TextIO

from django.utils.translation import gettext as _

from ideas.exchange.calls import Refused, RefusedRow, UnreadableFile
from ideas.exchange.limits import CHUNK_BYTES, Bounded

IN_MEMORY_BYTES = 8_000_000
LONGEST_LINE_BYTES = 200_000
SAMPLE_CHARS = 8_192


@contextmanager
def read_text(stream: Bounded, remark: Callable[[str], None] | None = None) -> Iterator[TextIO]:
    """Read a stream as text: UTF-8, with or without BOM, or else Windows-1252, on which is remarked.

    Raises UnreadableFile.
    """
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as copy:
        encoding = _copy_and_tell_encoding(stream, copy)
        if encoding == "cp1252" and remark:
            remark(_("The file is not UTF-8; it was read as Windows-1252."))
        with TextIOWrapper(copy, encoding=encoding, errors="replace", newline="") as text:
            yield text


def read_header(text: TextIO) -> list[str]:
    """Read the names of the columns."""
    return _header(_Lines(text), _dialect(text))


def read_rows(text: TextIO, needed: Iterable[str]) -> Iterator[tuple[int, dict[str, str]] | RefusedRow]:
    """Read row by row: (number of its first line, {column: value}), a misshapen one by itself as a RefusedRow.

    Rows without any value are left out. Raises UnreadableFile where the header lacks a column that is needed.
    """
    dialect, lines = _dialect(text), _Lines(text)
    header = _header(lines, dialect)
    for name in needed:
        if name not in header:
            raise UnreadableFile(
                _("No column “%(name)s” in the header: %(header)s") % {"name": name, "header": ", ".join(header)[:200]}
            )
    while (line := lines.begin()) is not None:
        try:
            values = next(csv.reader(lines, dialect), [])
            if any(value.strip() for value in values):
                yield line, _named(header, values)
        except (_Misshapen, csv.Error) as error:
            lines.give_back()
            yield RefusedRow(line, str(error))


def _copy_and_tell_encoding(stream: Bounded, copy: IO[bytes]) -> str:
    """Copy the stream (standard input can't be read twice) and tell whether all of it is UTF-8.

    Raises UnreadableFile at a line that's too long to be a row of anything, before the first row is given out.
    """
    decoder, encoding, since_break = codecs.getincrementaldecoder("utf-8")(), "utf-8-sig", 0
    while chunk := stream.read(CHUNK_BYTES):
        copy.write(chunk)
        since_break = since_break + len(chunk) if b"\n" not in chunk else len(chunk) - chunk.rindex(b"\n") - 1
        if since_break > LONGEST_LINE_BYTES:
            raise UnreadableFile(_("A line has more than %(count)s bytes.") % {"count": LONGEST_LINE_BYTES})
        if encoding != "cp1252":
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = "cp1252"
    copy.seek(0)
    return encoding


class _Misshapen(Refused):
    """The row's shape is wrong: perhaps a quote was left open and swallowed the rows below."""


class _Lines:
    """Numbered lines, which can take back those that a broken row swallowed."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._ahead, self._taken, self._number = text, deque[str](), list[str](), 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._text.readline()
        if not line:
            raise StopIteration
        self._taken.append(line)
        return line

    def begin(self) -> int | None:
        """Begin a row. Returns the number of its first line, or None at the end of the file."""
        self._number += len(self._taken)
        self._taken = []
        if not self._ahead and (line := self._text.readline()):
            self._ahead.append(line)
        return self._number + 1 if self._ahead else None

    def give_back(self) -> None:
        """Keep only the first line of the row that was begun, and offer the others again."""
        self._ahead.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


def _header(lines: _Lines, dialect: type[csv.Dialect]) -> list[str]:
    return [name.strip() for name in next(csv.reader(lines, dialect), [])]


def _dialect(text: TextIO) -> type[csv.Dialect]:
    sample = text.read(SAMPLE_CHARS)
    text.seek(0)
    header = sample.partition("\n")[0]

    class Found(csv.excel):
        # The header has no prose in it, so it tells better than csv.Sniffer, which counts letters too.
        delimiter = max(",;\t|", key=header.count)

    return Found


def _named(header: list[str], values: list[str]) -> dict[str, str]:
    """The row as {column: value}. Raises Refused where it has more or fewer values than the header."""
    if len(values) != len(header):
        raise _Misshapen(
            _("%(count)s values where the header has %(expected)s") % {"count": len(values), "expected": len(header)}
        )
    return {column: value.strip() for column, value in zip(header, values, strict=True)}
