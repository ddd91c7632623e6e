"""Calls from saved pages of the EU portal's search (SEDIA JSON), in which one call may stand many times."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
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
    UnreadableFile,
    closings,
    tidy,
    tidy_title,
    tidy_url,
)
from ideas.exchange.deadlines import Source, UnreadableDate, read_closing, read_opening
from ideas.exchange.eu_portal import TOPIC_PAGE, two_stage
from ideas.exchange.json_objects import objects
from ideas.exchange.limits import MOST_ROWS, Bounded

LARGEST_FILE_BYTES = 50_000_000
LARGEST_TEXT_CHARS = 500_000
MOST_GRANTS = 10_000
LARGEST_AMOUNT = 10**12
STATUSES = {"31094501": "forthcoming", "31094502": "open", "31094503": "closed"}
SOURCES = {"0": Source.EU_INSTANT, "2": Source.EU_INSTANT, "8": Source.EU_CASCADE}
PROGRAMMES = {
    "43108390": "Horizon Europe",
    "43298916": "Euratom",
    "43152860": "Digital Europe",
    "44181033": "European Defence Fund",
    "43252405": "LIFE",
    "43251567": "Connecting Europe Facility",
    "43353764": "Erasmus+",
    "43252449": "RFCS",
    "44416173": "Interregional Innovation",
    "43252476": "Single Market Programme",
    "43254037": "European Solidarity Corps",
    "43298664": "Promotion of Agricultural Products",
    "43089234": "Innovation Fund",
}
LEGACY = "SEDIA_PRD_CENTRICITY"
_MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError, IndexError, InvalidOperation, RecursionError)


def read_search(stream: Bounded, options: Options) -> Iterator[Row]:
    """Read a saved page of results; of rows that tell the same call the best one counts. Lines count results.

    Raises UnreadableFile where it isn't such a page.
    """
    best: dict[str, tuple[int, Row]] = {}
    for number, found in enumerate(objects(stream, "results"), start=1):
        try:
            if isinstance(found, Refused):
                raise found
            key, rank = _key(found), _rank(found)
        except Refused as error:
            yield RefusedRow(number, str(error))
        except _MISSHAPEN:
            yield RefusedRow(number, _misshapen())
        else:
            if key not in best or rank > best[key][0]:
                best[key] = rank, _read(number, found)
        if number > MOST_ROWS:
            raise UnreadableFile(_("The file has more than %(count)s rows.") % {"count": MOST_ROWS})
    yield from sorted((row for _rank_of_it, row in best.values()), key=lambda row: row.line)


def _read(number: int, result: dict[str, Any]) -> Row:
    try:
        return _call(number, result)
    except (Refused, UnreadableDate) as error:
        return RefusedRow(number, str(error))
    except _MISSHAPEN:
        return RefusedRow(number, _misshapen())


def _misshapen() -> str:
    return _("the result hasn't the portal's shape")


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
    kind, name = _first(told, "type") or "1", tidy("identifier", _first(told, "identifier"))
    number_in_portal = re.match(r"\d+", reference)
    key = number_in_portal.group() if number_in_portal else ""
    # A cascade call's title is its project's; its own is the "call title".
    title, above = ("callTitle", "title") if kind == "8" else ("title", "callTitle")
    return CallRow(
        line=number,
        identifier=tidy("identifier", f"{name}/{key}" if kind == "8" and key else name),
        source_key=tidy("source_key", _first(told, "ccm2Id") or key if kind == "1" else reference),
        title=tidy_title(_first(told, title) or str(result.get("summary") or "") or _first(told, "title")),
        level=Level.EUROPEAN,
        funder="European Commission",
        programme=PROGRAMMES.get(_first(told, "frameworkProgramme"), ""),
        call_identifier=tidy("call_identifier", _first(told, "callIdentifier")),
        call_title=tidy("call_title", _first(told, above)),
        action_type=tidy("action_type", _first(told, "typesOfAction")),
        url=TOPIC_PAGE + name.lower() if kind == "1" else tidy_url(str(result.get("url") or "")),
        source_status=STATUSES.get(_first(told, "status"), ""),
        deadlines=_deadlines(told, name, SOURCES.get(kind, Source.EU_TOPIC)),
        **_budget(told, name, kind),
    )


def _deadlines(told: Mapping[str, list[Any]], identifier: str, source: Source) -> tuple[DeadlineRow, ...]:
    actions = _nested(told, "actions", [])
    model = "two-stage" if two_stage(identifier, actions) else _first(told, "deadlineModel")
    named = closings(model, [read_closing(raw, source) for raw in told.get("deadlineDate", ())])
    if opening := _first(told, "startDate"):
        return (DeadlineRow(DeadlineKind.OPENING, read_opening(opening, source)), *named)
    return named


def _budget(told: Mapping[str, list[Any]], identifier: str, kind: str) -> dict[str, Any]:
    """The amounts of this topic alone: the overview holds its siblings too, told apart by a space after the name.

    The total is what the overview names for the topic in all years; the portal may name one pot for several topics.
    """
    if kind in {"2", "8"}:
        return {"budget_total": _amount(_first(told, "budget"))}
    overview = _nested(told, "budgetOverview", {}).get("budgetTopicActionMap", {})
    entries = [entry for value in overview.values() for entry in (value if isinstance(value, list) else [value])]
    own: dict[str, Any] = next((entry for entry in entries if entry["action"].startswith(f"{identifier} ")), {})
    years = [amount for year in (own.get("budgetYearMap") or {}).values() if (amount := _amount(year))]
    grants = _amount(own.get("expectedGrants"))
    return {
        "budget_min": _amount(own.get("minContribution")),
        "budget_max": _amount(own.get("maxContribution")),
        "budget_total": sum(years, Decimal(0)) or None,
        "expected_grants": int(grants) if grants and grants < MOST_GRANTS else None,
    }


def _amount(value: Any) -> Decimal | None:
    """Euros, or None for nothing and for zero, by which the portal means the same."""
    amount = Decimal(str(value or 0))
    if not (amount.is_finite() and 0 <= amount < LARGEST_AMOUNT):
        raise Refused(_("“%(text)s” is not an amount") % {"text": str(value)[:40]})
    return amount or None


def _nested(told: Mapping[str, list[Any]], name: str, otherwise: Any) -> Any:
    """What a text of JSON inside the JSON holds."""
    text = _first(told, name)
    if len(text) > LARGEST_TEXT_CHARS:
        raise Refused(_("%(name)s is too large") % {"name": name})
    return json.loads(text) if text else otherwise
