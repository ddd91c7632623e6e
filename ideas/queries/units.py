"""Reads of units: what an organisation is a part of, and what is a part of it."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ideas.models import Member, Organisation
from ideas.rules.affiliations import active_administrators


def units_of(organisation: Organisation) -> QuerySet[Organisation]:
    """Select an organisation's units, by name."""
    return organisation.units.order_by("name", "id")


def units_open_to(member: Member, parent: Organisation) -> QuerySet[Organisation]:
    """Select the organisations that a member may make units of `parent` now, by name: see `can_take_as_unit`."""
    free = Organisation.objects.filter(parent=None).exclude(pk=parent.pk)
    free = free.filter(~Exists(Organisation.objects.filter(parent=OuterRef("pk"))))
    if not member.is_staff:
        administrators = active_administrators(OuterRef("pk"))
        free = free.filter(Q(Exists(administrators.filter(member=member))) | ~Exists(administrators))
    return free.order_by("name", "id")
