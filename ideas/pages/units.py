"""Pages of units: what an organisation is a part of, and what is a part of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions.units import let_unit_go, take_unit
from ideas.errors import Conflict, NotAllowed
from ideas.forms.affiliations import UnitForm
from ideas.models import Member, Organisation
from ideas.pages.parts import allowed, member_of, posted, put_on, see_other
from ideas.queries.units import units_of, units_open_to
from ideas.rules.affiliations import can_let_unit_go, can_look_after

MOST_SUGGESTED = 500


def family_context(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Give an organisation's page what `units/_family.html` draws: {"family": …}. For everybody: the directory is."""
    by = request.user if isinstance(request.user, Member) else None
    units = list(units_of(organisation))
    may = can_let_unit_go if organisation.parent_id else can_look_after
    is_kept = by is not None and may(by, organisation)
    found = {
        "parent": organisation.parent,
        "units": units,
        "add_url": reverse("units:add", args=[organisation.slug]) if is_kept and not organisation.parent_id else "",
        "go_url": reverse("units:let_go", args=[organisation.slug]) if is_kept and organisation.parent_id else "",
    }
    return {"family": found}


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, slug: str) -> HttpResponse:
    parent = get_object_or_404(Organisation, slug=slug)
    by = allowed(request, lambda member: can_look_after(member, parent))
    units = units_open_to(by, parent)
    form, status = UnitForm(posted(request), units=units), 200 if request.method == "GET" else 400
    if form.is_valid():
        unit = form.cleaned_data["unit"]
        try:
            take_unit(by=by, parent=parent, unit=unit, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(
                request, _("%(unit)s is a unit now. Before a call's rules the two count as one.") % {"unit": unit.name}
            )
            return see_other(f"{parent.get_absolute_url()}#units")
    suggested = units.values_list("name", flat=True)[:MOST_SUGGESTED]
    context = {"organisation": parent, "form": form, "suggested": suggested}
    return render(request, "units/add.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def let_go(request: HttpRequest, slug: str) -> HttpResponse:
    unit = get_object_or_404(Organisation.objects.select_related("parent"), slug=slug)
    by, form, status = member_of(request), Form(posted(request)), 200
    if not can_let_unit_go(by, unit):
        raise NotAllowed
    if form.is_valid():
        try:
            let_unit_go(by=by, unit=unit, at=timezone.now())
        except Conflict as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("%(unit)s is independent now.") % {"unit": unit.name})
            return see_other(unit.get_absolute_url())
    return render(request, "units/let_go.html", {"organisation": unit, "form": form}, status=status)
