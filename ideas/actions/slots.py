"""Writes of the places that an idea offers to partners."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from ideas import publish, text
from ideas.actions.board import lock_idea, lock_with_idea, recount
from ideas.actions.join_steps import MAX_TEXT_CHARS, administrators_of, end, seeing, tell_of_end, tell_of_free_place
from ideas.choices import JOIN_LIVE, JOIN_UNSETTLED, JoinState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, Member, Notification, RoleSlot
from ideas.rules.joining import can_change_slots

SLOT = ("role", "expertise", "work", "kinds", "accredited", "wanted", "mandatory")
DIRECTIONS = {"up": -1, "down": 1}


@transaction.atomic(durable=True)
def add_slot(*, by: Member, idea: Idea, content: Mapping[str, Any]) -> RoleSlot:
    """Say which partner an idea looks for. `content` maps names of `SLOT`. Raises NotAllowed, ValidationError."""
    idea = lock_idea(idea.pk)
    if not can_change_slots(by, idea):
        raise NotAllowed
    last = idea.slots.aggregate(last=Max("position"))["last"] or 0
    slot = RoleSlot(idea=idea, position=last + 1)
    fill_slot(slot, content)
    _changed(idea)
    return slot


@transaction.atomic(durable=True)
def edit_slot(*, by: Member, slot: RoleSlot, content: Mapping[str, Any], at: datetime) -> RoleSlot:
    """Change a place. It can't want fewer than it has; of who waits for more of it the authors are told.

    Raises NotAllowed, ValidationError.
    """
    slot = _lock(by, slot)
    was_full = slot.filled >= slot.wanted
    fill_slot(slot, content)
    _changed(slot.idea, tell_of_free_place(slot, slot.idea, at) if was_full and slot.filled < slot.wanted else [])
    return slot


@transaction.atomic(durable=True)
def remove_slot(*, by: Member, slot: RoleSlot, at: datetime) -> None:
    """Take a place away; requests for it stay, without a place.

    One that an organisation makes without a place already ends. Raises NotAllowed, Conflict("slot_filled").
    """
    slot = _lock(by, slot)
    idea = slot.idea
    if slot.filled > slot.outside:
        raise Conflict("slot_filled")
    twice = idea.join_requests.filter(state__in=sorted(JOIN_LIVE), slot=None, organisation=OuterRef("organisation"))
    ended = slot.join_requests.filter(Exists(twice.filter(role=OuterRef("role"))), state__in=sorted(JOIN_LIVE))
    told: list[Notification] = []
    for request in ended.select_related("asked_by", "organisation", "idea"):
        concerned = seeing(request, administrators_of(request) if request.is_invitation else [request.asked_by])
        with translation.override(request.asked_by.language):
            reason = _("The place was taken away, and your organisation asks for the same without one.")
        request.reason = reason
        end(request, JoinState.EXPIRED, by=by, reason=reason, at=at)
        told += tell_of_end(request, concerned, by=by, at=at)
    slot.delete()
    _changed(idea, told, closes=bool(told))


@transaction.atomic(durable=True)
def move_slot(*, by: Member, slot: RoleSlot, direction: str) -> RoleSlot:
    """Change a place's turn with the one before it (`up`) or behind it (`down`); at the end it stays.

    Raises NotAllowed, ValidationError.
    """
    if direction not in DIRECTIONS:
        raise ValidationError({"direction": _("Up or down.")})
    slot = _lock(by, slot)
    rows = list(slot.idea.slots.order_by("position", "id"))
    here = rows.index(slot)
    there = here + DIRECTIONS[direction]
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        _renumber(rows)
        _changed(slot.idea)
    return slot


@transaction.atomic(durable=True)
def split_slot(*, by: Member, slot: RoleSlot, first: int) -> RoleSlot:
    """Make two of a place that wants several: `first` stay, the others become a place of their own behind it.

    Partners fill the first one in the order in which they joined, then the second; who waits for an answer goes along
    with what is free. Returns the second. Raises NotAllowed, ValidationError.
    """
    slot = _lock(by, slot)
    if not 1 <= first < slot.wanted:
        raise ValidationError({"first": _("Leave at least one in each of the two places.")})
    idea, partners = slot.idea, list(slot.join_requests.filter(state=JoinState.ACCEPTED).order_by("joined_at", "id"))
    content = {name: getattr(slot, name) for name in SLOT} | {"wanted": slot.wanted - first}
    second = RoleSlot(idea=idea, position=slot.position, **content)
    stay, go, outside = partners[:first], partners[first:], slot.outside
    slot.wanted, slot.outside = first, min(outside, first - len(stay))
    slot.filled = len(stay) + slot.outside
    second.outside = outside - slot.outside
    second.filled = len(go) + second.outside
    slot.save()
    second.save()
    slot.join_requests.filter(pk__in=[row.pk for row in go]).update(slot=second)
    if slot.filled >= slot.wanted and second.filled < second.wanted:
        slot.join_requests.filter(state__in=sorted(JOIN_UNSETTLED)).update(slot=second)
    rows = [row for row in idea.slots.order_by("position", "id") if row.pk != second.pk]
    rows.insert(rows.index(slot) + 1, second)
    _renumber(rows)
    _changed(idea)
    return second


@transaction.atomic(durable=True)
def fill_by_hand(*, by: Member, slot: RoleSlot) -> RoleSlot:
    """Say that what is free of a place was filled from outside: nobody can ask for it any more.

    Raises NotAllowed, Conflict("slot_filled").
    """
    slot = _lock(by, slot)
    if slot.filled >= slot.wanted:
        raise Conflict("slot_filled")
    slot.outside += slot.wanted - slot.filled
    slot.filled = slot.wanted
    slot.save(update_fields=["outside", "filled"])
    _changed(slot.idea)
    return slot


@transaction.atomic(durable=True)
def reopen_slot(*, by: Member, slot: RoleSlot, at: datetime) -> RoleSlot:
    """Take back that a place was filled from outside; of who waits for it the authors are told.

    Raises NotAllowed, Conflict("wrong_state") where nothing of it was.
    """
    slot = _lock(by, slot)
    if not slot.outside:
        raise Conflict("wrong_state")
    slot.filled -= slot.outside
    slot.outside = 0
    slot.save(update_fields=["outside", "filled"])
    _changed(slot.idea, tell_of_free_place(slot, slot.idea, at))
    return slot


def _lock(by: Member, slot: RoleSlot) -> RoleSlot:
    slot = lock_with_idea(slot, RoleSlot.objects.all())
    if not can_change_slots(by, slot.idea):
        raise NotAllowed
    return slot


def _renumber(rows: list[RoleSlot]) -> None:
    for position, row in enumerate(rows, start=1):
        row.position = position
    RoleSlot.objects.bulk_update(rows, ["position"])


def _changed(idea: Idea, told: Iterable[Notification] = (), *, closes: bool = False) -> None:
    recount(idea)
    publish.consortium_changed(idea, told, partner_left=closes)


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
