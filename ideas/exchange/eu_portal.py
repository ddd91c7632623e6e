"""Calls from the bulk file of the EU Funding & Tenders Portal (`grantsTenders.json`), streamed object by object."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from ideas.choices import DeadlineKind, Level
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
    tidy_title,
    tidy_url,
)
from ideas.exchange.deadlines import Source, UnreadableDate, read_closing, read_opening
from ideas.exchange.json_objects import objects
from ideas.exchange.limits import Bounded

LARGEST_FILE_BYTES = 1_000_000_000
TENDER, TOPIC = 0, 1
TWO_STAGE = 31094505
# The longest parts of an object, of which nothing is read.
UNWANTED = frozenset(
    {
        "latestInfos",
        "links",
        "lots",
        "keywords",
        "tags",
        "flags",
        "topicMGAs",
        "programmeDivision",
        "additionalDossiers",
    }
)
STATUSES = {31094501: "forthcoming", 31094502: "open", 31094503: "closed"}
_ABBREVIATION = re.compile(r"\s*\([^)]*\)$")
TOPIC_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"


def read_portal(stream: Bounded, options: Options) -> Iterator[Row]:
    """Read grants and tenders; an object that stands in the file twice comes out once. Lines count objects.

    Raises UnreadableFile where it isn't the portal's file, or breaks off.
    """
    seen: set[str] = set()
    for number, found in enumerate(objects(stream, "fundingData", "GrantTenderObj", unwanted=UNWANTED), start=1):
        row = _read(number, found)
        if isinstance(row, RefusedRow):
            yield row
        elif row.source_key not in seen:
            seen.add(row.source_key)
            yield row


def two_stage(identifier: str, actions: list[Any]) -> bool:
    """Whether a topic has two stages: by its procedure (whose key was misspelt once), else by its identifier."""
    procedures = [action.get("submissionProcedure") or action.get("sumbissionProcedure") or {} for action in actions]
    return "two-stage" in identifier.lower() or TWO_STAGE in [procedure.get("id") for procedure in procedures]


def _read(number: int, found: Any) -> Row:
    try:
        if isinstance(found, Refused):
            raise found
        return _call(number, found)
    except (Refused, UnreadableDate) as error:
        return RefusedRow(number, str(error), _name(found))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return RefusedRow(number, _("the object hasn't the portal's shape"), _name(found))


def _name(found: Any) -> str:
    """The identifier of an object that can't be read, where it has one."""
    name = found.get("identifier") if isinstance(found, dict) else ""
    return name_of_refused(name) if isinstance(name, str) else ""


def _call(number: int, found: dict[str, Any]) -> CallRow:
    kind, identifier = found["type"], tidy("identifier", found["identifier"])
    if kind not in (TENDER, TOPIC):
        raise Refused(_("type %(type)s is neither a grant nor a tender") % {"type": str(kind)[:20]})
    programme = (found.get("frameworkProgramme") or {}).get("description", "")
    actions = found.get("topicActions") or [{}]
    return CallRow(
        line=number,
        identifier=identifier,
        source_key=tidy("source_key", str(found["ccm2Id"]) if kind == TOPIC else f"cft-{found['cftId']}"),
        title=tidy_title(found["title"]),
        level=Level.EUROPEAN,
        funder="European Commission" if kind == TOPIC else tidy("funder", found.get("contractingAuthority") or ""),
        programme=tidy("programme", _ABBREVIATION.sub("", programme)),
        call_identifier=tidy("call_identifier", found.get("callIdentifier") or ""),
        call_title=tidy("call_title", found.get("callTitle") or ""),
        action_type=tidy("action_type", actions[0].get("description", "")),
        url=TOPIC_PAGE + identifier.lower() if kind == TOPIC else tidy_url(found.get("url") or ""),
        source_status=STATUSES.get((found.get("status") or {}).get("id") or 0, ""),
        deadlines=_deadlines(found, identifier),
    )


def _deadlines(found: dict[str, Any], identifier: str) -> tuple[DeadlineRow, ...]:
    source = Source.EU_TOPIC if found["type"] == TOPIC else Source.EU_INSTANT
    actions = found.get("actions") or []
    # The same dates stand in both places: numbers at the top, text in the actions; either may be empty.
    raws = found.get("deadlineDatesLong") or [raw for action in actions for raw in action.get("deadlineDates") or ()]
    named = closings(_model(found, identifier, actions), [read_closing(raw, source) for raw in raws])
    if opening := found.get("plannedOpeningDateLong"):
        return (DeadlineRow(DeadlineKind.OPENING, read_opening(opening, source)), *named)
    return named


def _model(found: dict[str, Any], identifier: str, actions: list[Any]) -> str:
    """The model in words; {} since 2026, before that an object or a text."""
    if two_stage(identifier, actions):
        return "two-stage"
    model = found.get("deadlineModel") or ""
    return str(model.get("description") or "") if isinstance(model, dict) else str(model)
