"""Tables in and out, whatever is in them: CSV and XLSX, written row by row, read within bounds."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO, StringIO, TextIOWrapper
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _

from ideas.exchange.calls import UnreadableFile
from ideas.exchange.cells import Cell, plain_cell, safe_cell

MOST_COLUMNS = 80
MOST_SHEET_NAME = 31
LARGEST_CELL_CHARS = 32_767
LARGEST_UNPACKED_BYTES = 40_000_000
MOST_PARTS = 200

Row = Sequence[Cell]


@dataclass
class Sheet:
    """A table with its name: what it says of itself, its columns, its rows (read once)."""

    name: str
    header: Sequence[str]
    rows: Iterable[Row]


@dataclass
class Table:
    """What was read: the columns in order, and for each row its line in the file and its cells by column."""

    header: list[str]
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)


def write_csv(sheet: Sheet, out: IO[bytes]) -> None:
    """Write a table as CSV in UTF-8 with a mark, which spreadsheets need; no cell is a formula."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    lines = csv.writer(text)
    lines.writerow(sheet.header)
    for row in sheet.rows:
        lines.writerow([safe_cell(value) for value in row])
    text.flush()
    text.detach()


def write_xlsx(sheets: Iterable[Sheet], out: IO[bytes]) -> None:
    """Write tables as sheets of one file, in constant memory; no cell is a formula.

    A cell holds 32,767 characters; longer text is cut there.
    """
    from openpyxl import Workbook  # here: a process starts sooner, and most never make one

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.name[:MOST_SHEET_NAME])
        page.append(list(sheet.header))
        for row in sheet.rows:
            page.append([_short(safe_cell(value)) for value in row])
    book.save(out)


def read_csv(body: bytes, *, most_rows: int) -> Table:
    """Read a list with any delimiter, in UTF-8 or Windows-1252. Raises UnreadableFile."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t|", key=head.count)

    lines = csv.reader(StringIO(text, newline=""), Found)
    try:
        header = _header(next(lines, []))
        return _table(header, ((lines.line_num, values) for values in lines), most_rows)
    except csv.Error as error:
        raise UnreadableFile(str(error)) from error


def read_xlsx(body: bytes, *, most_rows: int) -> Table:
    """Read the first sheet of a workbook: values, never formulas. Raises UnreadableFile."""
    from openpyxl import load_workbook

    _check_parts(body)
    try:
        book = load_workbook(BytesIO(body), read_only=True, data_only=True)
        page = book.worksheets[0]
        # More rows than may be, for gaps: a sheet can put its next row a million further down.
        rows = page.iter_rows(max_row=most_rows * 2 + 2, max_col=MOST_COLUMNS, values_only=True)
        lines = [[_text(value) for value in row] for row in rows]
    except (BadZipFile, OSError, KeyError, ValueError, IndexError, TypeError, AttributeError) as e:
        raise UnreadableFile(_("The file is no XLSX workbook.")) from e
    header = _header(lines[0] if lines else [])
    return _table(header, enumerate(lines[1:], start=2), most_rows)


def _check_parts(body: bytes) -> None:
    """Refuse what unpacks to too much, or defines entities. Raises UnreadableFile."""
    try:
        with ZipFile(BytesIO(body)) as parts:
            infos = parts.infolist()
            if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_UNPACKED_BYTES:
                raise UnreadableFile(_("The workbook is too large once it is unpacked."))
            for info in infos:
                with parts.open(info) as part:
                    if b"<!DOCTYPE" in part.read(2_000).upper():
                        raise UnreadableFile(_("The file is no XLSX workbook."))
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise UnreadableFile(_("The file is no XLSX workbook.")) from error


def _header(values: Sequence[str]) -> list[str]:
    header = [plain_cell(value.strip())[:100] for value in values[:MOST_COLUMNS]]
    if not any(header):
        raise UnreadableFile(_("The first line must name the columns."))
    return header


def _table(header: list[str], lines: Iterable[tuple[int, Sequence[str]]], most_rows: int) -> Table:
    table = Table(list(dict.fromkeys(name for name in header if name)))
    for line, values in lines:
        cells = {name: plain_cell(value.strip()) for name, value in _named(header, values)}
        if any(cells.values()):
            table.rows.append((line, cells))
        if len(table.rows) > most_rows:
            raise UnreadableFile(_("The file has more than %(count)d rows. Divide it.") % {"count": most_rows})
    return table


def _named(header: list[str], values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair cells with their columns; the first of two columns of one name counts."""
    seen = set()
    for name, value in zip(header, values, strict=False):
        if name and name not in seen:
            seen.add(name)
            yield name, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _short(value: str | int | float) -> str | int | float:
    return value[:LARGEST_CELL_CHARS] if isinstance(value, str) else value
