"""Pages of calls that only cluster staff have: writing one by hand, and tagging many."""

import json
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions.calls import create_call, edit_call
from ideas.errors import Conflict, NotAllowed
from ideas.forms.calls import CallForm, initial_for
from ideas.forms.deadlines import PROPOSED, SPARE_ROWS, ZONES, DateRows, date_rows, place_of
from ideas.models import Call, Candidate
from ideas.pages.parts import member_of, number_in, put_on, see_other
from ideas.queries.taxonomy import programmes
from ideas.rules.calls import can_edit_calls


def for_staff(view: Any) -> Any:
    """Ask visitors to sign in, and refuse members who don't look after the calls."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_edit_calls(member_of(request)):
            raise NotAllowed
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return login_required(guarded)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    at, by = timezone.now(), member_of(request)
    candidate = _candidate(request)
    if candidate and candidate.call:
        messages.info(request, _("This news is a call already."))
        return see_other(candidate.call.get_absolute_url())
    if request.method != "POST":
        return _show(request, CallForm(initial=initial_for(by, candidate)), date_rows(), candidate=candidate)
    if request.POST.get("act") == "add":
        return _show_more(request, candidate=candidate)
    form, rows = CallForm(request.POST), date_rows(request.POST)
    if not _are_valid(form, rows):
        return _show(request, form, rows, candidate=candidate, status=400)
    try:
        call = create_call(by=by, content=form.content(), dates=rows.dates(), candidate=candidate, at=at)
    except (ValidationError, Conflict) as refusal:
        return _show(request, form, rows, candidate=candidate, status=put_on(form, refusal))
    return _saved(request, call)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    at, by = timezone.now(), member_of(request)
    call = get_object_or_404(Call, slug=slug)
    if request.method != "POST":
        return _show(request, CallForm(call=call), date_rows(call=call), call)
    if request.POST.get("act") == "add":
        return _show_more(request, call)
    form, rows = CallForm(request.POST, call=call), date_rows(request.POST, call=call)
    if not _are_valid(form, rows):
        return _show(request, form, rows, call, status=400)
    content, seen, note = form.content(), form.cleaned_data["version"], form.cleaned_data["note"]
    try:
        call = edit_call(by=by, call=call, content=content, dates=rows.dates(), seen=seen, note=note, at=at)
    except ValidationError as refusal:
        return _show(request, form, rows, call, status=put_on(form, refusal))
    except Conflict as refusal:
        return _show_both(request, form, rows, call, refusal)
    return _saved(request, call)


# Parts of the form --------------------------------------------------------------------------------------------------


def _candidate(request: HttpRequest) -> Candidate | None:
    """The news that the address names. Raises Http404 for an unknown one."""
    if "candidate" not in request.GET:
        return None
    return get_object_or_404(Candidate.objects.select_related("call"), pk=number_in(request.GET["candidate"]))


def _are_valid(form: CallForm, rows: DateRows) -> bool:
    """Whether all can be read; where only a date can't, the head of the form says so, too."""
    valid = form.is_valid(), rows.is_valid()
    if not valid[1]:
        told = [str(error) for error in rows.non_form_errors()]
        form.add_error(None, told or [_("A date can't be read yet: what is wrong stands beside it.")])
    return all(valid)


def _show(
    request: HttpRequest, form: CallForm, rows: DateRows, call: Call | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "call": call,
        "draft_key": f"call-{call.slug}" if call else "call-new",
        "programmes": programmes(),
        "proposed": json.dumps(PROPOSED),
        "places": json.dumps({zone: place_of(zone) for zone in ZONES}),
        "own_zone": str(timezone.get_current_timezone()),
        **more,
    }
    return render(request, "calls/form.html", context, status=status)


def _show_more(request: HttpRequest, call: Call | None = None, **more: Any) -> HttpResponse:
    """The form as it was typed, with more rows for dates and without a word on what is missing yet."""
    form = CallForm(request.POST, call=call, quiet=True)
    return _show(request, form, date_rows(request.POST, call=call, quiet=True, more=SPARE_ROWS), call, **more)


def _show_both(request: HttpRequest, form: CallForm, rows: DateRows, call: Call, refusal: Conflict) -> HttpResponse:
    """Somebody saved first: what differs side by side, and the next save goes over the newer one knowingly."""
    newer = Call.objects.get(pk=call.pk)
    theirs, their_rows = CallForm(call=newer), date_rows(call=newer)
    pairs = [
        (form[name].label, theirs.shown(name), form.shown(name))
        for name in form.fields
        if name not in {"version", "note"}
    ]
    pairs.append((_("Dates"), their_rows.shown(), rows.shown()))
    differences = [{"label": label, "theirs": old, "mine": own} for label, old, own in pairs if old != own]
    typed = request.POST.copy()
    typed["version"] = theirs.initial["version"]
    again, rows_again = CallForm(typed, call=newer), date_rows(typed, call=newer)
    again.full_clean()
    return _show(request, again, rows_again, newer, status=put_on(again, refusal), differences=differences)


def _saved(request: HttpRequest, call: Call) -> HttpResponse:
    messages.success(request, _("Saved. Who follows the call hears of dates that changed."))
    return see_other(call.get_absolute_url())
