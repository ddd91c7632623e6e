"""Pages of candidates, for cluster staff: news that may be calls, to be made into one or set aside."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ideas.actions.candidates import put_candidate_back, set_candidate_aside
from ideas.models import Candidate
from ideas.pages.parts import allowed, number_in, see_other
from ideas.queries.candidates import LISTS, candidate_counts, candidate_page
from ideas.rules.candidates import can_sift

LABELS = {
    "open": gettext_lazy("To look through"),
    "calls": gettext_lazy("Made into calls"),
    "aside": gettext_lazy("Set aside"),
}


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    allowed(request, can_sift)
    asked, counts = request.GET.get("list", ""), candidate_counts()
    which = asked if asked in LISTS else "open"
    candidates, next_before = candidate_page(which, number_in(request.GET.get("before")))
    context = {
        "candidates": candidates,
        "next": f"?list={which}&before={next_before}" if next_before else "",
        "tabs": [
            {"label": label, "count": counts[name], "url": f"?list={name}", "current": name == which}
            for name, label in LABELS.items()
        ],
    }
    return render(request, "candidates/list.html", context)


@login_required
@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    by, candidate = allowed(request, can_sift), get_object_or_404(Candidate, pk=pk)
    set_candidate_aside(by=by, candidate=candidate, at=timezone.now())
    messages.success(request, _("“%(title)s” is set aside.") % {"title": candidate.title})
    return see_other(reverse("candidates:list"))


@login_required
@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    by, candidate = allowed(request, can_sift), get_object_or_404(Candidate, pk=pk)
    put_candidate_back(by=by, candidate=candidate)
    messages.success(request, _("“%(title)s” waits to be looked through again.") % {"title": candidate.title})
    return see_other(reverse("candidates:list"))
