"""Calls from saved pages of the EU portal's search (SEDIA JSON), in which one call may stand many times."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
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
from ideas.exchange.eu_portal import two_stage

LARGEST_FILE_BYTES = 50_000_000
STATUSES = {"31094501": "forthcoming", "31094502": "open", "31094503": "closed"}
SOURCES = {"0": Source.EU_INSTANT, "2": Source.EU_INSTANT, "8": Source.EU_CASCADE}
PROGRAMMES = {
    "43108390": "Horizon Europe",
    "43152860": "Digital Europe",
    "44181033": "European Defence Fund",
    "43252405": "LIFE",
    "43252449": "RFCS",
    "44416173": "Interregional Innovation",
}
LEGACY = "SEDIA_PRD_CENTRICITY"


def read_search(stream: BinaryIO, options: Options) -> Iterator[Row]:
    """Read a saved page of results; of rows that tell the same call the best one counts. Lines count results.

    Raises UnreadableFile where it isn't such a page.
    """
    content = stream.read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise UnreadableFile(f"The file has more than {LARGEST_FILE_BYTES:,} bytes")
    try:
        results = json.loads(content)["results"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnreadableFile("No “results” in the file, or it breaks off") from None
    best: dict[str, tuple[int, int, dict[str, Any]]] = {}
    for number, result in enumerate(results, start=1):
        try:
            key, rank = _key(result), _rank(result)
        except (AttributeError, KeyError, TypeError, ValueError):
            yield RefusedRow(number, "the result hasn't the portal's shape")
            continue
        best[key] = max(best.get(key, (-1, 0, {})), (rank, number, result), key=lambda candidate: candidate[0])
    for _rank_of_it, number, result in sorted(best.values(), key=lambda candidate: candidate[1]):
        yield _read(number, result)


def _read(number: int, result: dict[str, Any]) -> Row:
    try:
        return _call(number, result)
    except (Refused, UnreadableDate) as error:
        return RefusedRow(number, str(error))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, InvalidOperation):
        return RefusedRow(number, "the result hasn't the portal's shape")


def _told(result: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields as lists: most results keep them in `metadata`, some of type 8 at the top."""
    fields = result.get("metadata") or result
    return {name: value if isinstance(value, list) else [value] for name, value in fields.items() if value is not None}


def _first(told: Mapping[str, list[Any]], name: str) -> str:
    return str(told[name][0]) if told.get(name) else ""


def _key(result: Mapping[str, Any]) -> str:
    """What makes two results the same call. Cascade calls share their parent's identifier, so the reference counts."""
    told = _told(result)
    return str(result["reference"]) if _first(told, "type") == "8" else _first(told, "identifier")


def _rank(result: Mapping[str, Any]) -> int:
    """How much a result is worth: a current English one most, a legacy one in another language least."""
    told, reference = _told(result), str(result["reference"])
    current = reference.endswith("TOPICSen")
    modern = _first(told, "DATASOURCE") != LEGACY
    return 4 * current + 2 * (result.get("language") == "en") + modern


def _call(number: int, result: dict[str, Any]) -> CallRow:
    told, reference = _told(result), str(result["reference"])
    kind, identifier = _first(told, "type") or "1", tidy("identifier", _first(told, "identifier"))
    budget = _budget(told, identifier, kind)
    cascade = re.match(r"\d+", reference) if kind == "8" else None
    return CallRow(
        line=number,
        identifier=f"{identifier}/{cascade.group()}" if cascade else identifier,
        source_key=tidy("source_key", _first(told, "ccm2Id") if kind == "1" else reference),
        title=tidy("title", _first(told, "title") or str(result.get("summary") or "")),
        level=Level.EUROPEAN,
        funder="European Commission",
        programme=PROGRAMMES.get(_first(told, "frameworkProgramme"), ""),
        call_identifier=tidy("call_identifier", _first(told, "callIdentifier")),
        call_title=tidy("call_title", _first(told, "callTitle")),
        action_type=tidy("action_type", _first(told, "typesOfAction")),
        url=tidy_url(str(result.get("url") or "")),
        source_status=STATUSES.get(_first(told, "status"), ""),
        budget_min=budget.get("minContribution"),
        budget_max=budget.get("maxContribution"),
        expected_grants=int(budget["expectedGrants"]) if budget.get("expectedGrants") else None,
        deadlines=_deadlines(told, identifier, SOURCES.get(kind, Source.EU_TOPIC)),
    )


def _deadlines(told: Mapping[str, list[Any]], identifier: str, source: Source) -> tuple[DeadlineRow, ...]:
    actions = json.loads(_first(told, "actions") or "[]")
    model = "two-stage" if two_stage(identifier, actions) else _first(told, "deadlineModel")
    named = closings(model, [read_closing(raw, source) for raw in told.get("deadlineDate", ())])
    if opening := _first(told, "startDate"):
        return (DeadlineRow(DeadlineKind.OPENING, read_opening(opening, source)), *named)
    return named


def _budget(told: Mapping[str, list[Any]], identifier: str, kind: str) -> dict[str, Decimal]:
    """The amounts of this topic alone: the overview holds its siblings too, told apart by a space after the name."""
    if kind in {"2", "8"}:
        amount = _first(told, "budget")
        return {"maxContribution": Decimal(amount)} if amount else {}
    overview = json.loads(_first(told, "budgetOverview") or "{}").get("budgetTopicActionMap", {})
    entries = [entry for value in overview.values() for entry in (value if isinstance(value, list) else [value])]
    own: dict[str, Any] = next((entry for entry in entries if entry["action"].startswith(f"{identifier} ")), {})
    names = ("minContribution", "maxContribution", "expectedGrants")
    return {name: Decimal(str(own[name])) for name in names if own.get(name)}
