"""Pages of who belongs to an organisation: "I work here", its people with roles, requests, invitations and history."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ideas.actions import affiliations as actions
from ideas.choices import AffiliationRole, AffiliationState, InvitationState
from ideas.errors import Conflict
from ideas.forms.affiliations import AnswerForm, WorkHereForm
from ideas.models import Affiliation, AffiliationRequest, Invitation, Member, Organisation
from ideas.pages.parts import allowed, member_of, posted, put_on, see_other
from ideas.queries.affiliations import (
    affiliation_requests_visible_to,
    affiliations_visible_to,
    people_in,
    standing_in,
)
from ideas.rules.affiliations import STEPS, can_look_after

STEP_LABELS = {
    "accept": gettext_lazy("Confirm"),
    "decline": gettext_lazy("Decline"),
    "withdraw": gettext_lazy("Take the request back"),
}
STEP_DONE = {
    "accept": gettext_lazy("Confirmed: one more of the organisation's people."),
    "decline": gettext_lazy("Declined; who asked is told why."),
    "withdraw": gettext_lazy("You have taken your request back."),
}
# What may be done with somebody's place: the role it leads to, or none where it ends.
CHANGES: dict[str, AffiliationRole | None] = {
    "administrator": AffiliationRole.ADMINISTRATOR,
    "member": AffiliationRole.MEMBER,
    "remove": None,
    "leave": None,
}
CHANGE_LABELS = {
    "administrator": gettext_lazy("Make administrator"),
    "member": gettext_lazy("Make a plain member"),
    "remove": gettext_lazy("Remove from the people"),
    "leave": gettext_lazy("Leave this organisation"),
}
CHANGE_TEXTS = {
    "administrator": gettext_lazy("Administrators authorise requests to join, invite colleagues, and give roles."),
    "member": gettext_lazy("They stay one of its people, and no longer decide for the organisation."),
    "remove": gettext_lazy("They no longer see what they see as one of its people. Their comments and requests stay."),
    "leave": gettext_lazy("You no longer see what you see as one of its people. Your comments and requests stay."),
}


def standing_context(request: HttpRequest, organisation: Organisation) -> dict[str, Any]:
    """Give an organisation's page what `affiliations/_standing.html` draws: {"standing": …}; None for a visitor."""
    if not isinstance(request.user, Member):
        return {"standing": None}
    standing = standing_in(request.user, organisation)
    # As `can_look_after` says it, of the row that is there already.
    role = standing.affiliation.role if standing.affiliation else None
    may_look_after = request.user.is_staff or role == AffiliationRole.ADMINISTRATOR
    waiting = organisation.affiliation_requests.filter(state=AffiliationState.PENDING)
    found = {
        "affiliation": standing.affiliation,
        "request": standing.request if not standing.affiliation else None,
        "is_waiting": standing.request is not None and standing.request.state == AffiliationState.PENDING,
        "ask_url": reverse("affiliations:ask", args=[organisation.slug]),
        "people_url": people_url(organisation) if may_look_after else "",
        "waiting": waiting.count() if may_look_after else 0,
    }
    return {"standing": found}


@login_required
@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(Organisation, slug=slug)
    by = allowed(request, lambda member: can_look_after(member, organisation))
    found, at = people_in(organisation), timezone.now()
    context = {
        "organisation": organisation,
        "people": [_person(row, by) for row in found.affiliations],
        "waiting": [_request(row, by) for row in found.waiting],
        "answered": found.answered,
        "invitations": [_invitation(row, at) for row in found.invitations],
        "changes": found.changes,
        "invite_url": f"{reverse('members:invite')}?organisation={organisation.pk}",
    }
    return render(request, "affiliations/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, by = get_object_or_404(Organisation, slug=slug), member_of(request)
    form, status = WorkHereForm(posted(request)), 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            actions.ask_affiliation(by=by, organisation=organisation, at=timezone.now(), **form.cleaned_data)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("Asked. You will be told of the answer."))
            return see_other(organisation.get_absolute_url())
    standing = standing_in(by, organisation)
    context = {"organisation": organisation, "form": form, "affiliation": standing.affiliation}
    return render(request, "affiliations/ask.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    asked = get_object_or_404(affiliation_requests_visible_to(request.user), pk=pk)
    form, status = AnswerForm(posted(request)), 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.take_step(step, by=member_of(request), request=asked, reason=reason, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
            asked.refresh_from_db()
        else:
            messages.success(request, STEP_DONE[step])
            return see_other(_after(member_of(request), asked.organisation))
    context = {"form": form, "asked": asked, "step": step, "label": STEP_LABELS[step]}
    return render(request, "affiliations/answer.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    if step not in CHANGES:
        raise Http404
    affiliation = get_object_or_404(affiliations_visible_to(request.user), pk=pk)
    by, form, status = member_of(request), Form(posted(request)), 200
    if (step == "leave") != (affiliation.member_id == by.pk) and CHANGES[step] is None:
        raise Http404
    if form.is_valid():
        try:
            _take(step, by, affiliation)
        except Conflict as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _changed_message(step, affiliation))
            return see_other(_after(by, affiliation.organisation))
    context = {
        "form": form,
        "affiliation": affiliation,
        "label": CHANGE_LABELS[step],
        "text": CHANGE_TEXTS[step],
        "ends": CHANGES[step] is None,
        "back": _after(by, affiliation.organisation),
    }
    return render(request, "affiliations/change.html", context, status=status)


def people_url(organisation: Organisation) -> str:
    """Where those who look after an organisation see its people."""
    return reverse("affiliations:people", args=[organisation.slug])


def _take(step: str, by: Member, affiliation: Affiliation) -> None:
    role = CHANGES[step]
    if role is None:
        actions.end_affiliation(by=by, affiliation=affiliation, at=timezone.now())
    else:
        actions.change_role(by=by, affiliation=affiliation, role=role, at=timezone.now())


def _changed_message(step: str, affiliation: Affiliation) -> str:
    who, where = affiliation.member.name, affiliation.organisation.name
    said = {
        "administrator": _("%(who)s is an administrator of %(where)s."),
        "member": _("%(who)s is a plain member of %(where)s."),
        "remove": _("%(who)s isn't one of the people of %(where)s any more."),
        "leave": _("You have left %(where)s."),
    }
    return said[step] % {"who": who, "where": where}


def _after(by: Member, organisation: Organisation) -> str:
    """Back to the organisation's people for who looks after them, else to its page."""
    return people_url(organisation) if can_look_after(by, organisation) else organisation.get_absolute_url()


def _person(row: Affiliation, by: Member) -> dict[str, Any]:
    is_administrator = row.role == AffiliationRole.ADMINISTRATOR
    steps = ["member" if is_administrator else "administrator", "leave" if row.member_id == by.pk else "remove"]
    return {
        "affiliation": row,
        "member": row.member,
        "is_administrator": is_administrator,
        "steps": [{"name": step, "label": CHANGE_LABELS[step]} for step in steps],
    }


def _request(row: AffiliationRequest, by: Member) -> dict[str, Any]:
    return {"request": row, "may_answer": row.member_id != by.pk}


def _invitation(row: Invitation, at: Any) -> dict[str, Any]:
    state = row.state_at(at)
    return {
        "invitation": row,
        "state": state.value,
        "label": state.label,
        "is_open": state == InvitationState.OPEN,
    }
