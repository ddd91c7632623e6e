"""Pages of the template that plans are made from, which cluster staff keep."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions import plans as actions
from ideas.forms.plans import PlanStepForm
from ideas.models import PlanStep
from ideas.pages.parts import allowed, posted, put_on, see_other
from ideas.queries.plans import all_steps
from ideas.rules.plans import can_edit_steps


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def steps(request: HttpRequest) -> HttpResponse:
    by = allowed(request, can_edit_steps)
    form = PlanStepForm(posted(request))
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            actions.add_step(by=by, content=form.cleaned_data)
        except ValidationError as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The step is in the template. Plans made from now on have it."))
            return see_other(reverse("plans:steps"))
    rows = list(all_steps())
    context = {
        "form": form,
        "steps": [row for row in rows if not row.retired],
        "retired": [row for row in rows if row.retired],
    }
    return render(request, "plans/steps.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    by = allowed(request, can_edit_steps)
    step = get_object_or_404(PlanStep, pk=pk)
    form = PlanStepForm(posted(request), step=step)
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            actions.edit_step(by=by, step=step, content=form.cleaned_data)
        except ValidationError as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The template is saved. Plans that exist keep their steps."))
            return see_other(reverse("plans:steps"))
    return render(request, "plans/template_step.html", {"form": form, "step": step}, status=status)
