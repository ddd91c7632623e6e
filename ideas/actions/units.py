"""Writes of units: which organisation is a part of which other one. One level, no circles."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.board import reindex
from ideas.actions.notifications import notify
from ideas.actions.organisations import ideas_with
from ideas.choices import NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Member, Notification, Organisation
from ideas.queries.affiliations import keepers_of
from ideas.rules.affiliations import can_let_unit_go, can_take_as_unit


@transaction.atomic(durable=True)
def take_unit(*, by: Member, parent: Organisation, unit: Organisation, at: datetime) -> Organisation:
    """Make an organisation a unit of another one: before the rules of calls the two count as one. Twice is once.

    Who looks after either side is told. Its people stay its own. Raises NotAllowed, ValidationError,
    Conflict("unit_taken", "unit_of_unit", "unit_has_units").
    """
    ideas = list(ideas_with([unit]))
    rows = _lock_organisations(parent.pk, unit.pk)
    parent, unit = rows[parent.pk], rows[unit.pk]
    if not can_take_as_unit(by, parent, unit):
        raise NotAllowed
    if unit.parent_id == parent.pk:
        return unit
    _check_levels(parent, unit)
    _set_parent(unit, parent)
    told = _tell(unit, parent, "taken", by=by, at=at)
    publish.organisation_changed(reindex(ideas), told)
    return unit


@transaction.atomic(durable=True)
def let_unit_go(*, by: Member, unit: Organisation, at: datetime) -> Organisation:
    """Make a unit independent again; who looks after either side is told.

    Raises NotAllowed, Conflict("wrong_state").
    """
    ideas = list(ideas_with([unit]))
    unit = _lock_organisations(unit.pk)[unit.pk]
    parent = unit.parent
    if not can_let_unit_go(by, unit):
        raise NotAllowed
    if parent is None:
        raise Conflict("wrong_state")
    _set_parent(unit, None)
    told = _tell(unit, parent, "let_go", by=by, at=at)
    publish.organisation_changed(reindex(ideas), told)
    return unit


def _check_levels(parent: Organisation, unit: Organisation) -> None:
    if unit.pk == parent.pk:
        raise ValidationError({"unit": _("An organisation can't be a unit of itself.")})
    if unit.parent_id:
        raise Conflict("unit_taken")
    if parent.parent_id:
        raise Conflict("unit_of_unit")
    if unit.units.exists():
        raise Conflict("unit_has_units")


def _lock_organisations(*ids: int) -> dict[int, Organisation]:
    """Load organisations for a write, in the order of their ids: two who make units never wait in a circle."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _set_parent(unit: Organisation, parent: Organisation | None) -> None:
    unit.parent = parent
    unit.save(update_fields=["parent"])


def _tell(unit: Organisation, parent: Organisation, step: str, *, by: Member, at: datetime) -> list[Notification]:
    keepers = {member.pk: member for member in [*keepers_of(unit), *keepers_of(parent)]}
    keepers.pop(by.pk, None)
    return notify(
        members=keepers.values(), kind=NotificationKind.UNIT_CHANGED, idea=None, url=unit.get_absolute_url(), at=at,
        key=f"unit.{unit.pk}.{at.isoformat()}",
        data={"actor": by.name, "organisation": unit.name, "parent": parent.name, "step": step},
    )  # fmt: skip
