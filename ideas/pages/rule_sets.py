"""Pages on which cluster staff write what calls ask, and try it on a line-up before it counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ideas.actions import rule_sets as actions
from ideas.errors import Conflict
from ideas.forms.rule_sets import CallRulesForm, RuleSetForm, RulesForm, as_parties, line_up, with_room
from ideas.models import Call, RuleSet
from ideas.pages import radar
from ideas.pages.calls_staff import for_staff
from ideas.pages.parts import member_of, posted, put_on, see_other
from ideas.queries.rule_sets import all_sets, calls_of, kind_for, kinds, names_to_choose_from
from ideas.radar import check, numbers_in, verdict_of

KEEP, DROP, TRY = "keep", "drop", "try"


@for_staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    sets = all_sets()
    calls = calls_of(one for one in sets if not one.retired)
    rows = [{"set": one, "rules": radar.rules_in_words(one.rules), "calls": calls.get(one.pk, 0)} for one in sets]
    return render(request, "rule_sets/list.html", {"rows": rows})


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    copied = RuleSet.objects.filter(code=request.GET.get("from", "").replace("\x00", "")).first()
    form = RuleSetForm(posted(request), rule_set=copied, copied=True)
    if request.method != "POST" or request.POST.get("act") in (TRY, KEEP):
        return _show_set(request, form, None, copied)
    if not form.is_valid():
        return _show_set(request, form, None, copied, status=400)
    samples = copied.samples if copied else []
    try:
        rule_set = actions.add_rule_set(by=member_of(request), content=form.content, samples=samples)
    except ValidationError as refusal:
        return _show_set(request, form, None, copied, status=put_on(form, refusal))
    messages.success(request, _("The kind of call is there. Its calls ask what it says from now on."))
    return see_other(_address(rule_set))


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    rule_set, by = get_object_or_404(RuleSet, code=code), member_of(request)
    form, act = RuleSetForm(posted(request), rule_set=rule_set), request.POST.get("act", "")
    if request.method != "POST" or act == TRY:
        return _show_set(request, form, rule_set)
    if act == KEEP:
        return _keep(request, form, rule_set)
    if act.startswith(DROP):
        rule_set = actions.drop_sample(by=by, rule_set=rule_set, name=act.removeprefix(DROP).strip())
        return _show_set(request, form, rule_set)
    if not form.is_valid():
        return _show_set(request, form, rule_set, status=400)
    try:
        seen = form.cleaned_data["seen"]
        rule_set = actions.edit_rule_set(by=by, rule_set=rule_set, content=form.content, seen=seen)
    except ValidationError as refusal:
        return _show_set(request, form, rule_set, status=put_on(form, refusal))
    except Conflict as refusal:
        rule_set.refresh_from_db()
        return _show_again(request, form, rule_set, refusal)
    messages.success(request, _("Saved. Ideas that aim at these calls show it already."))
    return see_other(_address(rule_set))


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def of_call(request: HttpRequest, slug: str) -> HttpResponse:
    call, among = get_object_or_404(Call, slug=slug), kinds()
    kind = kind_for(call, among)
    asked = kind.rules if kind else {}
    form = CallRulesForm(posted(request), call=call, of_kind=asked)
    if request.method != "POST" or request.POST.get("act") == TRY:
        return _show_call(request, form, call, kind)
    if not form.is_valid():
        return _show_call(request, form, call, kind, status=400)
    try:
        seen = form.cleaned_data["seen"]
        actions.write_call_rules(by=member_of(request), call=call, rules=form.rules, seen=seen)
    except ValidationError as refusal:
        return _show_call(request, form, call, kind, status=put_on(form, refusal))
    except Conflict as refusal:
        call.refresh_from_db()
        fresh = CallRulesForm(_with_seen(request, CallRulesForm(call=call, of_kind=asked)), call=call, of_kind=asked)
        fresh.is_valid()
        status = put_on(fresh, refusal)
        return _show_call(request, fresh, call, kind, status=status, theirs=radar.rules_in_words(call.rules))
    messages.success(request, _("Saved. Ideas that aim at this call show it already."))
    return see_other(call.get_absolute_url())


# Parts --------------------------------------------------------------------------------------------------------------


def _keep(request: HttpRequest, form: RuleSetForm, rule_set: RuleSet) -> HttpResponse:
    """Keep the line-up on the page as a sample; what was typed into the rules stays typed, and unsaved."""
    typed = line_up(request.POST)
    status, error = 200, ""
    if typed.is_valid():
        try:
            name = request.POST.get("sample", "")
            rule_set = actions.keep_sample(by=member_of(request), rule_set=rule_set, name=name, parties=typed.parties)
        except ValidationError as refusal:
            status, error = 400, refusal.messages[0]
        except Conflict as refusal:
            status, error = 409, str(refusal.text)
    return _show_set(request, form, rule_set, status=status, sample_error=error)


def _show_again(request: HttpRequest, form: RuleSetForm, rule_set: RuleSet, refusal: Conflict) -> HttpResponse:
    """After somebody else's save: what was typed stays, theirs stands beside it, and a second press saves it over."""
    fresh = RuleSetForm(_with_seen(request, RuleSetForm(rule_set=rule_set)), rule_set=rule_set)
    fresh.is_valid()
    status = put_on(fresh, refusal)
    return _show_set(request, fresh, rule_set, status=status, theirs=radar.rules_in_words(rule_set.rules))


def _with_seen(request: HttpRequest, current: RulesForm) -> Any:
    data = request.POST.copy()
    data["seen"] = current.initial["seen"]
    return data


def _show_set(
    request: HttpRequest, form: RuleSetForm, rule_set: RuleSet | None, copied: RuleSet | None = None, **more: Any
) -> HttpResponse:
    source = rule_set or copied
    saved = dict(source.rules) if source else {}
    context = {"rule_set": rule_set, "copied": copied, "samples": _samples(source, saved, _asked(form, saved))}
    return _show(request, "rule_sets/form.html", form, saved, context | more)


def _show_call(
    request: HttpRequest, form: CallRulesForm, call: Call, kind: RuleSet | None, **more: Any
) -> HttpResponse:
    saved = numbers_in({**(kind.rules if kind else {}), **call.rules})
    return _show(request, "rule_sets/call.html", form, saved, {"call": call, "kind": kind} | more)


def _show(
    request: HttpRequest,
    template: str,
    form: RuleSetForm | CallRulesForm,
    saved: Mapping[str, int],
    more: dict[str, Any],
) -> HttpResponse:
    """Draw rules, line-up and, where a line-up is typed, what the radar says of it with the rules as they are typed."""
    typed = line_up(posted(request), _chosen_sample(request, more.get("samples", ())))
    is_readable = not typed.is_bound or typed.is_valid()
    rules, parties = _asked(form, saved), typed.parties if typed.is_bound and is_readable else []
    judged = None
    if typed.is_bound and is_readable and rules:
        judged = radar.panel_part(check(rules, as_parties(parties)), radar.words())
    status = more.pop("status", 200)
    context = {
        "form": form,
        "line_up": with_room(typed) if typed.is_bound and is_readable else typed,
        "organisations": names_to_choose_from(),
        "judged": judged,
        "unread": not is_readable,
        "tried": request.method == "POST",
        "said": ngettext("%d organisation", "%d organisations", len(parties)) % len(parties),
    }
    return render(request, template, context | more, status=status)


def _asked(form: RuleSetForm | CallRulesForm, saved: Mapping[str, int]) -> dict[str, int]:
    """The rules as they are typed; as they are saved where nothing is typed yet."""
    if not form.is_bound:
        return dict(saved)
    form.is_valid()
    return form.effective


def _chosen_sample(request: HttpRequest, samples: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The parties of the kept line-up that the address names."""
    name = request.GET.get("sample", "")
    return next((list(one["parties"]) for one in samples if one["name"] == name), [])


def _samples(rule_set: RuleSet | None, saved: Mapping[str, int], typed: Mapping[str, int]) -> list[dict[str, Any]]:
    """Judge the kept line-ups by the rules as saved and as typed: [{name, size, was, now, differs, …}]."""
    said = radar.words()["verdicts"]
    rows = []
    for sample in rule_set.samples if rule_set else ():
        parties = as_parties(sample["parties"])
        was, now = (verdict_of(check(rules, parties)).name.lower() for rules in (saved, typed))
        row = {"name": sample["name"], "parties": sample["parties"], "size": len(parties), "differs": was != now}
        rows.append(row | {"was": said[was], "now": said[now], "verdict": now})
    return rows


def _address(rule_set: RuleSet) -> str:
    return reverse("rule_sets:edit", args=[rule_set.code])
