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
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ideas.actions.calls import create_call, edit_call, tag_calls
from ideas.choices import CallTags
from ideas.errors import Conflict
from ideas.exchange.suggestions import hint_tags
from ideas.forms.calls import CallForm, initial_for
from ideas.forms.deadlines import PROPOSED, SPARE_ROWS, ZONES, DateRows, date_rows, place_of
from ideas.forms.taxonomy import Ticks, changes_of, keys_of, read_tag_filters, read_ticks
from ideas.models import Call, Candidate
from ideas.pages.filters import address
from ideas.pages.parts import allowed, chain_tag, ket_tag, member_of, number_in, put_on, see_other
from ideas.queries.taxonomy import calls_to_tag, chains_in_use, kets_in_use, programmes
from ideas.rules.calls import can_edit_calls

TAGGED_AT_ONCE = 50
HINT_CHARS = 1_000


def for_staff(view: Any) -> Any:
    """Ask visitors to sign in, and refuse members who don't look after the calls."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowed(request, can_edit_calls)
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


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    offered = _tags_offered()
    if request.method == "POST":
        ticks = read_ticks(request.POST, offered)
        if request.POST.get("act") != "take":
            done = tag_calls(by=member_of(request), changes=changes_of(ticks))
            messages.success(request, ngettext("%d call was tagged.", "%d calls were tagged.", done) % done)
            return see_other(request.get_full_path())
    else:
        ticks = {}
    filters = read_tag_filters(request.GET)
    # Django takes a thousand fields: with many tags a page shows fewer calls.
    calls, cursor = calls_to_tag(filters, at=at, size=min(TAGGED_AT_ONCE, 900 // (len(offered) + 1)))
    context = {
        "calls": [_tag_row(call, offered, ticks.get(call.pk), request.POST.get("act") == "take") for call in calls],
        "offered": offered.values(),
        "filters": filters,
        "shows": CallTags.choices,
        "programmes": programmes(),
        "next": address(request.GET, cursor=cursor) if cursor else "",
    }
    return render(request, "calls/tags.html", context)


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


# Tags ---------------------------------------------------------------------------------------------------------------


def _tags_offered() -> dict[str, dict[str, Any]]:
    """Every tag that may be given, by its key: {"c3": {key, code, name, hint}}; `hint` is what suggestions call it."""
    chains = {f"c{chain.pk}": {**chain_tag(chain), "hint": chain.slug} for chain in chains_in_use()}
    kets = {f"k{ket.pk}": {**ket_tag(ket), "hint": ket.code} for ket in kets_in_use()}
    return {key: {**tag, "key": key} for key, tag in (chains | kets).items()}


def _tag_row(call: Call, offered: dict[str, dict[str, Any]], ticks: Ticks | None, taken: bool) -> dict[str, Any]:
    """A call with every tag: which it has or was given just now, and which its words suggest."""
    words = hint_tags(f"{call.identifier} {call.title} {call.call_title} {call.summary[:HINT_CHARS]}")
    hints = {"c": words.chains, "k": words.kets}
    has = keys_of(call)
    suggested = {key for key, tag in offered.items() if tag["hint"] in hints[key[0]]} - has
    ticked = ticks.ticked if ticks else has
    if taken:
        ticked = ticked | suggested
    choices: dict[str, list[dict[str, Any]]] = {"c": [], "k": []}
    for key, tag in offered.items():
        choices[key[0]].append({**tag, "ticked": key in ticked, "suggested": key in suggested})
    return {
        "call": call,
        "shown": " ".join(sorted(has)),
        "choices": list(choices.values()),
        "suggested": len(suggested),
    }
