"""What a line of a file of ideas means here: names of chains, technologies, calls and organisations become rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ideas.choices import CallStatus, Scheme
from ideas.exchange.calls import Refused
from ideas.exchange.ideas import PLAIN, Record, day_of
from ideas.models import Call, Intake, Member, Organisation, Term, ValueChain
from ideas.queries.calls import status_of_call
from ideas.queries.members import organisations_of
from ideas.queries.taxonomy import all_kets, chains_in_use, terms


@dataclass(frozen=True)
class Vocabulary:
    """What a file may name: rows by their code or name in lower case."""

    chains: dict[str, ValueChain]
    kets: dict[str, Term]
    s3: dict[str, Term]
    calls: dict[str, Call]
    organisations: dict[str, Organisation]


@dataclass
class Meaning:
    """An idea that a line tells: what `actions.ideas` takes, its places, and what was left out of it."""

    content: dict[str, Any]
    slots: list[Record]
    remarks: list[str] = field(default_factory=list)


def own_intakes(by: Member) -> QuerySet[Intake]:
    """Select the files that a member gave: nobody else sees them."""
    return Intake.objects.filter(by=by)


def vocabulary(by: Member, records: Iterable[Record]) -> Vocabulary:
    """Read what the records may name. Six queries, however many they are."""
    identifiers = {call for record in records if (call := record.get("call", "").strip())}
    calls = Call.objects.filter(identifier__in=identifiers).prefetch_related("deadlines")
    return Vocabulary(
        chains=_named(chains_in_use()),
        kets=_named(all_kets()),
        s3=_named(terms(Scheme.S3)),
        calls={call.identifier.lower(): call for call in calls},
        organisations={
            name.lower(): one for one in organisations_of(by) for name in (one.short_name, one.slug, one.name) if name
        },
    )


def meaning_of(record: Record, known: Vocabulary, *, at: datetime) -> Meaning:
    """Say which idea a record tells. Raises Refused where it names what isn't known here.

    A call that has closed and an organisation of others are left out, which is remarked on: a draft can't have them.
    """
    content = {name: record[name] for name in PLAIN if record.get(name) not in (None, "")}
    told = Meaning(content, record.get("slots", []))
    content["value_chain"] = _find(known.chains, record.get("value_chain", ""), "value_chain")
    content["other_chains"] = [_find(known.chains, name, "other_chains") for name in record.get("other_chains", [])]
    content["kets"] = [_find(known.kets, name, "kets") for name in record.get("kets", [])]
    if record.get("s3_area"):
        content["s3_area"] = _find(known.s3, record["s3_area"], "s3_area")
    for name in ("interest_until", "valid_until"):
        content[name] = day_of(record.get(name))
    _aim(told, record, known, at)
    _propose(told, record, known)
    return told


def _aim(told: Meaning, record: Record, known: Vocabulary, at: datetime) -> None:
    if not record.get("call", "").strip():
        return
    call = _find(known.calls, record["call"], "call")
    if status_of_call(call, at) == CallStatus.CLOSED:
        told.remarks.append(_("The call %(call)s has closed: the idea comes without it.") % {"call": call.identifier})
        return
    instant = datetime.fromisoformat(record["deadline"]) if record.get("deadline") else None
    told.content["call"] = call
    told.content["deadline"] = next(
        (one for one in call.deadlines.all() if instant and instant.tzinfo and one.at == instant and one.is_closing),
        None,
    )


def _propose(told: Meaning, record: Record, known: Vocabulary) -> None:
    name = record.get("organisation", "").strip()
    if not name:
        return
    organisation = known.organisations.get(name.lower())
    if organisation is None:
        told.remarks.append(
            _("You don't belong to %(name)s: the idea comes without an organisation.") % {"name": name[:80]}
        )
        return
    told.content["organisation"] = organisation


def _named(rows: Iterable[Any]) -> dict[str, Any]:
    """Rows by code and by both names; of two alike the first, which is the one in use."""
    found: dict[str, Any] = {}
    for row in rows:
        for name in (row.code, row.name_it, row.name_en):
            found.setdefault(name.lower(), row)
    return found


def _find(known: dict[str, Any], name: str, field_name: str) -> Any:
    found = known.get(name.strip().lower())
    if found is None:
        raise Refused(
            _("%(field)s: “%(name)s” isn't known here") % {"field": field_name, "name": name.strip()[:80]}
            if name.strip()
            else _("%(field)s: missing") % {"field": field_name}
        )
    return found
