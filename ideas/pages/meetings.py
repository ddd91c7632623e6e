"""Pages of meetings: plan one over a list, its agenda until it begins, and its minutes. The live room is
`meeting_room`.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.meetings import add_item, begin_meeting, edit_meeting, leave_out, move_item, plan_meeting
from ideas.choices import MeetingState
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.documents import write_docx
from ideas.forms.meetings import AddForm, EditForm, MeetingForm, PlaceForm, PressForm
from ideas.models import Meeting, MeetingItem, Member, Shortlist
from ideas.pages.downloads import send, temporary_file
from ideas.pages.meeting_room import press, show_room
from ideas.pages.meeting_screens import minutes_context
from ideas.pages.parts import member_of, posted, put_on, see_other
from ideas.queries.meetings import Room, items_seen, meetings_of, meetings_visible_to, room_of
from ideas.queries.shortlists import shortlists_visible_to
from ideas.rules.meetings import can_plan_meeting
from ideas.serializers.meetings import minutes_paper


def of_list(shortlist: Shortlist, by: Member, *, may_plan: bool) -> dict[str, Any] | None:
    """Give the page of a list what `meetings/_of_list.html` draws, for who curates it; None where there is nothing."""
    rows = list(meetings_of(shortlist, by))
    return {"rows": rows, "may_plan": may_plan, "shortlist": shortlist} if rows or may_plan else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    by = member_of(request)
    shortlist = get_object_or_404(shortlists_visible_to(by), pk=pk)
    if not can_plan_meeting(by, shortlist):
        raise NotAllowed
    form = MeetingForm(posted(request))
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            meeting = plan_meeting(by=by, shortlist=shortlist, at=timezone.now(), **form.cleaned_data)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The meeting is planned. Its agenda is the list's order; change it here."))
            return see_other(meeting.get_absolute_url())
    return render(request, "meetings/form.html", {"form": form, "shortlist": shortlist}, status=status)


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show_room(request, _meeting(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk)
    initial = {"title": meeting.title, "starts_at": meeting.starts_at, "version": meeting.version}
    form = EditForm(posted(request), initial=initial)
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        try:
            edit_meeting(by=member_of(request), meeting=meeting, at=timezone.now(), **form.cleaned_data)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The meeting is saved."))
            return see_other(meeting.get_absolute_url())
    context = {"form": form, "shortlist": meeting.shortlist, "meeting": meeting}
    return render(request, "meetings/form.html", context, status=status)


@login_required
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    return press(request, _meeting(request, pk), PressForm(request.POST), _by(request, begin_meeting))


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk)
    form = AddForm(request.POST, meeting=meeting, by=member_of(request))
    return press(request, meeting, form, _by(request, add_item))


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)

    def act(_meeting: Meeting, **given: Any) -> None:
        move_item(by=member_of(request), item=item, at=timezone.now(), **given)

    return press(request, item.meeting, PlaceForm(request.POST), act)


@login_required
@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)

    def act(_meeting: Meeting, **given: Any) -> None:
        leave_out(by=member_of(request), item=item, at=timezone.now(), **given)

    return press(request, item.meeting, PressForm(request.POST), act)


@login_required
@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "meetings/minutes.html", minutes_context(_ended(request, pk)))


@login_required
@require_safe
def minutes_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    room, file = _ended(request, pk), temporary_file()
    language = (translation.get_language() or "it")[:2]
    write_docx(minutes_paper(room, site=settings.SITE_URL, language=language), file)
    return send(file, f"jvl-minutes-{room.meeting.pk}-{timezone.localdate(room.meeting.ended_at):%Y-%m-%d}.docx")


# Loading ------------------------------------------------------------------------------------------------------------


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(meetings_visible_to(request.user), pk=pk)


def _item(request: HttpRequest, pk: int) -> MeetingItem:
    """Load a part of an agenda that the reader sees, of a meeting that they may be in. Raises Http404."""
    seen = items_seen(request.user).filter(meeting__in=meetings_visible_to(request.user).values("pk"))
    return get_object_or_404(seen.select_related("meeting__shortlist__value_chain"), pk=pk)


def _ended(request: HttpRequest, pk: int) -> Room:
    """Read a meeting that has ended, as far as the reader sees it. Raises Http404 before that."""
    meeting = _meeting(request, pk)
    if meeting.state != MeetingState.ENDED:
        raise Http404
    return room_of(meeting, member_of(request))


def _by(request: HttpRequest, act: Callable[..., Any]) -> Callable[..., None]:
    def run(meeting: Meeting, **given: Any) -> None:
        act(by=member_of(request), meeting=meeting, at=timezone.now(), **given)

    return run
