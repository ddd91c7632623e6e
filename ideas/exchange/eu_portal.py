"""Calls from the bulk file of the EU Funding & Tenders Portal (`grantsTenders.json`), streamed object by object."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from ideas.choices import DeadlineKind, Level
from ideas.exchange.calls import (
    CallRow,
    DeadlineRow,
    Options,
    Refused,
    RefusedRow,
    Row,
    UnreadableFile,
    closings,
    tidy,
    tidy_url,
)
from ideas.exchange.deadlines import Source, UnreadableDate, read_closing, read_opening

CHUNK_BYTES = 1 << 18
LARGEST_OBJECT_CHARS = 8_000_000
TENDER, TOPIC = 0, 1
TWO_STAGE = 31094505
TOPIC_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"
_START = re.compile(r'"GrantTenderObj"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


def read_portal(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """Read grants and tenders; an object that stands in the file twice comes out once. Lines count objects.

    Raises UnreadableFile where it isn't the portal's file, or breaks off.
    """
    seen: set[str] = set()
    for number, found in enumerate(objects(stream), start=1):
        try:
            row = _call(number, found)
        except (Refused, UnreadableDate) as error:
            yield RefusedRow(number, str(error))
        except (AttributeError, KeyError, TypeError, ValueError, IndexError):
            yield RefusedRow(number, "the object hasn't the portal's shape")
        else:
            if row.source_key not in seen:
                yield row
            seen.add(row.source_key)


def objects(stream: BinaryIO) -> Iterator[Any]:
    """Cut the file's list into its objects, holding one of them at a time. Raises UnreadableFile."""
    decoder, decode = codecs.getincrementaldecoder("utf-8-sig")("replace"), json.JSONDecoder().raw_decode
    buffer, position, begun = "", 0, False
    while True:
        chunk = stream.read(CHUNK_BYTES)
        buffer, position = buffer[position:] + decoder.decode(chunk, final=not chunk), 0
        if not begun and (start := _START.search(buffer)):
            begun, position = True, start.end()
        while begun:
            position = _end(_BETWEEN, buffer, position)
            if buffer[position : position + 1] == "]":
                return
            try:
                found, position = decode(buffer, position)
            except json.JSONDecodeError:
                break
            yield found
        if not chunk or len(buffer) - position > LARGEST_OBJECT_CHARS:
            raise UnreadableFile("The file breaks off" if begun else "No “GrantTenderObj” in the file")


def two_stage(identifier: str, actions: list[Any]) -> bool:
    """Whether a topic has two stages: by its procedure (whose key was misspelt once), else by its identifier."""
    procedures = [action.get("submissionProcedure") or action.get("sumbissionProcedure") or {} for action in actions]
    return "two-stage" in identifier.lower() or TWO_STAGE in [procedure.get("id") for procedure in procedures]


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _call(number: int, found: dict[str, Any]) -> CallRow:
    kind, identifier = found["type"], tidy("identifier", found["identifier"])
    if kind not in {TENDER, TOPIC}:
        raise Refused(f"type {kind} is neither a grant nor a tender")
    programme = (found.get("frameworkProgramme") or {}).get("description", "")
    actions = found.get("topicActions") or [{}]
    return CallRow(
        line=number,
        identifier=identifier,
        source_key=str(found["ccm2Id"]) if kind == TOPIC else f"cft-{found['cftId']}",
        title=tidy("title", found["title"]),
        level=Level.EUROPEAN,
        funder="European Commission" if kind == TOPIC else tidy("funder", found.get("contractingAuthority") or ""),
        programme=tidy("programme", re.sub(r"\s*\([^)]*\)$", "", programme)),
        call_identifier=tidy("call_identifier", found.get("callIdentifier") or ""),
        call_title=tidy("call_title", found.get("callTitle") or ""),
        action_type=tidy("action_type", actions[0].get("description", "")),
        url=TOPIC_PAGE + identifier.lower() if kind == TOPIC else tidy_url(found.get("url") or ""),
        source_status=(found.get("status") or {}).get("description", "").lower(),
        deadlines=_deadlines(found, identifier),
    )


def _deadlines(found: dict[str, Any], identifier: str) -> tuple[DeadlineRow, ...]:
    source = Source.EU_TOPIC if found["type"] == TOPIC else Source.EU_INSTANT
    readings = [read_closing(raw, source) for raw in found.get("deadlineDatesLong") or ()]
    named = closings("two-stage" if two_stage(identifier, found.get("actions") or []) else "", readings)
    if opening := found.get("plannedOpeningDateLong"):
        return (DeadlineRow(DeadlineKind.OPENING, read_opening(opening, source)), *named)
    return named
