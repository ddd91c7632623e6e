"""Pages of what a member follows: follow, unfollow, the lead times of reminders, the frequency of mail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ideas.actions import following as actions
from ideas.forms.following import LEADS, CallRemindersForm, ChoicesForm, FollowForm
from ideas.models import Call, CallFollow, Member, ValueChain
from ideas.moments import moment
from ideas.pages.accounts import next_page
from ideas.pages.parts import chain_tag, ket_tag, member_of, put_on, see_other
from ideas.queries.calls import next_closing
from ideas.queries.following import Followed, followed_things, is_on_team, own_follows
from ideas.queries.taxonomy import all_kets, chains_in_use, kets_in_use, programmes


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    return _overview(request, ChoicesForm(by=member_of(request)))


@require_POST
@login_required
def follow(request: HttpRequest) -> HttpResponse:
    form = FollowForm({name: value for name, value in request.POST.items() if value})
    if form.is_valid():
        try:
            things = {name: form.cleaned_data[name] for name in form.fields}
            actions.follow(by=member_of(request), at=timezone.now(), **things)
            return see_other(next_page(request, "following:list"))
        except ValidationError as error:
            put_on(form, error)
    _say_errors(request, form)
    return see_other(next_page(request, "following:list"))


@require_POST
@login_required
def unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    # A second click finds nothing left to do, and that is no error; somebody else's looks the same.
    row = CallFollow.objects.filter(pk=pk, member=member_of(request)).first()
    if row:
        actions.unfollow(by=member_of(request), follow=row)
    return see_other(next_page(request, "following:list"))


@require_POST
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    form = ChoicesForm(request.POST, by=member)
    if not form.is_valid():
        return _overview(request, form, status=400)
    actions.choose_reminders(by=member, lead_days=form.cleaned_data["lead_days"], mail=form.mail)
    messages.success(request, _("Your choice is saved."))
    return see_other(reverse("following:list"))


@require_POST
@login_required
def reminders(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call, slug=slug)
    form = CallRemindersForm(request.POST)
    if form.is_valid():
        actions.choose_reminders_of_call(by=member_of(request), call=call, lead_days=form.chosen, at=timezone.now())
        messages.success(request, _("Your choice is saved."))
    else:
        _say_errors(request, form)
    return see_other(f"{reverse('following:list')}#call-{call.pk}")


def _say_errors(request: HttpRequest, form: Form) -> None:
    """Say what is wrong above the page to which the reader goes back: these forms are buttons."""
    messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))


# The page -----------------------------------------------------------------------------------------------------------


def _overview(request: HttpRequest, form: ChoicesForm, status: int = 200) -> HttpResponse:
    member, now = member_of(request), timezone.now()
    followed = followed_things(member)
    things = [_thing(row) for row in followed.tags]
    context = {
        "form": form,
        "calls": [_call(one, now) for one in followed.calls],
        "things": things,
        "choices": [group for group in _choices() if group["options"]],
    }
    return render(request, "following/list.html", context, status=status)


def _call(followed: Followed, now: datetime) -> dict[str, Any]:
    call, row = followed.call, followed.row
    coming = next_closing(call, now)
    own = row.lead_days if row else None
    return {
        "call": call,
        "row": row,
        "ideas": followed.ideas,
        "coming": moment(coming, now) if coming else None,
        "reminders": "" if own is None else _leads(own),
        "form": CallRemindersForm(
            initial={"own": "" if own is None else "1", "lead_days": [str(days) for days in own or ()]},
            auto_id=f"id_{call.pk}_%s",
        ),
    }


def _leads(days: Sequence[int]) -> str:
    """Say lead times in words."""
    return ", ".join(str(LEADS[lead]) for lead in sorted(days, reverse=True) if lead in LEADS) or _("none")


def _thing(row: CallFollow) -> dict[str, Any]:
    """What a followed programme, value chain or KET shows; `query` leads to its calls."""
    shown: dict[str, Any]
    if row.value_chain:
        shown = {"name": "value_chain", "value": row.value_chain.code, "chain": chain_tag(row.value_chain)}
    elif row.ket:
        shown = {"name": "ket", "value": row.ket.code, "ket": ket_tag(row.ket)}
    else:
        shown = {"name": "programme", "value": row.programme}
    return {"row": row, "query": urlencode({shown["name"]: shown["value"]}), **shown}


def _choices() -> list[dict[str, Any]]:
    """What could be followed besides: a select each of programmes, value chains and KETs."""
    return [
        {"name": "value_chain", "label": _("Value chain"), "options": [(c.code, c.name) for c in chains_in_use()]},
        {"name": "ket", "label": _("KET"), "options": [(ket.code, ket.name) for ket in kets_in_use()]},
        {"name": "programme", "label": _("Programme"), "options": [(name, name) for name in programmes()]},
    ]


# What other pages include -------------------------------------------------------------------------------------------


def follow_button(request: HttpRequest, call: Call) -> dict[str, Any]:
    """What `calls/_follow.html` shows of a call: whether its reader follows it, and why. Two queries for a member."""
    if not isinstance(request.user, Member):
        return {"call": call, "login": f"{reverse('account_login')}?{urlencode({'next': request.path})}"}
    row = next((row for row in own_follows(request.user) if row.call_id == call.pk), None)
    return {"call": call, "row": row, "is_team": is_on_team(request.user, call), "next": request.path}


def follow_choices(request: HttpRequest, **chosen: Sequence[str]) -> list[dict[str, Any]]:
    """What `following/_choices.html` offers where a list is narrowed to programmes, value chains or KETs.

    `chosen` are their codes and names by the filter's name; what doesn't exist isn't offered. A query for what the
    reader follows and one for each filter that is chosen; none for a visitor.
    """
    if not any(chosen.values()) or not isinstance(request.user, Member):
        return []
    things = [_thing(row) for row in own_follows(request.user) if not row.call_id]
    rows = {(thing["name"], thing["value"]): thing["row"] for thing in things}
    found = [(name, value, label) for name in chosen for value, label in _known(name, chosen[name])]
    back = request.get_full_path()
    return [
        {"name": name, "value": value, "label": label, "row": rows.get((name, value)), "next": back}
        for name, value, label in found[:6]
    ]


def _known(name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Pick what exists of the codes and names that an address gives: [(value, label)]."""
    values = [value for value in values if "\x00" not in value]
    if not values:
        return []
    if name == "value_chain":
        return [(chain.code, chain.name) for chain in ValueChain.objects.filter(code__in=values)]
    if name == "ket":
        return [(ket.code, ket.name) for ket in all_kets().filter(code__in=values)]
    return [(name, name) for name in programmes() if name in values]
