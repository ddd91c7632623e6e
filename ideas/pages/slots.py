"""Pages of the places that an idea offers: what its authors look for in partners."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas.actions import slots as actions
from ideas.errors import Conflict, NotAllowed
from ideas.forms.joining import SlotForm
from ideas.models import Idea, RoleSlot
from ideas.pages.joining import consortium_url
from ideas.pages.parts import member_of, put_on, see_other, visible_idea
from ideas.queries.joining import slots_visible_to
from ideas.rules.joining import can_change_slots


@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)

    def add(content: dict[str, Any]) -> RoleSlot:
        return actions.add_slot(by=member_of(request), idea=idea, content=content)

    return _page(request, idea, SlotForm(request.POST or None), add)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    slot = get_object_or_404(slots_visible_to(request.user), pk=pk)

    def change(content: dict[str, Any]) -> RoleSlot:
        return actions.edit_slot(by=member_of(request), slot=slot, content=content, at=timezone.now())

    return _page(request, slot.idea, SlotForm(request.POST or None, slot=slot), change, slot=slot)


def _page(
    request: HttpRequest,
    idea: Idea,
    form: SlotForm,
    act: Callable[[dict[str, Any]], RoleSlot],
    slot: RoleSlot | None = None,
) -> HttpResponse:
    if not can_change_slots(member_of(request), idea):
        raise NotAllowed
    status = 200 if request.method == "GET" else 400
    if form.is_valid():
        try:
            act(form.content)
        except ValidationError as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The place is saved."))
            return see_other(consortium_url(idea))
    return render(request, "joining/slot.html", {"form": form, "idea": idea, "slot": slot}, status=status)


@require_POST
@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    slot = get_object_or_404(slots_visible_to(request.user), pk=pk)
    try:
        actions.remove_slot(by=member_of(request), slot=slot, at=timezone.now())
    except Conflict:
        messages.error(request, _("A partner has this place: it can't be removed."))
    else:
        messages.success(request, _("The place is removed."))
    return see_other(consortium_url(slot.idea))
