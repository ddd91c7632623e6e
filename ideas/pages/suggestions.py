"""Pages of suggestions: organisations for an idea's places, ideas for an organisation, and what nobody can fill."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ideas.actions import suggestions as actions
from ideas.actions.joining import invite_organisation
from ideas.choices import ConsortiumRole, OrganisationKind, SuggestionVerdict
from ideas.errors import Conflict, NotAllowed
from ideas.forms.suggestions import MarkForm
from ideas.models import Affiliation, Idea, Member, Organisation, RoleSlot
from ideas.pages import parts
from ideas.pages.suggestion_words import cautions_of, reasons_of, said_of
from ideas.queries.gaps import gaps_for
from ideas.queries.ideas import Viewer, visible_to
from ideas.queries.joining import slots_visible_to
from ideas.queries.suggested_ideas import SuggestedIdea, ideas_for
from ideas.queries.suggestions import SlotSuggestions, Suggestion, suggestions_for
from ideas.rules.ideas import takes_requests
from ideas.rules.suggestions import can_see_gaps, can_see_idea_suggestions, can_see_partner_suggestions

KINDS, ROLES = dict(OrganisationKind.choices), dict(ConsortiumRole.choices)
FIRST = 3


# Organisations for an idea -------------------------------------------------------------------------------------------


@login_required
@require_safe
def partners(request: HttpRequest, reference: str) -> HttpResponse:
    idea = parts.visible_idea(request, reference)
    return _show_partners(request, idea, beyond=request.GET.get("beyond") == "1")


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    slot, organisation = _slot_of_author(request, pk), _organisation(request.POST.get("organisation"))
    beyond = request.POST.get("beyond") == "1"
    try:
        by = parts.member_of(request)
        invite_organisation(by=by, idea=slot.idea, organisation=organisation, slot=slot, at=timezone.now())
    except ValidationError as refusal:
        return _show_partners(request, slot.idea, beyond=beyond, refused=" ".join(refusal.messages), status=400)
    except Conflict as refusal:
        return _show_partners(request, slot.idea, beyond=beyond, refused=str(refusal.text), status=409)
    said = _("%(organisation)s is invited. Its administrators are told, and asked for an answer.")
    messages.success(request, said % {"organisation": organisation})
    return parts.see_other(_partners_url(slot.idea, beyond, slot))


@login_required
@require_POST
def mark_partner(request: HttpRequest, pk: int) -> HttpResponse:
    slot, organisation = _slot_of_author(request, pk), _organisation(request.POST.get("organisation"))
    beyond = request.POST.get("beyond") == "1"
    form = MarkForm(request.POST, place=f"{slot.pk}_{organisation.pk}")
    status = 400
    if form.is_valid():
        try:
            by = parts.member_of(request)
            actions.mark_partner(by=by, slot=slot, organisation=organisation, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refusal:
            status = parts.put_on(form, refusal)
        else:
            messages.success(request, _marked(form.cleaned_data["verdict"], str(organisation)))
            return parts.see_other(_partners_url(slot.idea, beyond, slot))
    forms = {(slot.pk, organisation.pk): form}
    return _show_partners(request, slot.idea, beyond=beyond, forms=forms, status=status)


def _show_partners(
    request: HttpRequest,
    idea: Idea,
    *,
    beyond: bool,
    refused: str = "",
    forms: dict[tuple[int, int], MarkForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    by = parts.member_of(request)
    if not can_see_partner_suggestions(by, idea):
        raise NotAllowed
    is_open = takes_requests(idea)
    slots = [slot for slot in idea.slots.all() if slot.filled < slot.wanted] if is_open else []
    names = parts.read_names()
    found = suggestions_for(idea, slots, by, beyond=beyond) if slots else []
    context = {
        "idea": idea,
        "is_open": is_open,
        "beyond": beyond,
        "refused": refused,
        "tabs": _tabs(idea, beyond),
        "places": [_place(one, names, forms or {}) for one in found],
    }
    return render(request, "suggestions/partners.html", context, status=status)


def _tabs(idea: Idea, beyond: bool) -> list[dict[str, Any]]:
    return [
        {"label": _("They see this idea"), "url": _partners_url(idea, False), "current": not beyond},
        {"label": _("They don't see it yet"), "url": _partners_url(idea, True), "current": beyond},
    ]


def _partners_url(idea: Idea, beyond: bool, slot: RoleSlot | None = None) -> str:
    url = reverse("suggestions:partners", args=[idea.reference])
    return f"{url}{'?beyond=1' if beyond else ''}{f'#place-{slot.pk}' if slot else ''}"


def _place(one: SlotSuggestions, names: parts.Names, forms: dict[tuple[int, int], MarkForm]) -> dict[str, Any]:
    slot = one.slot
    return {
        "id": slot.pk,
        "expertise": slot.expertise,
        "work": slot.work,
        "role": ROLES[slot.role],
        "kinds": ", ".join(str(KINDS.get(kind, kind)) for kind in slot.kinds),
        "accredited": slot.accredited,
        "is_telling": one.is_telling,
        "rows": [_partner(row, slot, names, forms) for row in one.found],
        "left_out": [_partner(row, slot, names, forms) for row in one.left_out],
        "invite_url": reverse("suggestions:invite", args=[slot.pk]),
        "mark_url": reverse("suggestions:mark_partner", args=[slot.pk]),
        "edit_url": reverse("joining:edit_slot", args=[slot.pk]),
    }


def _partner(
    one: Suggestion, slot: RoleSlot, names: parts.Names, forms: dict[tuple[int, int], MarkForm]
) -> dict[str, Any]:
    organisation = one.organisation
    form = forms.get((slot.pk, organisation.pk))
    return {
        "id": organisation.pk,
        "name": organisation.name,
        "url": organisation.get_absolute_url(),
        "kind": KINDS[organisation.kind],
        "province": organisation.province.name if organisation.province else "",
        "is_demo": organisation.is_demo,
        "reasons": reasons_of(one.fit, one.evidence, one.described, names, province=organisation.province),
        "cautions": cautions_of(one.refusals, slot.idea_id),
        "sees": one.sees,
        "may_answer": one.may_answer,
        "form": form or MarkForm(place=f"{slot.pk}_{organisation.pk}"),
        "is_refused": form is not None,
    }


def _slot_of_author(request: HttpRequest, pk: int) -> RoleSlot:
    """Load a place for one of its idea's authors. Raises Http404 where it can't be seen, NotAllowed for others."""
    slot = get_object_or_404(slots_visible_to(request.user).select_related("idea__call", "idea__organisation"), pk=pk)
    if not can_see_partner_suggestions(parts.member_of(request), slot.idea):
        raise NotAllowed
    return slot


def _organisation(typed: str | None) -> Organisation:
    return get_object_or_404(Organisation, pk=parts.number_in(typed) or 0)


def _marked(verdict: str, name: str) -> str:
    if verdict == SuggestionVerdict.ASIDE:
        return _("%(name)s is set aside. You can take that back below.") % {"name": name}
    return _("%(name)s may be suggested again.") % {"name": name}


# Ideas for an organisation -------------------------------------------------------------------------------------------


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    organisations = list(parts.member_of(request).organisations.order_by("name", "id"))
    if len(organisations) == 1:
        return parts.see_other(_ideas_url(organisations[0]))
    rows = [{"organisation": one, "url": _ideas_url(one)} for one in organisations]
    return render(request, "suggestions/mine.html", {"rows": rows})


@login_required
@require_safe
def ideas(request: HttpRequest, slug: str) -> HttpResponse:
    return _show_ideas(request, get_object_or_404(Organisation, slug=slug))


@login_required
@require_POST
def mark_idea(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, by = get_object_or_404(Organisation, slug=slug), parts.member_of(request)
    idea = get_object_or_404(visible_to(by), pk=parts.number_in(request.POST.get("idea")) or 0)
    slot = idea.slots.filter(pk=parts.number_in(request.POST.get("slot")) or 0).first()
    form = MarkForm(request.POST, place=str(idea.pk))
    status = 400
    if form.is_valid():
        try:
            about = slot.expertise if slot else ""
            actions.mark_idea(
                by=by, idea=idea, organisation=organisation, about=about, at=timezone.now(), **form.cleaned_data
            )
        except ValidationError as refusal:
            status = parts.put_on(form, refusal)
        else:
            messages.success(request, _marked(form.cleaned_data["verdict"], idea.title))
            return parts.see_other(_ideas_url(organisation))
    return _show_ideas(request, organisation, forms={idea.pk: form}, status=status)


def strip_for(
    viewer: Viewer, organisation: Organisation, people: Iterable[Affiliation], names: parts.Names
) -> dict[str, Any] | None:
    """What `suggestions/_strip.html` shows on an organisation's page, to its own `people`: the ideas that fit best."""
    if not isinstance(viewer, Member) or viewer.pk not in {one.member_id for one in people}:
        return None
    found = ideas_for(organisation, viewer, limit=FIRST).found
    return {"rows": _idea_rows(found, names, {}), "url": _ideas_url(organisation)}


def _show_ideas(
    request: HttpRequest, organisation: Organisation, *, forms: dict[int, MarkForm] | None = None, status: int = 200
) -> HttpResponse:
    by = parts.member_of(request)
    if not can_see_idea_suggestions(by, organisation):
        raise NotAllowed
    names, found = parts.read_names(), ideas_for(organisation, by)
    context = {
        "organisation": organisation,
        "rows": _idea_rows(found.found, names, forms or {}),
        "aside": [
            {"id": row["id"], "title": row["title"], "language": row["language"], "url": _idea_url(row), "said": said}
            for row, said in ((row, said_of(refusal, 0)) for row, refusal in found.aside)
        ],
        "mark_url": reverse("suggestions:mark_idea", args=[organisation.slug]),
        "has_terms": bool(organisation.competences or organisation.equipment or organisation.services),
    }
    return render(request, "suggestions/ideas.html", context, status=status)


def _idea_rows(found: list[SuggestedIdea], names: parts.Names, forms: dict[int, MarkForm]) -> list[dict[str, Any]]:
    cards = parts.cards([one.row for one in found], at=timezone.now(), names=names)
    return [
        {
            "card": card,
            "expertise": one.slot.expertise,
            "role": ROLES[one.slot.role],
            "reasons": reasons_of(one.fit, one.evidence, one.described, names),
            "cautions": cautions_of(one.refusals, 0),
            "ask_url": f"{reverse('joining:ask', args=[one.row['reference']])}?slot={one.slot.pk}",
            "idea": one.row["id"],
            "slot": one.slot.pk,
            "form": forms.get(one.row["id"]) or MarkForm(place=str(one.row["id"])),
            "is_refused": one.row["id"] in forms,
        }
        for card, one in zip(cards, found, strict=True)
    ]


def _ideas_url(organisation: Organisation) -> str:
    return reverse("suggestions:ideas", args=[organisation.slug])


def _idea_url(row: dict[str, Any]) -> str:
    return reverse("ideas:detail", args=[row["reference"]])


# What nobody can fill ------------------------------------------------------------------------------------------------


@login_required
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    by = parts.allowed(request, can_see_gaps)
    rows = [
        {
            "expertise": gap.expertise,
            "language": gap.language,
            "wanted": gap.wanted,
            "places": [
                {"reference": slot.idea.reference, "title": slot.idea.title, "url": slot.idea.get_absolute_url(),
                 "language": slot.idea.language, "kinds": ", ".join(str(KINDS.get(kind, kind)) for kind in slot.kinds)}
                for slot in gap.slots
            ],
        }
        for gap in gaps_for(by)
    ]  # fmt: skip
    return render(request, "suggestions/gaps.html", {"rows": rows})
