"""Writes of calls by hand, and what every new call needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from ideas.actions.deadlines import (
    HAND,
    HandDate,
    Origin,
    announce_deadlines,
    check_dates,
    keep_dates,
    write_dates,
    write_new_dates,
)
from ideas.actions.search import index_calls
from ideas.errors import Conflict, NotAllowed
from ideas.models import Call, Candidate, Member, Term, ValueChain
from ideas.queries.rule_sets import rules_for
from ideas.rules.calls import can_edit_calls
from ideas.text import clean_field, clean_line

LINES = (
    "identifier", "title", "funder", "programme", "call_identifier", "call_title", "action_type", "languages", "url",
)  # fmt: skip
FACTS = (
    "level", "language", "budget_total", "budget_min", "budget_max", "expected_grants", "trl_min", "trl_max",
)  # fmt: skip
FIELDS = (*LINES, "summary", *FACTS)
TAGS = ("value_chains", "kets")
CONTENT = (*FIELDS, "rules", *TAGS)
# What stands behind /calls/ for something else.
RESERVED = frozenset({"new", "tags", "month", "timeline", "compare"})


@dataclass(frozen=True)
class Retag:
    """Tags to add to a call and to take from it, as ids."""

    add_chains: frozenset[int] = frozenset()
    drop_chains: frozenset[int] = frozenset()
    add_kets: frozenset[int] = frozenset()
    drop_kets: frozenset[int] = frozenset()


def slugs_for(identifiers: Sequence[str]) -> list[str]:
    """Make the addresses of many new calls, mostly by one query."""
    stems = [_stem(identifier) for identifier in identifiers]
    taken = {*Call.objects.filter(slug__in=stems).values_list("slug", flat=True), *RESERVED}
    return [slug_for(identifiers[place]) if stem in taken else stem for place, stem in enumerate(stems)]


def _stem(identifier: str) -> str:
    return slugify(re.sub(r"[^\w-]+", "-", identifier))[:130].strip("-") or "call"


def slug_for(identifier: str) -> str:
    """Make a call's address from its identifier, with a number behind it where something else has the same one."""
    stem = _stem(identifier)
    taken = {*Call.objects.filter(slug__startswith=stem).values_list("slug", flat=True), *RESERVED}
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


@transaction.atomic(durable=True)
def create_call(
    *,
    by: Member,
    content: Mapping[str, Any],
    dates: Sequence[HandDate],
    candidate: Candidate | None = None,
    at: datetime,
) -> Call:
    """Write a call by hand, with its dates; the news that it was made from is settled with it.

    `content` maps names of `CONTENT` to values. Raises NotAllowed, ValidationError by field ("dates" for the dates),
    Conflict("candidate_settled") where somebody made a call of the same news meanwhile.
    """
    _require(by)
    call = Call(source=HAND, checked_at=at, slug=slug_for(str(content.get("identifier", ""))))
    _fill(call, content)
    check_dates(dates)
    call.save(force_insert=True)
    _fill_tags(call, content)
    write_new_dates(call, dates, at)
    keep_dates(call)
    index_calls([call])
    if candidate:
        _settle(candidate, call, by=by, at=at)
    return call


@transaction.atomic(durable=True)
def edit_call(
    *,
    by: Member,
    call: Call,
    content: Mapping[str, Any],
    dates: Sequence[HandDate],
    seen: str,
    note: str = "",
    at: datetime,
) -> Call:
    """Save a call as a person wrote it, and tell everyone whom a moved date concerns.

    `dates` are all that the call shall have: those that aren't named go. `seen` is `state_of` the call as the person
    had it before them; `note` says why dates change. A date written here stays until its source tells another instant.
    Raises NotAllowed, ValidationError by field, Conflict("edited_meanwhile").
    """
    _require(by)
    call = Call.objects.select_for_update().get(pk=call.pk)
    if state_of(call) != seen:
        raise Conflict("edited_meanwhile")
    asked = rules_for(call)
    _fill(call, content)
    check_dates(dates)
    call.save(update_fields=[*FIELDS, "rules"])
    _fill_tags(call, content)
    run = Origin(by, HAND, clean_line("note", note)[:300], at)
    changes = write_dates(call, dates, run)
    keep_dates(call)
    index_calls([call])
    announce_deadlines(call, changes, run, asks_otherwise=rules_for(call) != asked)
    return call


@transaction.atomic(durable=True)
def tag_calls(*, by: Member, changes: Mapping[int, Retag]) -> int:
    """Give many calls their value chains and KETs at once; returns how many calls were named that there are.

    `changes` says by call what to add and what to take, so that two people who tag the same calls lose nothing of each
    other. Ids that don't exist are left out. Nothing is published: no card of an idea shows its call's tags.
    Raises NotAllowed.
    """
    _require(by)
    known = list(Call.objects.filter(pk__in=changes).select_for_update().order_by("pk").values_list("pk", flat=True))
    chains = {pk: (changes[pk].add_chains, changes[pk].drop_chains) for pk in known}
    kets = {pk: (changes[pk].add_kets, changes[pk].drop_kets) for pk in known}
    _retag(Call.value_chains.through, "valuechain_id", ValueChain, chains)
    _retag(Call.kets.through, "term_id", Term, kets)
    return len(known)


def state_of(call: Call) -> str:
    """Name what a person can edit of a call as it stands: another name, and somebody saved meanwhile."""
    dates = [(row.pk, row.kind, row.at.isoformat(), row.zone, row.verified) for row in call.deadlines.order_by("pk")]
    tags = [sorted(getattr(call, name).values_list("pk", flat=True)) for name in TAGS]
    facts = [str(getattr(call, name)) for name in FIELDS]
    return sha256(repr((facts, sorted(call.rules.items()), tags, dates)).encode()).hexdigest()[:32]


# Fields -------------------------------------------------------------------------------------------------------------


def _require(by: Member) -> None:
    if not can_edit_calls(by):
        raise NotAllowed


def _fill(call: Call, content: Mapping[str, Any]) -> None:
    unknown = set(content) - set(CONTENT)
    if unknown:
        raise TypeError(f"Not content of a call: {sorted(unknown)}")
    for name in LINES:
        if name in content:
            setattr(call, name, clean_line(name, content[name] or ""))
    if "summary" in content:
        call.summary = clean_field("summary", content["summary"] or "")
    for name in FACTS:
        if name in content:
            setattr(call, name, content[name])
    # Rules that have no words are for programs: they stay.
    call.rules = {**call.rules, **content.get("rules", {})}
    call.rules = {name: value for name, value in call.rules.items() if value is not None}
    _check_ranges(call)
    call.full_clean()


def _check_ranges(call: Call) -> None:
    ranges = [
        ("budget_max", call.budget_min, call.budget_max),
        ("trl_max", call.trl_min, call.trl_max),
        ("max_organisations", call.rules.get("min_organisations"), call.rules.get("max_organisations")),
    ]
    for name, low, high in ranges:
        if low is not None and high is not None and low > high:
            raise ValidationError({name: _("The largest value is smaller than the smallest one.")})


def _fill_tags(call: Call, content: Mapping[str, Any]) -> None:
    for name in TAGS:
        if name in content:
            getattr(call, name).set(content[name])


def _settle(candidate: Candidate, call: Call, *, by: Member, at: datetime) -> None:
    open_ones = Candidate.objects.filter(pk=candidate.pk, call=None)
    if not open_ones.update(call=call, settled_at=at, settled_by=by):
        raise Conflict("candidate_settled")


def _retag(
    pairs: Any, column: str, model: type[Model], changes: Mapping[int, tuple[frozenset[int], frozenset[int]]]
) -> None:
    """Write one kind of tag: three queries, however many calls and tags."""
    wanted = {(call, tag) for call, (add, _drop) in changes.items() for tag in add}
    there = set(model._default_manager.filter(pk__in={tag for _call, tag in wanted}).values_list("pk", flat=True))
    rows = [pairs(**{"call_id": call, column: tag}) for call, tag in sorted(wanted) if tag in there]
    pairs.objects.bulk_create(rows, ignore_conflicts=True)
    gone = Q(pk__in=())
    for call, (_add, drop) in changes.items():
        gone |= Q(call_id=call, **{f"{column}__in": drop})
    pairs.objects.filter(gone).delete()
