"""Ideas from files: what each field may say, in a table of text or in JSON, and how it is read."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from ideas.choices import ConsortiumRole, IprStatus, Language, Nature, OrganisationKind, Visibility
from ideas.exchange.calls import Refused, UnreadableFile
from ideas.exchange.tables import Table

LARGEST_FILE_BYTES = 5_000_000
MOST_IDEAS = 200
MOST_SLOTS = 30
MOST_WORDS = 60
YES, NO = frozenset({"true", "1", "yes", "y", "x", "sì", "si"}), frozenset({"", "false", "0", "no", "n"})
_SLOT = re.compile(r"^\s*(?:(\w+)\s*:)?\s*(.*?)(?:\s+[x×]\s*([0-9]{1,3}))?\s*$")
Record = dict[str, Any]
# What a file says as the idea's own row does; the other fields name something else.
PLAIN = (
    "title", "acronym", "teaser", "language", "problem", "approach", "expected_result", "advantage", "trl_now",
    "trl_target", "ipr_status", "keywords", "nature", "is_open", "is_disruptive", "duration_months", "budget_eur",
    "geography", "visibility", "public_teaser",
)  # fmt: skip


def read_json(body: bytes) -> Table:
    """Read ideas from an export in JSON, or from a list of such records. Raises UnreadableFile."""
    try:
        data = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(_("The file is no JSON.")) from error
    records = data.get("ideas") if isinstance(data, dict) else data
    if not isinstance(records, list):
        raise UnreadableFile(_("The file has no list of ideas."))
    if len(records) > MOST_IDEAS:
        raise UnreadableFile(_("The file has more than %(count)d rows. Divide it.") % {"count": MOST_IDEAS})
    return Table([], [(number, _known(record)) for number, record in enumerate(records, start=1)])


def read_record(cells: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> Record:
    """Read the fields of an idea, from text or from the values of JSON: {field: value}; absent ones are left out.

    `columns`: {field: column} of a table. Raises Refused, with the field's name.
    """
    record: Record = {}
    for name, read in FIELDS.items():
        place = columns.get(name, "") if columns is not None else name
        if place in cells:
            try:
                record[name] = read(cells[place])
            except Refused as refusal:
                raise Refused(f"{name}: {refusal}") from refusal
    if not record.get("title"):
        raise Refused(_("no title"))
    return record


def storable(value: Any, depth: int = 0) -> Any:
    """Check that a value can be kept as it is. Raises Refused for what no database holds."""
    if isinstance(value, str) and ("\x00" in value or (not value.isascii() and _has_half_characters(value))):
        raise Refused(_("characters that can't be kept"))
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused(_("a number that is none"))
    if isinstance(value, int) and abs(value) >= 2**53:
        raise Refused(_("a number that is too large"))
    if isinstance(value, (list, dict)):
        if depth > 3:
            raise Refused(_("lists inside lists"))
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            storable(one, depth + 1)
    return value


def _has_half_characters(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _known(record: Any) -> dict[str, Any]:
    """Keep what is read of a record; what is none at all becomes an empty one, which is refused as such."""
    return {name: record[name] for name in FIELDS if name in record} if isinstance(record, dict) else {}


# Values --------------------------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Refused(_("not text"))
    return str(value)


def _number(value: Any) -> int | None:
    text = _text(value).strip().upper().removeprefix("TRL").strip().removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) < 2**31):
        raise Refused(_("“%(text)s” is not a number") % {"text": text[:40]})
    return int(text)


def _switch(value: Any) -> bool:
    text = str(value if value is not None else "").strip().lower()
    if text not in YES | NO:
        raise Refused(_("“%(text)s” is neither yes nor no") % {"text": text[:40]})
    return text in YES


def _day(value: Any) -> str | None:
    """A day as 2026-05-31, or as Italians write it: 31/05/2026."""
    text = _text(value).strip()
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise Refused(_("“%(text)s” is not a day such as 2026-05-31") % {"text": text[:40]})


def _instant(value: Any) -> str | None:
    text = _text(value).strip()
    try:
        return datetime.fromisoformat(text).isoformat() if text else None
    except ValueError as error:
        raise Refused(_("“%(text)s” is not an instant") % {"text": text[:40]}) from error


def _words(value: Any) -> list[str]:
    """Several values: a list, or text between semicolons."""
    found = value if isinstance(value, list) else re.split(r"[;\n]", _text(value))
    if len(found) > MOST_WORDS:
        raise Refused(_("too many values"))
    return [text for one in found if (text := _text(one).strip())]


def _one_of(choices: Any, value: Any) -> str:
    """A choice by its code, or by its name in the reader's language."""
    text = _text(value).strip().lower()
    names = {str(key).lower(): code for code, label in choices.choices for key in (code, label)}
    if text and text not in names:
        raise Refused(_("“%(text)s” is none of %(values)s") % {"text": text[:40], "values": ", ".join(choices.values)})
    return names[text] if text else ""


def _slots(value: Any) -> list[Record]:
    """Places: records, or lines such as `beneficiary: Battery packs x2`."""
    found = value if isinstance(value, list) else [line for line in _text(value).split("\n") if line.strip()]
    if len(found) > MOST_SLOTS:
        raise Refused(_("too many places"))
    return [_slot(one) for one in found]


def _slot(one: Any) -> Record:
    if isinstance(one, str):
        match = _SLOT.match(one)
        role, expertise, wanted = match.groups() if match else (None, one, None)
        if role and role.lower() not in ConsortiumRole.values:
            role, expertise = None, one
        one = {"role": role or "", "expertise": expertise, "wanted": wanted or 1}
    if not isinstance(one, dict):
        raise Refused(_("not a place"))
    return {
        "role": _one_of(ConsortiumRole, one.get("role")) or ConsortiumRole.BENEFICIARY.value,
        "expertise": _text(one.get("expertise")).strip(),
        "work": _text(one.get("work")),
        "kinds": [_one_of(OrganisationKind, kind) for kind in _words(one.get("kinds"))],
        "accredited": _switch(one.get("accredited")),
        "wanted": _number(one.get("wanted", 1)) or 1,
        "mandatory": _switch(one.get("mandatory")),
    }


def day_of(value: str | None) -> date | None:
    """The day that `read_record` gives as text."""
    return date.fromisoformat(value) if value else None


FIELDS: dict[str, Callable[[Any], Any]] = {
    "title": _text,
    "acronym": _text,
    "teaser": _text,
    "language": partial(_one_of, Language),
    "problem": _text,
    "approach": _text,
    "expected_result": _text,
    "advantage": _text,
    "trl_now": _number,
    "trl_target": _number,
    "ipr_status": partial(_one_of, IprStatus),
    "keywords": _text,
    "value_chain": _text,
    "other_chains": _words,
    "kets": _words,
    "s3_area": _text,
    "nature": partial(_one_of, Nature),
    "is_open": _switch,
    "is_disruptive": _switch,
    "call": _text,
    "deadline": _instant,
    "duration_months": _number,
    "budget_eur": _number,
    "geography": _text,
    "interest_until": _day,
    "valid_until": _day,
    "visibility": partial(_one_of, Visibility),
    "public_teaser": _switch,
    "organisation": _text,
    "slots": _slots,
}
