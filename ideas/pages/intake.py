"""Pages on which members bring ideas along: give a file, see line by line what would come of it, import it."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.intake import (
    DONE,
    READY,
    REFUSED,
    choose_idea_columns,
    discard_ideas,
    import_idea,
    keep_ideas,
    refuse_line,
)
from ideas.errors import Conflict, reason_of
from ideas.forms.intake import NEEDED, IdeaColumnsForm, IntakeForm, guess_columns
from ideas.models import Intake
from ideas.pages.parts import member_of, see_other
from ideas.queries.intake import own_intakes

OUTCOMES = {
    READY: gettext_lazy("Would become a draft"),
    REFUSED: gettext_lazy("Can't be imported"),
    DONE: gettext_lazy("Imported"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    by = member_of(request)
    form = IntakeForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        files = own_intakes(by).only("pk", "name", "at")[:10]
        context = {"form": form, "files": files}
        return render(request, "intake/new.html", context, status=400 if form.is_bound else 200)
    columns = guess_columns(form.table.header)
    name = form.cleaned_data["file"].name
    intake = keep_ideas(by=by, name=name, kind=form.kind, table=form.table, columns=columns, at=timezone.now())
    asks = form.kind != "json" and not columns.keys() >= NEEDED
    return see_other(reverse("intake:columns" if asks else "intake:detail", args=[intake.pk]))


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    intake = _own(request, pk)
    counts = Counter(line["outcome"] for line in intake.lines)
    context = {
        "intake": intake,
        "lines": [_line(line) for line in intake.lines],
        "counts": [
            {"label": label, "count": counts[outcome]} for outcome, label in OUTCOMES.items() if counts[outcome]
        ],
        "ready": counts[READY],
        "may": {"choose_columns": intake.kind != "json" and not counts[DONE]},
    }
    return render(request, "intake/detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    intake = _own(request, pk)
    if intake.kind == "json":
        raise Http404
    form = IdeaColumnsForm(request.POST or None, header=intake.header, initial=intake.columns)
    if request.method == "POST" and form.is_valid():
        choose_idea_columns(by=member_of(request), intake=intake, columns=form.columns(), at=timezone.now())
        return see_other(reverse("intake:detail", args=[pk]))
    status = 400 if form.is_bound else 200
    return render(request, "intake/columns.html", {"form": form, "intake": intake}, status=status)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    by, intake, made = member_of(request), _own(request, pk), 0
    for number, line in enumerate(intake.lines):
        if line["outcome"] != READY:
            continue
        try:
            import_idea(by=by, intake=intake, number=number, at=timezone.now())
            made += 1
        except Conflict:
            continue  # another tab was quicker
        except ValidationError as refusal:
            refuse_line(by=by, intake=intake, number=number, reason=reason_of(refusal))
    said = ngettext("%(n)d idea is a draft of yours now.", "%(n)d ideas are drafts of yours now.", made)
    messages.success(request, said % {"n": made})
    return see_other(reverse("intake:detail", args=[pk]))


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    discard_ideas(by=member_of(request), intake=_own(request, pk))
    messages.success(request, _("The file was thrown away. Drafts that came of it stay."))
    return see_other(reverse("intake:new"))


def _own(request: HttpRequest, pk: int) -> Intake:
    """Load a file that the reader gave. Raises Http404, the same for an unknown one and for one of others."""
    return get_object_or_404(own_intakes(member_of(request)).select_related("by"), pk=pk)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    reference = line["reference"]
    return {
        "line": line["line"],
        "title": line["title"] or "—",
        "outcome": OUTCOMES[line["outcome"]],
        "is_refused": line["outcome"] == REFUSED,
        "details": [line["reason"]] if line["reason"] else line["remarks"],
        "reference": reference,
        "url": reverse("ideas:detail", args=[reference]) if reference else "",
    }
