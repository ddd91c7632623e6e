"""Pages of ideas: writing one, reading one, taking one through its lifecycle."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas import moments
from ideas.actions.ideas import change_state, edit_idea, post_idea
from ideas.choices import IdeaState, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.forms.ideas import TEXTS, IdeaForm, StateForm
from ideas.models import Call, Idea
from ideas.pages import comments, facets, joining, matching, parts, plans
from ideas.queries import ideas as queries
from ideas.queries.board import IdeaFilters
from ideas.queries.shortlists import open_shortlists_for, published_entries_of
from ideas.queries.topics import idea_topic
from ideas.rules.ideas import can_edit_idea, next_states
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


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    if request.method != "POST":
        form = IdeaForm(by=by, at=at, initial=_call_asked(request))
        return _show_form(request, form)
    form = IdeaForm(request.POST, by=by, at=at)
    if not form.is_valid():
        return _show_form(request, form, status=400)
    try:
        idea = post_idea(by=by, content=form.content(), at=at)
    except ValidationError as refusal:
        return _show_form(request, form, status=parts.put_on(form, refusal))
    return _saved(request, form, idea, at=at)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    idea = parts.visible_idea(request, reference)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    if request.method != "POST":
        return _show_form(request, IdeaForm(by=by, at=at, idea=idea), idea)
    form = IdeaForm(request.POST, by=by, at=at, idea=idea)
    if not form.is_valid():
        return _show_form(request, form, idea, status=400)
    try:
        version = form.cleaned_data["version"] or 0
        idea = edit_idea(by=by, idea=idea, content=form.content(), version=version, at=at)
    except ValidationError as refusal:
        return _show_form(request, form, idea, status=parts.put_on(form, refusal))
    except Conflict as refusal:
        return _show_both(request, form, idea, refusal, at=at)
    return _saved(request, form, idea, at=at)


@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    found = parts.visible_idea_id(request, reference)
    if found is None:
        return _show_teaser(request, reference, at)
    # The position before the rows: a change that comes twice is harmless, one that is missed is not.
    position = log.position(idea_topic(found))
    idea = queries.whole_idea(found).get()
    names = parts.read_names()
    may = _what_may(request, idea)
    context = {
        "idea": idea,
        "position": position,
        "chains": [names.chain(code) for code in idea.tags["chains"]],
        "kets": [names.ket(code) | {"url": facets.address(_only(ket=code))} for code in idea.tags["kets"]],
        "visibility": _who_sees(idea),
        "history": _history(idea),
        "texts": _texts(idea),
        "deadline": _deadline(idea, at),
        "facts": _facts(idea),
        "shortlists": published_entries_of(idea.pk),
        "next_calls": matching.next_calls(idea, at, may_edit=may["may"]["edit"]),
        **may,
        **plans.panel_context(request, idea, at=at),
        **joining.panel_context(request, idea),
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
        return _show_missing(request, idea, refusal, at=at)
    messages.success(request, _("The idea is now: %(state)s.") % {"state": idea.get_state_display()})
    return parts.see_other(idea.get_absolute_url())


# Parts of the form --------------------------------------------------------------------------------------------------


def _call_asked(request: HttpRequest) -> dict[str, str]:
    """The call that the address names, for the form of a new idea; an unknown one is ignored."""
    identifier = request.GET.get("call", "").replace("\x00", "")
    found = Call.objects.filter(identifier=identifier).values_list("id", flat=True).first() if identifier else None
    return {"call": str(found)} if found else {}


def _show_form(
    request: HttpRequest, form: IdeaForm, idea: Idea | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "idea": idea,
        "action": reverse("ideas:edit", args=[idea.reference]) if idea else reverse("ideas:new"),
        "draft_key": f"idea-{idea.reference}" if idea else "idea-new",
        "may_open": idea is None or IdeaState.OPEN in next_states(parts.member_of(request), idea),
        **more,
    }
    return render(request, "ideas/form.html", context, status=status)


def _saved(request: HttpRequest, form: IdeaForm, idea: Idea, *, at: datetime) -> HttpResponse:
    """Answer a save: open the idea where that was asked, and say what happened."""
    if request.POST.get("act") != "open" or idea.state == IdeaState.OPEN:
        messages.success(
            request, _("Draft saved. Only its authors see it.") if idea.state == IdeaState.DRAFT else _("Saved.")
        )
        return parts.see_other(idea.get_absolute_url())
    try:
        change_state(by=parts.member_of(request), idea=idea, state=IdeaState.OPEN, at=at)
    except ValidationError as refusal:
        return _show_missing(request, idea, refusal, at=at)
    messages.success(request, _("Saved and opened. Everyone you chose can see it now."))
    return parts.see_other(idea.get_absolute_url())


def _show_missing(request: HttpRequest, idea: Idea, refusal: ValidationError, *, at: datetime) -> HttpResponse:
    """The form of an idea that is saved but can't be opened yet, with what is missing beside the fields."""
    by = parts.member_of(request)
    form = IdeaForm(IdeaForm(by=by, at=at, idea=idea).initial, by=by, at=at, idea=idea)
    form.full_clean()
    return _show_form(request, form, idea, status=parts.put_on(form, refusal), kept=True)


def _show_both(request: HttpRequest, form: IdeaForm, idea: Idea, refusal: Conflict, *, at: datetime) -> HttpResponse:
    """Somebody saved first: both texts side by side, and the next save goes over the newer one knowingly."""
    by = parts.member_of(request)
    newer = Idea.objects.get(pk=idea.pk)
    theirs = IdeaForm(by=by, at=at, idea=newer)
    differences = [
        {"label": form[name].label, "theirs": theirs.shown(name), "mine": form.shown(name)}
        for name in form.fields
        if name != "version" and theirs.shown(name) != form.shown(name)
    ]
    typed = request.POST.copy()
    typed["version"] = str(newer.version)
    again = IdeaForm(typed, by=by, at=at, idea=newer)
    again.full_clean()
    last = newer.versions.select_related("by").first()
    return _show_form(request, again, newer, status=parts.put_on(again, refusal), differences=differences, last=last)


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


def _history(idea: Idea) -> list[dict[str, Any]]:
    """The steps of the lifecycle, the latest first, down to the day it was written."""
    steps = [
        {
            "at": step.at,
            "text": step.get_new_state_display() + (f": {step.reason}" if step.reason else ""),
            "who": step.by.name,
            "key": step.new_state == IdeaState.OPEN,
        }
        for step in idea.transitions.all()
    ]
    return [*steps, {"at": idea.created_at, "text": _("Written down"), "who": idea.created_by.name}]


def _texts(idea: Idea) -> list[dict[str, str]]:
    return [
        {"name": name, "label": str(IdeaForm.base_fields[name].label), "html": idea.html[name]}
        for name in TEXTS
        if idea.html.get(name)
    ]


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
        (_("Budget"), parts.euros(idea.budget_eur) if idea.budget_eur else ""),
        (_("Protection of results"), idea.get_ipr_status_display()),
        (_("Smart specialisation area"), str(idea.s3_area) if idea.s3_area else ""),
        (_("Keywords"), idea.keywords),
        (_("Partners sought in"), idea.geography),
        (_("Expressions of interest until"), date_format(idea.interest_until) if idea.interest_until else ""),
        (_("Valid until"), date_format(idea.valid_until) if idea.valid_until else ""),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]
