"""Pages of merging: propose, read a proposal, agree, decline or take it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions import merging as actions
from ideas.choices import MergeState
from ideas.errors import Conflict, NotAllowed
from ideas.forms.merging import ConsentForm, EndForm, ProposeForm
from ideas.models import Idea, Member, MergeProposal
from ideas.pages import parts
from ideas.queries.ideas import visible_to
from ideas.queries.merging import ideas_to_merge_into, merges_visible_to, open_merges_of
from ideas.rules.ideas import is_author
from ideas.rules.merging import can_end_merge, can_go_elsewhere, can_propose_merge, sides_of


def panel_context(by: Member, idea: Idea) -> dict[str, Any]:
    """What an idea's page says of merging it: the open proposals that its reader has to do with, and the way to one."""
    may = can_go_elsewhere(idea) and can_propose_merge(by, idea)
    url = reverse("merging:propose", args=[idea.reference]) if may else ""
    return {"merging": {"proposals": open_merges_of(by, idea), "url": url}}


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    idea, by = parts.visible_idea(request, reference), parts.member_of(request)
    if not can_propose_merge(by, idea):
        raise NotAllowed
    form = ProposeForm(request.POST or None, ideas=visible_to(by), is_author=is_author(by, idea))
    if request.method == "POST" and form.is_valid():
        try:
            proposal = actions.propose_merge(by=by, idea=idea, at=timezone.now(), **form.cleaned_data)
        except (ValidationError, Conflict) as refusal:
            return _show_form(request, idea, form, parts.put_on(form, refusal))
        return _after(request, proposal, _("Proposed. The authors are told, and asked for their consent."))
    return _show_form(request, idea, form, 400 if form.errors else 200)


def _show_form(request: HttpRequest, idea: Idea, form: ProposeForm, status: int) -> HttpResponse:
    suggested = ideas_to_merge_into(parts.member_of(request), idea)
    context = {"idea": idea, "form": form, "suggested": suggested}
    return render(request, "merging/propose.html", context, status=status)


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _proposal(request, pk))


@login_required
@require_POST
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    proposal, form = _proposal(request, pk), ConsentForm(request.POST)
    form.is_valid()
    try:
        proposal = actions.consent_to_merge(
            by=parts.member_of(request), proposal=proposal, joins=form.cleaned_data["joins"], at=timezone.now()
        )
    except Conflict as refusal:
        return _show(request, _proposal(request, pk), refused=str(refusal.text), status=409)
    return _after(request, proposal, _("Agreed. The other side hasn't answered yet."))


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    proposal, form = _proposal(request, pk), EndForm(request.POST)
    if not form.is_valid():
        return _show(request, proposal, form=form, status=400)
    answer = form.cleaned_data["answer"]
    try:
        proposal = actions.end_merge(by=parts.member_of(request), proposal=proposal, answer=answer, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, proposal, form=form, status=parts.put_on(form, refusal))
    except Conflict as refusal:
        return _show(request, _proposal(request, pk), refused=str(refusal.text), status=409)
    return _after(request, proposal, _("The proposal is closed. Both ideas stay as they are."))


def _proposal(request: HttpRequest, pk: int) -> MergeProposal:
    return get_object_or_404(merges_visible_to(request.user), pk=pk)


def _after(request: HttpRequest, proposal: MergeProposal, said: str) -> HttpResponse:
    done = proposal.state == MergeState.DONE
    messages.success(request, _("The two ideas are one now.") if done else said)
    return parts.see_other(proposal.into.get_absolute_url() if done else proposal.get_absolute_url())


def _show(
    request: HttpRequest, proposal: MergeProposal, *, refused: str = "", form: EndForm | None = None, status: int = 200
) -> HttpResponse:
    by = parts.member_of(request)
    is_open = proposal.state == MergeState.OPEN
    speaks_for = sides_of(by, proposal) if is_open else []
    due = [side for side in speaks_for if getattr(proposal, f"{side}_consent_at") is None]
    context = {
        "proposal": proposal,
        "sides": [_side(proposal, "idea"), _side(proposal, "into")],
        "refused": refused,
        "is_open": is_open,
        "own": proposal.proposed_by_id == by.pk,
        "may_end": can_end_merge(by, proposal),
        "consent": ConsentForm() if due else None,
        "may_join": "idea" in due,
        "end": form or EndForm(),
    }
    return render(request, "merging/detail.html", context, status=status)


def _side(proposal: MergeProposal, side: str) -> dict[str, Any]:
    """What `merging/_side.html` draws of one of the two."""
    return {
        "idea": getattr(proposal, side),
        "goes": side == "idea",
        "by": getattr(proposal, f"{side}_consent_by"),
        "at": getattr(proposal, f"{side}_consent_at"),
    }
