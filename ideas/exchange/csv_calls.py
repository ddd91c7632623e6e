"""Calls from CSV: any header, by a map from fields to columns; presets for the lists that are in use."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, TextIO

from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas.choices import DeadlineKind, Language, Level
from ideas.exchange.calls import (
    CallRow,
    DeadlineRow,
    Options,
    Refused,
    RefusedRow,
    Row,
    closings,
    name_of_refused,
    tidy,
    tidy_text,
    tidy_title,
    tidy_url,
)
from ideas.exchange.csv_lines import read_header, read_rows, read_text
from ideas.exchange.csv_presets import PRESETS, Preset
from ideas.exchange.deadlines import Reading, UnreadableDate, read_closing, read_opening
from ideas.exchange.limits import Bounded

LARGEST_FILE_BYTES = 20_000_000
_MONEY = re.compile(r"\d[\d.,' ]*")


TEXTS = ("funder", "programme", "call_identifier", "call_title", "action_type", "source_status", "languages")


def read_csv(stream: Bounded, options: Options, *, preset: Preset) -> Iterator[Row]:
    """Read a list of calls, row by row. Every row that can't be read comes out as a RefusedRow.

    The delimiter is found out; the text may be UTF-8 (with or without BOM) or Windows-1252, which is remarked on.
    Raises UnreadableFile where there is no header with a title.
    """
    preset = replace(preset, columns={**preset.columns, **options.columns})
    with read_text(stream, options.remark) as text:
        yield from _rows(text, preset)


def read_columns(stream: Bounded, options: Options) -> Iterator[str]:
    """Read the names of a list's columns, for a person to say what they tell. Raises UnreadableFile."""
    with read_text(stream) as text:
        yield from read_header(text)


READERS = {name: partial(read_csv, preset=preset) for name, preset in PRESETS.items()}


def _rows(text: TextIO, preset: Preset) -> Iterator[Row]:
    for row in read_rows(text, [preset.columns["title"]]):
        if isinstance(row, RefusedRow):
            yield row
        else:
            line, cells = row
            yield _read(line, _told(cells, preset), preset)


def _told(cells: Mapping[str, str], preset: Preset) -> dict[str, str]:
    """What a row tells: {field: value}."""
    told = {name: cells[column] for name, column in preset.columns.items() if cells.get(column)}
    return {**preset.defaults, **told}


def _read(line: int, row: Mapping[str, str], preset: Preset) -> Row:
    try:
        return _call(line, row, preset)
    except (Refused, UnreadableDate) as error:
        name = _name(row, row.get("title", ""), preset)
        return RefusedRow(line, str(error), name_of_refused(name))


def _call(line: int, row: Mapping[str, str], preset: Preset) -> CallRow:
    title = tidy_title(row.get("title", ""))
    identifier = _identifier(row, title, preset)
    texts: dict[str, Any] = {name: tidy(name, row.get(name, "")) for name in TEXTS}
    return CallRow(
        line=line,
        identifier=identifier,
        source_key=identifier,
        title=title,
        level=_one_of(Level.values, "level", row),
        language=_one_of(Language.values, "language", row),
        summary=tidy_text(row.get("summary", "")),
        url=tidy_url(row.get("url", "")),
        budget_total=_money("budget_total", row, in_words=preset.prose_money),
        budget_min=_money("budget_min", row),
        budget_max=_money("budget_max", row),
        expected_grants=_count("expected_grants", row),
        trl_min=_level_of_readiness("trl_min", row),
        trl_max=_level_of_readiness("trl_max", row),
        deadlines=_deadlines(row, preset),
        complete=not (preset.partial_dates and row.get("model", "single-stage") != "single-stage"),
        **texts,
    )


def _identifier(row: Mapping[str, str], title: str, preset: Preset) -> str:
    if name := _name(row, title, preset):
        return tidy("identifier", name)
    raise Refused(_("no identifier"))


def _name(row: Mapping[str, str], title: str, preset: Preset) -> str:
    if "identifier" in row:
        return preset.prefix + row["identifier"]
    return preset.prefix + slugify(title)[:80].strip("-") if preset.prefix else ""


def _deadlines(row: Mapping[str, str], preset: Preset) -> tuple[DeadlineRow, ...]:
    closing: list[Reading] = [read_closing(row[name], preset.source) for name in ("closes", "closes_2") if name in row]
    named = closings("two-stage" if "closes_2" in row else row.get("model", ""), closing)
    if "opens" not in row:
        return named
    opening = DeadlineRow(DeadlineKind.OPENING, read_opening(row["opens"], preset.source))
    if closing and min(reading.at for reading in closing) < opening.reading.at:
        raise Refused(_("it closes before it opens"))
    return (opening, *named)


def _one_of(values: list[str], name: str, row: Mapping[str, str]) -> str:
    if row[name].lower() not in values:
        raise Refused(
            _("%(name)s “%(text)s” is none of %(values)s")
            % {"name": name, "text": row[name][:40], "values": ", ".join(values)}
        )
    return row[name].lower()


def _money(name: str, row: Mapping[str, str], *, in_words: bool = False) -> Decimal | None:
    """An amount in euros, with points or commas as Italians or others write them.

    Raises Refused for words, unless the list writes amounts `in_words` here and there: these are left out.
    """
    text = row.get(name, "").replace("€", "").strip()
    if not text or (in_words and not _MONEY.fullmatch(text)):
        return None
    if not _MONEY.fullmatch(text):
        raise Refused(_("%(name)s “%(text)s” is not an amount") % {"name": name, "text": text[:40]})
    digits = re.sub(r"[' ]", "", text)
    whole, mark, cents = max(digits.rpartition(","), digits.rpartition("."), key=lambda parts: len(parts[0]))
    if len(cents) == 3 or not mark:
        whole, cents = digits, "0"
    amount = Decimal(re.sub(r"[.,]", "", whole) + "." + cents)
    if amount >= 10**12:
        raise Refused(_("%(name)s “%(text)s” is too large") % {"name": name, "text": text[:40]})
    return amount


def _count(name: str, row: Mapping[str, str]) -> int | None:
    if not (text := row.get(name, "")):
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise Refused(_("%(name)s “%(text)s” is not a number") % {"name": name, "text": text[:40]})
    return int(text)


def _level_of_readiness(name: str, row: Mapping[str, str]) -> int | None:
    """A technology readiness level, written as 5 or TRL 5."""
    if not (text := row.get(name, "").strip()):
        return None
    digit = text.upper().removeprefix("TRL").strip()
    if digit not in set("123456789"):
        raise Refused(_("%(name)s “%(text)s” is not from 1 to 9") % {"name": name, "text": text[:40]})
    return int(digit)
