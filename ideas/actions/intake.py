"""Files of ideas: keep one, say what its lines would become, make drafts of them one by one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ideas import publish
from ideas.actions.board import count_slots, index_idea, new_reference
from ideas.actions.ideas import fill_idea, fill_sets, keep_version
from ideas.actions.slots import fill_slot
from ideas.errors import Conflict, NotAllowed, reason_of
from ideas.exchange.calls import Refused
from ideas.exchange.ideas import read_record, storable
from ideas.exchange.tables import Table
from ideas.models import Idea, Intake, Member, RoleSlot
from ideas.queries.intake import Meaning, Vocabulary, meaning_of, vocabulary

READY, REFUSED, DONE = "ready", "refused", "done"
# A file that nobody imports goes after so long.
KEPT = timedelta(days=14)
SHOWN_CHARS = 200


@transaction.atomic(durable=True)
def keep_ideas(*, by: Member, name: str, kind: str, table: Table, columns: Mapping[str, str], at: datetime) -> Intake:
    """Keep a file of ideas for its preview, with what each line would become. Older ones of the member go."""
    Intake.objects.filter(by=by, at__lt=at - KEPT).delete()
    lines = [_kept(line, cells) for line, cells in table.rows]
    intake = Intake(by=by, at=at, name=name[-200:], kind=kind, header=table.header, columns=dict(columns), lines=lines)
    _judge(intake, at)
    intake.save()
    return intake


@transaction.atomic(durable=True)
def choose_idea_columns(*, by: Member, intake: Intake, columns: Mapping[str, str], at: datetime) -> Intake:
    """Say which column tells what, and judge the lines anew. Raises NotAllowed, Conflict("already_imported")."""
    intake = _lock(by, intake)
    if any(line["outcome"] == DONE for line in intake.lines):
        raise Conflict("already_imported")
    intake.columns = dict(columns)
    _judge(intake, at)
    intake.save(update_fields=["columns", "lines"])
    return intake


@transaction.atomic(durable=True)
def import_idea(*, by: Member, intake: Intake, number: int, at: datetime) -> Idea:
    """Make a draft of a line, the member's own, exactly once: the line keeps its reference in the same transaction.

    Raises NotAllowed, Conflict("already_imported"), and ValidationError where the line no longer fits.
    """
    intake = _lock(by, intake)
    line = intake.lines[number]
    if line["outcome"] != READY:
        raise Conflict("already_imported")
    try:
        record = _record(intake, line)
        told = meaning_of(record, vocabulary(by, [record]), at=at)
    except Refused as refusal:
        raise ValidationError({"title": str(refusal)}) from refusal
    idea = _draft(by, told, reference=new_reference(at), at=at)
    idea.save(force_insert=True)
    idea.authors.add(by)
    fill_sets(idea, told.content)
    for position, content in enumerate(told.slots, start=1):
        fill_slot(RoleSlot(idea=idea, position=position), content)
    count_slots(idea)
    moves = index_idea(idea)
    keep_version(idea, by=by, at=at)
    line.update(outcome=DONE, reference=idea.reference)
    intake.save(update_fields=["lines"])
    publish.idea_changed(idea, moves)
    return idea


@transaction.atomic(durable=True)
def refuse_line(*, by: Member, intake: Intake, number: int, reason: str) -> Intake:
    """Note why a line could not be imported after all. Raises NotAllowed."""
    intake = _lock(by, intake)
    if intake.lines[number]["outcome"] == READY:
        intake.lines[number].update(outcome=REFUSED, reason=reason[:SHOWN_CHARS])
        intake.save(update_fields=["lines"])
    return intake


@transaction.atomic(durable=True)
def discard_ideas(*, by: Member, intake: Intake) -> None:
    """Throw a file away; drafts that came of it stay. Raises NotAllowed."""
    _lock(by, intake).delete()


def _lock(by: Member, intake: Intake) -> Intake:
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    if intake.by_id != by.pk:
        raise NotAllowed
    return intake


def _kept(line: int, cells: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"line": line, "cells": storable(dict(cells))}
    except Refused as refusal:
        return {"line": line, "cells": {}, "unkept": str(refusal)}


def _judge(intake: Intake, at: datetime) -> None:
    """Say of every line what it would become, without writing any idea."""
    records = [_try_record(intake, line) for line in intake.lines]
    known = vocabulary(intake.by, [record for record in records if isinstance(record, dict)])
    for line, record in zip(intake.lines, records, strict=True):
        line.update(outcome=REFUSED, title="", reason="", remarks=[], reference="")
        if isinstance(record, str):
            line["reason"] = record[:SHOWN_CHARS]
        else:
            line["title"] = record["title"][:SHOWN_CHARS]
            _judge_one(line, record, known, by=intake.by, at=at)


def _judge_one(line: dict[str, Any], record: dict[str, Any], known: Vocabulary, *, by: Member, at: datetime) -> None:
    try:
        told = meaning_of(record, known, at=at)
        _draft(by, told, reference="JVL-0000-0000", at=at)
        for content in told.slots:
            RoleSlot(**content).full_clean(exclude=["idea"])
    except Refused as refusal:
        line["reason"] = str(refusal)[:SHOWN_CHARS]
    except ValidationError as refusal:
        line["reason"] = reason_of(refusal)[:SHOWN_CHARS]
    else:
        line.update(outcome=READY, remarks=told.remarks)


def _try_record(intake: Intake, line: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return _record(intake, line)
    except Refused as refusal:
        return str(refusal)


def _record(intake: Intake, line: dict[str, Any]) -> dict[str, Any]:
    if "unkept" in line:
        raise Refused(line["unkept"])
    return read_record(line["cells"], intake.columns if intake.kind != "json" else None)


def _draft(by: Member, told: Meaning, *, reference: str, at: datetime) -> Idea:
    """Fill an idea that isn't saved yet. Raises ValidationError by field."""
    idea = Idea(created_by=by, created_at=at, activity_at=at, reference=reference)
    fill_idea(idea, told.content, by=by, at=at)
    return idea
