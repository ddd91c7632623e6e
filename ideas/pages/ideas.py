"""Pages of ideas: reading one, taking one through its lifecycle. Writing one is `idea_form`."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import moments
from ideas.actions.ideas import change_state, renew_idea
from ideas.choices import IdeaState, Visibility
from ideas.errors import NotAllowed
from ideas.forms.ideas import RenewForm, StateForm
from ideas.models import Idea, IdeaTransition
from ideas.money import euros
from ideas.pages import (
    annexes,
    attachments,
    comments,
    conflicts,
    decided,
    facets,
    history,
    idea_form,
    joining,
    matching,
    merging,
    partners,
    parts,
    plans,
)
from ideas.queries import ideas as queries
from ideas.queries.filters import IdeaFilters
from ideas.queries.merging import merged_into_for
from ideas.queries.shortlists import lists_with, open_shortlists_for
from ideas.queries.topics import idea_topic
from ideas.rules.ideas import CAN_EXPIRE, can_change_state, can_edit_idea, is_expired, next_states, renewed_until
from realtime import log

# What each step is called on its button; withdrawing asks for a reason.
STEP_LABELS = {
    IdeaState.OPEN: gettext_lazy("Open"),
    IdeaState.PREPARING: gettext_lazy("Start preparing"),
    IdeaState.SUBMITTED: gettext_lazy("Mark as submitted"),
    IdeaState.FUNDED: gettext_lazy("Mark as funded"),
    IdeaState.NOT_FUNDED: gettext_lazy("Mark as not funded"),
    IdeaState.PARKED: gettext_lazy("Park"),
    IdeaState.WITHDRAWN: gettext_lazy("Withdraw"),
}


@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    found = parts.visible_idea_id(request, reference)
    if found is None:
        return _show_teaser(request, reference, at)
    # The position before the rows: a change that comes twice is harmless, one that is missed is not.
    position = log.position(idea_topic(found))
    idea = queries.whole_idea(found).get()
    into = merged_into_for(request.user, idea)
    if into is not None and "stay" not in request.GET:
        messages.info(request, _("%(reference)s was merged into this idea.") % {"reference": idea.reference})
        return redirect(into)
    names = parts.read_names()
    may = _what_may(request, idea)
    context = {
        "idea": idea,
        "position": position,
        "chains": [names.chain(code) for code in idea.tags["chains"]],
        "kets": [names.ket(code) | {"url": facets.address(_only(ket=code))} for code in idea.tags["kets"]],
        "visibility": _who_sees(idea),
        "history": history.history_of(idea, request.user),
        "merged_into": into,
        "question": _question(idea) if may["may"]["edit"] else None,
        "validity": _validity(idea, at, may_edit=may["may"]["edit"]),
        "texts": parts.long_texts(idea.html),
        "deadline": _deadline(idea, at),
        "facts": _facts(idea),
        "shortlists": lists_with(parts.member_of(request), idea),
        "next_calls": matching.next_calls(idea, at, may_edit=may["may"]["edit"]),
        **may,
        **decided.panel_context(request, idea),
        **conflicts.panel_context(parts.member_of(request), idea),
        **merging.panel_context(parts.member_of(request), idea),
        **annexes.link_context(parts.member_of(request), idea, may_write=may["may"]["edit"]),
        **attachments.panel_context(request, idea),
        **plans.panel_context(request, idea, at=at),
        **joining.panel_context(request, idea),
        **partners.panel_context(request, idea),
        **comments.section_context(request, idea),
    }
    return render(request, "ideas/detail.html", context)


@login_required
@require_POST
def state(request: HttpRequest, reference: str) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    idea = parts.visible_idea(request, reference)
    form = StateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This step isn't known, or the reason is too long. Nothing was changed."))
        return parts.see_other(idea.get_absolute_url())
    try:
        idea = change_state(
            by=by, idea=idea, state=form.cleaned_data["state"], reason=form.cleaned_data["reason"], at=at
        )
    except ValidationError as refusal:
        if "reason" not in refusal.error_dict:
            return idea_form.show_missing(request, idea, refusal, at=at)
        messages.error(request, " ".join(refusal.messages))
        return parts.see_other(idea.get_absolute_url())
    messages.success(request, _("The idea is now: %(state)s.") % {"state": idea.get_state_display()})
    return parts.see_other(idea.get_absolute_url())


@login_required
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, reference: str) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    idea = parts.visible_idea(request, reference)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    initial = {"until": renewed_until(idea.valid_until, timezone.localdate(at))}
    form = RenewForm(request.POST or None, initial=initial)
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            idea = renew_idea(by=by, idea=idea, until=form.cleaned_data["until"], at=at)
        except ValidationError as refusal:
            status = parts.put_on(form, refusal)
        else:
            messages.success(request, _("Valid until %(day)s.") % {"day": date_format(form.cleaned_data["until"])})
            return parts.see_other(idea.get_absolute_url())
    return render(request, "ideas/renew.html", {"idea": idea, "form": form}, status=status)


# Parts of the page of one idea --------------------------------------------------------------------------------------


def _show_teaser(request: HttpRequest, reference: str, at: datetime) -> HttpResponse:
    """What everybody may know of an idea: title, teaser, tags. Anything else is not found."""
    row = queries.public_teasers().filter(reference=reference).values(*queries.CARD_FIELDS).first()
    if row is None:
        raise Http404
    return render(request, "ideas/teaser.html", {"card": parts.cards([row], at=at, teaser=True)[0]})


def _what_may(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    by = parts.member_of(request)
    steps = [
        {"state": step, "label": STEP_LABELS[IdeaState(step)]} for step in next_states(by, idea) if step in STEP_LABELS
    ]
    may = {
        "edit": can_edit_idea(by, idea),
        "withdraw": any(step["state"] == IdeaState.WITHDRAWN for step in steps),
        "open": any(step["state"] == IdeaState.OPEN for step in steps),
    }
    may["ask_info"] = not may["edit"] and can_change_state(by, idea, IdeaState.NEEDS_INFO)
    others = [step for step in steps if step["state"] not in {IdeaState.WITHDRAWN, IdeaState.OPEN}]
    lists = list(open_shortlists_for(by, idea))
    return {"may": may, "steps": others, "open_shortlists": lists}


def _only(*, ket: str) -> IdeaFilters:
    return IdeaFilters(ket=(ket,))


def _who_sees(idea: Idea) -> str:
    """Say in two words how far the idea is shown now."""
    if not idea.audience:
        return _("Only authors and people they invite")
    shown = _("All members") if idea.visibility == Visibility.MEMBERS else _("Its value chains")
    return _("%(who)s, and a public teaser") % {"who": shown} if idea.public_teaser else shown


def _validity(idea: Idea, at: datetime, *, may_edit: bool) -> dict[str, Any] | None:
    """What the page says of an idea that ends soon, or has: {until, expired, proposed: a day to renew it until}."""
    today = timezone.localdate(at)
    expired = is_expired(idea.state, idea.valid_until, today)
    ends_soon = idea.valid_until is not None and idea.valid_until <= today + queries.EXPIRY_AHEAD
    if not expired and not (may_edit and ends_soon and idea.state in CAN_EXPIRE):
        return None
    proposed = renewed_until(idea.valid_until, today) if may_edit else None
    return {"until": idea.valid_until, "expired": expired, "proposed": proposed}


def _question(idea: Idea) -> IdeaTransition | None:
    """What a reviewer asked and its authors haven't answered yet by opening the idea again."""
    if idea.state != IdeaState.NEEDS_INFO:
        return None
    return idea.transitions.filter(new_state=IdeaState.NEEDS_INFO).select_related("by").order_by("-id").first()


def _deadline(idea: Idea, at: datetime) -> dict[str, Any] | None:
    if idea.deadline is None:
        return None
    left = moments.days_left(idea.deadline.at, at)
    return {
        "at": idea.deadline.at,
        "kind": idea.deadline.get_kind_display(),
        "verified": idea.deadline.verified,
        "days_left": left,
        "urgent": moments.is_urgent(left),
        "clocks": moments.clocks(idea.deadline.at, idea.deadline.zone),
    }


def _facts(idea: Idea) -> list[dict[str, Any]]:
    marks = [
        str(label) for is_set, label in ((idea.is_open, _("open")), (idea.is_disruptive, _("disruptive"))) if is_set
    ]
    now, target = idea.trl_now or "?", idea.trl_target
    trl = (f"{now} → {target}" if target else str(now)) if idea.trl_now or target else ""
    facts = [
        (_("TRL"), trl),
        (_("Nature"), idea.get_nature_display()),
        (_("Marks"), ", ".join(marks)),
        (_("Duration"), ngettext("%(n)d month", "%(n)d months", n) % {"n": n} if (n := idea.duration_months) else ""),
        (_("Budget"), euros(idea.budget_eur) if idea.budget_eur else ""),
        (_("Protection of results"), idea.get_ipr_status_display()),
        (_("Smart specialisation area"), str(idea.s3_area) if idea.s3_area else ""),
        (_("Keywords"), idea.keywords),
        (_("Partners sought in"), idea.geography),
        (_("Expressions of interest until"), date_format(idea.interest_until) if idea.interest_until else ""),
        (_("Valid until"), date_format(idea.valid_until) if idea.valid_until else ""),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]
