"""Pages of the places that an idea offers: what its authors look for in partners, and who stands for each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ideas.actions import slots as actions
from ideas.choices import JOIN_LIVE, JoinState
from ideas.errors import Conflict, NotAllowed
from ideas.forms.joining import SlotForm, SplitForm
from ideas.models import Idea, RoleSlot
from ideas.pages.join_requests import consortium_url, shown_requests
from ideas.pages.joining import labels, shown_slot
from ideas.pages.parts import member_of, put_on, see_other, visible_idea
from ideas.queries.joining import requests_visible_to, slots_visible_to, with_history
from ideas.queries.topics import idea_topic, member_topic
from ideas.rules.ideas import takes_requests
from ideas.rules.joining import can_change_slots
from ideas.serializers.joining import SlotSerializer
from realtime import log

# In which order those who stand for a place are shown: partners, who asks, who is invited, the waiting list.
STANDING = [
    JoinState.ACCEPTED, JoinState.PENDING, JoinState.UNAUTHORISED, JoinState.INVITED, JoinState.WAITLISTED,
]  # fmt: skip


# One place ------------------------------------------------------------------------------------------------------------


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


# All places, for authors ----------------------------------------------------------------------------------------------


@require_GET
@login_required
def places(request: HttpRequest, reference: str) -> HttpResponse:
    """Every place of an idea with who stands for it, in the order in which the authors put them."""
    return _show(request, visible_idea(request, reference))


@require_POST
@login_required
def move(request: HttpRequest, pk: int) -> HttpResponse:
    direction = request.POST.get("direction", "")
    return _act(request, pk, lambda slot: actions.move_slot(by=member_of(request), slot=slot, direction=direction))


@require_POST
@login_required
def split(request: HttpRequest, pk: int) -> HttpResponse:
    form = SplitForm(request.POST)
    # Out of any range where it is no number: the action says how many there may be.
    first = form.cleaned_data["first"] if form.is_valid() else 0
    return _act(request, pk, lambda slot: actions.split_slot(by=member_of(request), slot=slot, first=first))


@require_POST
@login_required
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda slot: actions.fill_by_hand(by=member_of(request), slot=slot))


@require_POST
@login_required
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda slot: actions.reopen_slot(by=member_of(request), slot=slot, at=timezone.now()))


def _act(request: HttpRequest, pk: int, act: Callable[[RoleSlot], RoleSlot]) -> HttpResponse:
    """Change a place from the page of all, and come back to it there; what was refused is said above them."""
    slot = get_object_or_404(slots_visible_to(request.user), pk=pk)
    try:
        act(slot)
    except ValidationError as refusal:
        return _show(request, slot.idea, said=" ".join(refusal.messages), status=400)
    except Conflict as refusal:
        return _show(request, slot.idea, said=str(refusal.text), status=409)
    if request.headers.get("HX-Request"):
        return _show(request, slot.idea)
    return see_other(f"{reverse('joining:places', args=[slot.idea.reference])}#place-{pk}")


def _show(request: HttpRequest, idea: Idea, *, said: str = "", status: int = 200) -> HttpResponse:
    member = member_of(request)
    if not can_change_slots(member, idea):
        raise NotAllowed
    # Before the rows: what changes meanwhile makes the page ask once more.
    position, own_position = log.position(idea_topic(idea.pk)), log.position(member_topic(member.pk))
    found = with_history(requests_visible_to(member)).filter(idea=idea, state__in=sorted(JOIN_LIVE))
    rows = sorted(shown_requests(member, found), key=_standing)
    words = labels()
    slots = [
        {
            **shown_slot(SlotSerializer(slot).data, words, idea),
            "splits": slot.wanted > 1,
            "outside": slot.outside,
            "removable": slot.filled == slot.outside,
            "standing": [row for row in rows if row["request"].slot_id == slot.pk],
        }
        for slot in idea.slots.all()
    ]
    context = {
        "idea": idea,
        "slots": slots,
        "others": [row for row in rows if row["request"].slot_id is None],
        "may_invite": takes_requests(idea),
        "position": position,
        "own_position": own_position,
        "said": said,
    }
    template = "joining/_places.html" if request.headers.get("HX-Request") else "joining/places.html"
    return render(request, template, context, status=status)


def _standing(row: dict[str, Any]) -> tuple[int, int, int]:
    return STANDING.index(row["request"].state), row["turn"] or 0, row["request"].pk
