"""Pages of plans: the team's panel, live; its steps; the calendar file."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions import plans as actions
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.ical_out import write_calendar
from ideas.forms.plans import MilestoneForm
from ideas.models import Idea, Milestone
from ideas.moments import moment
from ideas.pages.parts import idea_among, member_of, number_in, posted, put_on, see_other, visible_idea
from ideas.queries.plans import (
    Plan,
    Step,
    lateness_of,
    milestones_visible_to,
    plan_of,
    plans_visible_to,
    proposal_for,
)
from ideas.queries.topics import idea_topic, plan_topic
from ideas.rules.plans import can_begin, can_change_plan, takes_ticks
from ideas.serializers.plans import milestone_appointments
from realtime import log

# The panel ----------------------------------------------------------------------------------------------------------


def panel_context(request: HttpRequest, idea: Idea, *, at: datetime, whole: bool = False) -> dict[str, Any]:
    """Give a page what `plans/_panel.html` draws: merge it into the page's context, and include that partial.

    {"plan": …}; its `team` is False for who isn't on the idea's team, and then there is nothing else in it. The
    caller loaded the idea through `visible_to`. `whole` draws the plan's own page. A fixed number of queries.
    """
    viewer = member_of(request)
    panel: dict[str, Any] = {"idea": idea, "team": plans_visible_to(viewer).filter(pk=idea.pk).exists(), "whole": whole}
    if not panel["team"]:
        return {"plan": panel}
    position = log.position(plan_topic(idea.pk))  # before the rows
    made = plan_of(idea)
    may_change = can_change_plan(viewer, idea)
    # What could be planned is the authors' business; their partners see a plan once there is one.
    offered = may_change and not made.steps and can_begin(idea, at)
    shown = proposal_for(idea) if offered else made
    panel |= {
        "position": position,
        "made": bool(made.steps),
        "offered": offered,
        "steps": [_shown_step(step, shown, at) for step in shown.steps],
        "done": sum(step.milestone.done_at is not None for step in made.steps),
        "deadline": moment(idea.deadline, at) if whole and idea.deadline else None,
        "warning": _warning(shown, at),
        "may": {"change": may_change, "tick": takes_ticks(idea)},
    }
    return {"plan": panel}


def _shown_step(step: Step, plan: Plan, at: datetime) -> dict[str, Any]:
    """What `plans/_step.html` draws."""
    row, today = step.milestone, plan.today(at)
    left = (step.day - today).days if step.day and today else None
    done = row.done_at is not None
    return {
        "id": row.pk,
        "title": row.title,
        "day": step.day,
        "day_text": _day(step.day, plan.steps[-1].day) if step.day else "",
        "left": "" if done or left is None else _left(left),
        "late": not done and left is not None and left < 0,
        "done_at": row.done_at,
        "done_by": row.done_by.name if row.done_by else "",
    }


def _day(day: date, last: date | None) -> str:
    """Name a day, with its year where that isn't the last step's."""
    return date_format(day, "l j F" if last and day.year == last.year else "l j F Y")


def _left(days: int) -> str:
    if days < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}
    return _("today") if days == 0 else ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


def _warning(plan: Plan, at: datetime) -> dict[str, Any] | None:
    """Say in plain words how late a plan is: {title, text, variant, url, action}; None for one that is on time."""
    late = lateness_of(plan, at)
    if not late.overdue:
        return None
    first = next(step.milestone for step in plan.steps if step.milestone.done_at is None)
    should = ngettext(
        "“%(step)s” should have been done %(n)d day ago.", "“%(step)s” should have been done %(n)d days ago.", late.days
    ) % {"step": first.title, "n": late.days}
    if late.too_late:
        return {
            "variant": "signal",
            "title": _("Too late to start?"),
            "text": f"{should} {_('This call is hardly reachable.')}",
            "url": reverse("matching:calls", args=[plan.idea.reference]),
            "action": _("Other calls that fit"),
        }
    others = late.overdue - 1
    more = ngettext("%(n)d more step is late.", "%(n)d more steps are late.", others) % {"n": others} if others else ""
    return {"variant": "warn", "title": "", "text": f"{should} {more}".strip(), "url": "", "action": ""}


@login_required
@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    if request.headers.get("HX-Request"):
        # For everybody who sees the idea, so that an open page learns when its reader comes onto the team, or leaves.
        idea = visible_idea(request, reference)
        return render(request, "plans/_panel.html", panel_context(request, idea, at=at, whole="whole" in request.GET))
    position = log.position(idea_topic(team_idea(request, reference).pk))  # before the rows
    idea = team_idea(request, reference)
    context = {"idea": idea, "position": position, **panel_context(request, idea, at=at, whole=True)}
    return render(request, "plans/detail.html", context)


@login_required
@require_safe
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    idea = team_idea(request, reference)
    rows = [step.milestone for step in plan_of(idea).steps]
    appointments = milestone_appointments(rows, site=settings.SITE_URL)
    name = _("Plan of %(idea)s") % {"idea": idea.acronym or idea.reference}
    body = write_calendar(name, appointments, language=get_language() or settings.LANGUAGE_CODE)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{idea.reference}-plan.ics"'
    return answer


def team_idea(request: HttpRequest, reference: str) -> Idea:
    """Load an idea for who is on its team. Raises Http404 for everybody else."""
    return idea_among(plans_visible_to(member_of(request)), reference)


@login_required
@require_POST
def make(request: HttpRequest, reference: str) -> HttpResponse:
    idea = team_idea(request, reference)
    try:
        actions.make_plan(by=member_of(request), idea=idea, at=timezone.now())
    except Conflict as refusal:
        return _refused(request, idea, refusal)
    return _after(request, idea, _("The plan is made. Its days follow the deadline."))


@login_required
@require_POST
def tick(request: HttpRequest, reference: str) -> HttpResponse:
    """`done` or `undone` names the step that a press ticks off, or of which it takes the tick away."""
    idea = team_idea(request, reference)
    done = "done" in request.POST
    pk = number_in(request.POST.get("done" if done else "undone")) or 0
    milestone = idea.milestones.filter(pk=pk).first()
    try:
        if milestone is None:
            raise Conflict("milestone_gone")
        actions.tick_milestone(by=member_of(request), milestone=milestone, done=done, at=timezone.now())
    except Conflict as refusal:
        return _refused(request, idea, refusal)
    return _after(request, idea)


def _after(request: HttpRequest, idea: Idea, said: str = "") -> HttpResponse:
    """Answer a press: the panel as it is now for a script, the page it was pressed on for a reader."""
    whole = "whole" in request.POST
    if request.headers.get("HX-Request"):
        return render(request, "plans/_panel.html", panel_context(request, idea, at=timezone.now(), whole=whole))
    if said:
        messages.success(request, said)
    return see_other(plan_url(idea) if whole else f"{idea.get_absolute_url()}#plan")


def _refused(request: HttpRequest, idea: Idea, refusal: Conflict) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = panel_context(request, idea, at=timezone.now(), whole="whole" in request.POST)
        context["plan"]["refused"] = refusal.text
        return render(request, "plans/_panel.html", context, status=409)
    messages.error(request, str(refusal.text))
    return _after(request, idea)


def plan_url(idea: Idea) -> str:
    """The page of an idea's plan."""
    return reverse("plans:detail", args=[idea.reference])


# Its steps ----------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, reference: str) -> HttpResponse:
    idea, by = team_idea(request, reference), member_of(request)

    def add(content: dict[str, Any]) -> Milestone:
        return actions.add_milestone(by=by, idea=idea, content=content, at=timezone.now())

    return _milestone_page(request, idea, MilestoneForm(posted(request)), add)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _seen(request, pk)

    def change(content: dict[str, Any]) -> Milestone:
        return actions.edit_milestone(by=member_of(request), milestone=milestone, content=content, at=timezone.now())

    form = MilestoneForm(posted(request), milestone=milestone)
    return _milestone_page(request, milestone.idea, form, change, milestone)


def _milestone_page(
    request: HttpRequest,
    idea: Idea,
    form: MilestoneForm,
    act: Callable[[dict[str, Any]], Milestone],
    milestone: Milestone | None = None,
) -> HttpResponse:
    if not can_change_plan(member_of(request), idea):
        raise NotAllowed
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            act(form.content)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The step is saved."))
            return see_other(plan_url(idea))
    context = {"form": form, "idea": idea, "milestone": milestone, "back": plan_url(idea)}
    return render(request, "plans/step.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _seen(request, pk)
    try:
        actions.remove_milestone(by=member_of(request), milestone=milestone)
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("The step is out of the plan."))
    return see_other(plan_url(milestone.idea))


def _seen(request: HttpRequest, pk: int) -> Milestone:
    return get_object_or_404(milestones_visible_to(member_of(request)).select_related("idea", "step"), pk=pk)
