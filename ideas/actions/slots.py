"""Writes of the places that an idea offers to partners."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import lock_idea, lock_with_idea, recount
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, RoleSlot
from ideas.rules.joining import can_change_slots

MAX_TEXT_CHARS = 3_000
SLOT = ("role", "expertise", "work", "kinds", "accredited", "wanted", "mandatory")


@transaction.atomic(durable=True)
def add_slot(*, by: Member, idea: Idea, content: Mapping[str, Any]) -> RoleSlot:
    """Say which partner an idea looks for. `content` maps names of `SLOT`. Raises NotAllowed, ValidationError."""
    idea = lock_idea(idea.pk)
    if not can_change_slots(by, idea):
        raise NotAllowed
    last = idea.slots.aggregate(last=Max("position"))["last"] or 0
    slot = RoleSlot(idea=idea, position=last + 1)
    fill_slot(slot, content)
    recount(idea)
    publish.consortium_changed(idea)
    return slot


@transaction.atomic(durable=True)
def edit_slot(*, by: Member, slot: RoleSlot, content: Mapping[str, Any]) -> RoleSlot:
    """Change a place. It can't want fewer than it has. Raises NotAllowed, ValidationError."""
    slot = lock_with_idea(slot, RoleSlot.objects.all())
    idea = slot.idea
    if not can_change_slots(by, idea):
        raise NotAllowed
    fill_slot(slot, content)
    recount(idea)
    publish.consortium_changed(idea)
    return slot


@transaction.atomic(durable=True)
def remove_slot(*, by: Member, slot: RoleSlot) -> None:
    """Take a place away; requests for it stay, without a place. Raises NotAllowed, Conflict("slot_filled")."""
    slot = lock_with_idea(slot, RoleSlot.objects.all())
    idea = slot.idea
    if not can_change_slots(by, idea):
        raise NotAllowed
    if slot.filled:
        raise Conflict("slot_filled")
    slot.delete()
    recount(idea)
    publish.consortium_changed(idea)


def fill_slot(slot: RoleSlot, content: Mapping[str, Any]) -> None:
    """Fill a place, check and save it. Raises ValidationError by field."""
    unknown = set(content) - set(SLOT)
    if unknown:
        raise TypeError(f"Not content of a slot: {sorted(unknown)}")
    for name, value in content.items():
        typed = name in {"expertise", "work"}
        setattr(slot, name, text.clean_field(name, value, most=MAX_TEXT_CHARS) if typed else value)
    if slot.wanted < slot.filled:
        raise ValidationError({"wanted": _("More partners than that have this place already.")})
    slot.full_clean(exclude=["idea"])
    slot.save()
