"""Pages of conflicts of interest: what one says of oneself, and the list of it for cluster staff."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.conflicts import declare_conflict, withdraw_conflict
from ideas.errors import Conflict, NotAllowed
from ideas.forms.conflicts import ConflictForm
from ideas.models import Idea, Member
from ideas.pages.parts import allowed, member_of, posted, put_on, see_other, visible_idea
from ideas.queries.conflicts import Interest, declared_conflicts, interests_of
from ideas.queries.ideas import visible_to
from ideas.rules.conflicts import can_declare


def panel_context(member: Member, idea: Idea) -> dict[str, Any]:
    """Give an idea's page what `conflicts/_panel.html` draws, for whoever may come to judge it: {"interest": …}."""
    if not can_declare(member, idea):
        return {"interest": None}
    found = interests_of(member, idea)
    return {"interest": {"reasons": [words(one) for one in found], "reference": idea.reference}}


def words(interest: Interest) -> str:
    """Say to somebody why they have an interest."""
    said = {
        "author": _("You write it."),
        "proposer": _("You work at %(name)s, which proposes it, or with which it is one organisation."),
        "colleague": _("You work at %(name)s, as one of its authors does, or it is one organisation with theirs."),
        "partner": _("You work at %(name)s, which is in its consortium or asks to be."),
        "declared": _("You said so: %(name)s") if interest.name else _("You said so."),
    }
    return said[interest.kind] % {"name": interest.name}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, reference: str) -> HttpResponse:
    idea, by = visible_idea(request, reference), member_of(request)
    if not can_declare(by, idea):
        raise NotAllowed
    form, status = ConflictForm(posted(request)), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                declare_conflict(by=by, idea=idea, reason=form.cleaned_data["reason"], at=timezone.now())
            except ValidationError as refusal:
                status = put_on(form, refusal)
            else:
                messages.success(request, _("Noted. Nothing of this idea's reviews and decisions is shown to you."))
                return see_other(idea.get_absolute_url())
    return _show(request, idea, form, status)


@login_required
@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    try:
        withdraw_conflict(by=member_of(request), idea=idea, at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("Taken back."))
    return see_other(idea.get_absolute_url())


def _show(request: HttpRequest, idea: Idea, form: ConflictForm, status: int) -> HttpResponse:
    found = interests_of(member_of(request), idea)
    context = {
        "idea": idea,
        "form": form,
        "reasons": [words(one) for one in found],
        "declared": any(one.kind == "declared" for one in found),
    }
    return render(request, "conflicts/declare.html", context, status=status)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What members declared, for cluster staff; of ideas that they don't see, nothing."""
    by = allowed(request, lambda member: member.is_staff)
    rows = declared_conflicts().filter(idea__in=visible_to(by).values("id"))
    return render(request, "conflicts/list.html", {"rows": rows})
