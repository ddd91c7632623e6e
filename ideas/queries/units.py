"""Reads of units: what an organisation is a part of, and what is a part of it."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ideas.choices import AffiliationRole
from ideas.models import Affiliation, Member, Organisation


def units_of(organisation: Organisation) -> QuerySet[Organisation]:
    """Select an organisation's units, by name."""
    return organisation.units.select_related("province").order_by("name", "id")


def units_open_to(member: Member, parent: Organisation) -> QuerySet[Organisation]:
    """Select the organisations that a member may make units of `parent` now, by name: see `can_take_as_unit`."""
    free = Organisation.objects.filter(parent=None).exclude(pk=parent.pk)
    free = free.filter(~Exists(Organisation.objects.filter(parent=OuterRef("pk"))))
    if not member.is_staff:
        administrators = Affiliation.objects.filter(
            organisation=OuterRef("pk"), role=AffiliationRole.ADMINISTRATOR, member__is_active=True
        )
        free = free.filter(Q(Exists(administrators.filter(member=member))) | ~Exists(administrators))
    return free.order_by("name", "id")
