"""Pages on which a profile is written: a new organisation, and one that there is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions.organisations import create_organisation, edit_organisation
from ideas.errors import Conflict, NotAllowed
from ideas.forms.organisations import OrganisationForm, project_rows
from ideas.models import Organisation
from ideas.pages.parts import allowed, member_of, put_on, see_other
from ideas.queries.organisations import projects_by_hand, whole_organisation
from ideas.rules.organisations import can_create_organisations, can_edit_organisation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    by = allowed(request, can_create_organisations)
    if request.method != "POST":
        return _show(request, OrganisationForm(by=by), project_rows())
    form, rows = OrganisationForm(request.POST, by=by), project_rows(request.POST)
    if not _are_valid(form, rows):
        return _show(request, form, rows, status=400)
    content = form.content() | {"projects": rows.projects()}
    try:
        organisation = create_organisation(by=by, content=content, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, form, rows, status=put_on(form, refusal))
    messages.success(request, _("The organisation is in the directory."))
    return see_other(organisation.get_absolute_url())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    by, organisation = member_of(request), get_object_or_404(whole_organisation(slug))
    if not can_edit_organisation(by, organisation):
        raise NotAllowed
    if request.method != "POST":
        rows = project_rows(projects=projects_by_hand(organisation))
        return _show(request, OrganisationForm(by=by, organisation=organisation), rows, organisation)
    form = OrganisationForm(request.POST, by=by, organisation=organisation)
    rows = project_rows(request.POST)
    if not _are_valid(form, rows):
        return _show(request, form, rows, organisation, status=400)
    content = form.content() | {"projects": rows.projects()}
    version = form.cleaned_data["version"] or 0
    try:
        edit_organisation(by=by, organisation=organisation, content=content, version=version, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, form, rows, organisation, status=put_on(form, refusal))
    except Conflict as refusal:
        return _show_both(request, form, rows, organisation, refusal)
    messages.success(request, _("Saved."))
    return see_other(organisation.get_absolute_url())


def _are_valid(form: OrganisationForm, rows: Any) -> bool:
    """Whether all can be read; where only a project can't, the head of the form says so, too."""
    valid = form.is_valid(), rows.is_valid()
    if not valid[1]:
        told = [str(error) for error in rows.non_form_errors()]
        form.add_error(None, told or [_("A project can't be read yet: what is wrong stands beside it.")])
    return all(valid)


def _show(
    request: HttpRequest,
    form: OrganisationForm,
    rows: Any,
    organisation: Organisation | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "organisation": organisation,
        "suggestions": reverse("competences:suggestions"),
        "draft_key": f"organisation-{organisation.slug}" if organisation else "organisation-new",
        **more,
    }
    return render(request, "organisations/form.html", context, status=status)


def _show_both(
    request: HttpRequest, form: OrganisationForm, rows: Any, organisation: Organisation, refusal: Conflict
) -> HttpResponse:
    """Somebody saved first: what differs side by side, and the next save goes over the newer one knowingly."""
    by, newer = member_of(request), Organisation.objects.get(pk=organisation.pk)
    theirs = OrganisationForm(by=by, organisation=newer)
    their_rows = project_rows(projects=projects_by_hand(newer))
    pairs = [(form[name].label, theirs.shown(name), form.shown(name)) for name in form.fields if name != "version"]
    pairs.append((_("Past projects"), their_rows.shown(), rows.shown()))
    differences = [{"label": label, "theirs": old, "mine": own} for label, old, own in pairs if old != own]
    typed = request.POST.copy()
    typed["version"] = str(newer.version)
    again = OrganisationForm(typed, by=by, organisation=newer)
    again.full_clean()
    return _show(request, again, rows, newer, status=put_on(again, refusal), differences=differences)
