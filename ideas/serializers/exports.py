"""Shapes of ideas that leave as files: the record that can be imported again, a line of a table."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ideas.exchange.cells import Cell
from ideas.exchange.ideas import PLAIN
from ideas.models import Idea, RoleSlot

FORMAT = "jvl-ideas"
EDITION = 1
SLOT = ("role", "expertise", "work", "kinds", "accredited", "wanted", "mandatory")
COLUMNS = (
    "reference", "state", "title", "acronym", "teaser", "language", "value_chain", "other_chains", "kets", "s3_area",
    "nature", "is_open", "is_disruptive", "keywords", "problem", "approach", "expected_result", "advantage", "trl_now",
    "trl_target", "ipr_status", "call", "deadline", "duration_months", "budget_eur", "geography", "interest_until",
    "valid_until", "visibility", "public_teaser", "organisation", "slots", "partner_count", "authors", "created_at",
    "activity_at",
)  # fmt: skip


def idea_record(idea: Idea) -> dict[str, Any]:
    """Give all of an idea that a reader of its page sees and that is text or choice, by stable names and codes.

    No e-mail address, no request and no comment is in it. `idea` comes from `queries.exports`.
    """
    return {
        "reference": idea.reference,
        "state": idea.state,
        **{name: getattr(idea, name) for name in PLAIN},
        "value_chain": idea.value_chain.code,
        "other_chains": [chain.code for chain in idea.other_chains.all()],
        "kets": [term.code for term in idea.kets.all()],
        "s3_area": idea.s3_area.code if idea.s3_area else None,
        "call": idea.call.identifier if idea.call else None,
        "deadline": instant(idea.deadline.at) if idea.deadline else None,
        "interest_until": idea.interest_until.isoformat() if idea.interest_until else None,
        "valid_until": idea.valid_until.isoformat() if idea.valid_until else None,
        "organisation": idea.organisation.name if idea.organisation else None,
        "slots": [{name: getattr(slot, name) for name in SLOT} for slot in idea.slots.all()],
        "partner_count": idea.partner_count,
        "authors": [author.name for author in idea.authors.all()],
        "created_at": instant(idea.created_at),
        "activity_at": instant(idea.activity_at),
    }


def idea_line(idea: Idea) -> list[Cell]:
    """Give the same as cells in the order of `COLUMNS`; several values of one cell stand between semicolons."""
    record = idea_record(idea)
    record["slots"] = "\n".join(slot_line(slot) for slot in idea.slots.all())
    return [_cell(record[name]) for name in COLUMNS]


def slot_line(slot: RoleSlot) -> str:
    """Write a place in a line: `beneficiary: Battery packs x2`."""
    return f"{slot.role}: {slot.expertise}" + (f" x{slot.wanted}" if slot.wanted > 1 else "")


def export_head(*, by: str, at: datetime, total: int, filters: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Say what an export is: its format, who took it and when, how many ideas, and by which filters."""
    return {
        "format": FORMAT,
        "edition": EDITION,
        "exported_by": by,
        "exported_at": instant(at),
        "filters": [list(pair) for pair in filters],
        "total": total,
    }


def _cell(value: Any) -> Cell:
    return "; ".join(value) if isinstance(value, list) else value


def instant(at: datetime) -> str:
    """Write an instant as files have it: 2026-06-01T12:00:00Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
