"""The presses in the live room of a meeting, and the room as it is after them. Planning, agenda and minutes are
`meetings`; what a screen shows is `meeting_screens`.

Every press answers a script with the room as it is now, and a browser with its page; a refused one says why above it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas.actions.meeting_room import (
    come_in,
    decide_item,
    give_mark,
    pass_on,
    reveal_marks,
    set_timer,
    take_over,
    turn_meeting,
    write_note,
)
from ideas.actions.meetings import end_meeting
from ideas.choices import MeetingState
from ideas.errors import Conflict
from ideas.forms.meetings import DecideForm, MarkForm, NoteForm, PassForm, PressForm, TimerForm, TurnForm
from ideas.models import Meeting
from ideas.pages.meeting_screens import room_context
from ideas.pages.parts import member_of, see_other
from ideas.queries.ideas import audiences_of
from ideas.queries.meetings import has_come, items_seen, meetings_visible_to, room_of
from ideas.queries.topics import meeting_topic
from realtime.log import position

# Presses ------------------------------------------------------------------------------------------------------------


@login_required
@require_POST
def turn(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, version: int, step: int | None, to: int | None) -> None:
        item = get_object_or_404(items_seen(request.user).filter(meeting=meeting), pk=to) if to else None
        turn_meeting(
            by=member_of(request), meeting=meeting, to=item, step=step or 1, version=version, at=timezone.now()
        )

    return press(request, _meeting(request, pk), TurnForm(request.POST), act)


@login_required
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, version: int) -> None:
        reveal_marks(by=member_of(request), meeting=meeting, version=version, at=timezone.now())

    return press(request, _meeting(request, pk), PressForm(request.POST), act)


@login_required
@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(items_seen(request.user).select_related("meeting", "idea"), pk=pk)

    def act(_meeting: Meeting, *, halves: int) -> None:
        give_mark(by=member_of(request), item=item, halves=halves, at=timezone.now())

    return press(request, _meeting(request, item.meeting_id), MarkForm(request.POST), act)


@login_required
@require_POST
def timer(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, version: int, minutes: int) -> None:
        set_timer(by=member_of(request), meeting=meeting, minutes=minutes, version=version, at=timezone.now())

    return press(request, _meeting(request, pk), TimerForm(request.POST), act)


@login_required
@require_POST
def hand_on(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk)

    def act(meeting: Meeting, **given: Any) -> None:
        pass_on(by=member_of(request), meeting=meeting, at=timezone.now(), **given)

    return press(request, meeting, PassForm(request.POST, meeting=meeting), act)


@login_required
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, version: int) -> None:
        take_over(by=member_of(request), meeting=meeting, version=version, at=timezone.now())

    return press(request, _meeting(request, pk), PressForm(request.POST), act)


@login_required
@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, body: str, item: int | None, client_id: str) -> None:
        about = get_object_or_404(items_seen(request.user).filter(meeting=meeting), pk=item) if item else None
        at = timezone.now()
        write_note(by=member_of(request), meeting=meeting, item=about, body=body, client_id=client_id, at=at)

    return press(request, _meeting(request, pk), NoteForm(request.POST), act, keep="note")


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(items_seen(request.user).select_related("meeting"), pk=pk)

    def act(_meeting: Meeting, **given: Any) -> None:
        decide_item(by=member_of(request), item=item, at=timezone.now(), **given)

    return press(request, _meeting(request, item.meeting_id), DecideForm(request.POST), act, keep="decision")


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    def act(meeting: Meeting, *, version: int) -> None:
        end_meeting(by=member_of(request), meeting=meeting, version=version, at=timezone.now())

    return press(request, _meeting(request, pk), PressForm(request.POST), act)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(meetings_visible_to(request.user), pk=pk)


def press(
    request: HttpRequest, meeting: Meeting, form: forms.Form, act: Callable[..., None], *, keep: str = ""
) -> HttpResponse:
    """Do what a form asks. `keep` names the form whose words are shown again where they were refused."""
    kept = {keep: form} if keep else {}
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return show_room(request, meeting, said=said, status=400, typed=kept)
    try:
        act(meeting, **form.cleaned_data)
    except ValidationError as refusal:
        return show_room(request, meeting, said=" ".join(refusal.messages), status=400, typed=kept)
    except Conflict as refusal:
        return show_room(request, meeting, said=str(refusal.text), status=409, typed=kept)
    return show_room(request, meeting) if wants_part(request) else see_other(meeting.get_absolute_url())


# What a screen shows ------------------------------------------------------------------------------------------------


def wants_part(request: HttpRequest) -> bool:
    """Whether a script asks for the part of the page that changes."""
    return request.GET.get("part") == "room"


def show_room(
    request: HttpRequest,
    meeting: Meeting,
    *,
    said: str = "",
    status: int = 200,
    typed: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    """Show a meeting as it is now: the whole page, or for scripts the part that changes. `said` is a refusal."""
    by, at = member_of(request), timezone.now()
    # A look ahead (HEAD) isn't somebody who comes.
    if request.method != "HEAD" and meeting.state == MeetingState.RUNNING and not has_come(meeting, by):
        _come(request, meeting, at)
    # Read the head before the rows: a replay is harmless, a gap is not.
    live = position(meeting_topic(meeting.pk))
    audiences = audiences_of(by)
    room = room_of(_meeting(request, meeting.pk), by, audiences)
    context = {
        "live": live,
        "refused": said,
        "on_screen": "screen" in request.GET,
        "meeting": room.meeting,
        **room_context(request, room, audiences, at),
    }
    context |= typed or {}
    template = "meetings/_room.html" if wants_part(request) else "meetings/detail.html"
    return render(request, template, context, status=status)


def _come(request: HttpRequest, meeting: Meeting, at: datetime) -> None:
    try:
        come_in(by=member_of(request), meeting=meeting, at=at)
    except Conflict:
        messages.info(request, _("The meeting has ended."))
