"""Pages of attachments: the list beside an idea, the form that adds to it, and the files themselves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from ideas.actions.annexes import note_download
from ideas.actions.attachments import add_attachment, remove_attachment
from ideas.choices import AttachmentAudience
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.attachments import LARGEST_BYTES
from ideas.exchange.downloads import harmless, save_as
from ideas.forms.attachments import AttachmentForm
from ideas.forms.comments import new_client_id
from ideas.models import Attachment, Idea, Member
from ideas.models.comments import room_url
from ideas.pages.parts import member_of, put_on, see_other, visible_idea
from ideas.queries.attachments import (
    attachments_of,
    attachments_visible_to,
    is_on_its_team,
    stored_file,
    thumbnail_bytes,
)
from ideas.queries.topics import idea_topic, plan_topic
from ideas.rules.attachments import can_remove_attachment, takes_attachments
from ideas.rules.ideas import is_author
from realtime import log


def panel_context(request: HttpRequest, idea: Idea, *, form: AttachmentForm | None = None) -> dict[str, Any]:
    """Give a page what `attachments/_panel.html` draws: merge it into the page's context, and include that partial.

    {"files": …}: see `panel_of`.
    """
    return {"files": panel_of(request, idea, form=form)}


def panel_of(
    request: HttpRequest, idea: Idea, *, form: AttachmentForm | None = None, room: bool = False
) -> dict[str, Any]:
    """Shape the files beside an idea as `attachments/_panel.html` draws them; `room`: those of the partners' room.

    The caller has read the idea's live position before, and loaded the idea through `visible_to`. A fixed number of
    queries. Who may add nothing and finds nothing gets an empty place, which may fill.
    """
    viewer = member_of(request)
    team = is_on_its_team(viewer, idea)
    position = log.position(plan_topic(idea.pk)) if team else None  # before the rows
    found = attachments_of(idea.pk, team=team)
    rows = list(found.filter(audience=AttachmentAudience.PARTNERS) if room else found)
    may_all = viewer.is_staff or (bool(rows) and is_author(viewer, idea))
    may_add = team and takes_attachments(idea)
    return {
        "idea": idea,
        "name": "room" if room else "idea",
        "room": room,
        # Two panels of one page have no id in common.
        "prefix": "room-" if room else "",
        "query": f"?room={AttachmentAudience.PARTNERS}" if room else "",
        "rows": [shown_file(row, viewer, may_all=may_all) for row in rows],
        "position": position,
        "form": (form or new_form(room=room)) if may_add else None,
        "largest": LARGEST_BYTES,
        "recorded": any(row.audience == AttachmentAudience.PARTNERS for row in rows),
    }


def new_form(data: Any = None, files: Any = None, *, room: bool) -> AttachmentForm:
    """A form for a file; in the partners' room its readers aren't a choice."""
    start = {"client_id": new_client_id(), "audience": AttachmentAudience.PARTNERS if room else AttachmentAudience.ALL}
    return AttachmentForm(data, files, initial=start, auto_id="id_room_%s" if room else "id_%s")


def _is_of_room(request: HttpRequest) -> bool:
    return request.GET.get("room") == AttachmentAudience.PARTNERS


def shown_file(row: Attachment, viewer: Member, *, may_all: bool) -> dict[str, Any]:
    """What `attachments/_file.html` draws."""
    return {
        "id": row.pk,
        "url": row.get_absolute_url(),
        "name": row.name,
        "suffix": row.suffix.upper(),
        "size_bytes": row.size_bytes,
        "who": row.uploaded_by.name,
        "at": row.uploaded_at,
        "thumbnail": reverse("attachments:thumbnail", args=[row.pk]) if row.thumbnail_as else "",
        "partners_only": row.audience == AttachmentAudience.PARTNERS,
        "may_remove": may_all or row.uploaded_by_id == viewer.pk,
    }


@login_required
@require_GET
def overview(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, visible_idea(request, reference))


@login_required
@require_POST
def add(request: HttpRequest, reference: str) -> HttpResponse:
    idea, by = visible_idea(request, reference), member_of(request)
    if not is_on_its_team(by, idea):
        raise NotAllowed
    form = new_form(request.POST, request.FILES, room=_is_of_room(request))
    status = 400
    if form.is_valid():
        try:
            content = form.content() | ({"audience": AttachmentAudience.PARTNERS} if _is_of_room(request) else {})
            add_attachment(by=by, idea=idea, at=timezone.now(), **content)
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            if request.headers.get("HX-Request"):
                return _page(request, idea)
            messages.success(request, _("The file is attached."))
            room = f"{room_url(idea, AttachmentAudience.PARTNERS)}#room-attachments"
            return see_other(room if _is_of_room(request) else f"{idea.get_absolute_url()}#attachments")
    return _page(request, idea, form=form, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    attachment, by = _attachment(request, pk), member_of(request)
    if request.method == "GET":
        if not can_remove_attachment(by, attachment):
            raise NotAllowed
        return render(request, "attachments/remove.html", {"attachment": attachment, "idea": attachment.idea})
    idea = attachment.idea
    remove_attachment(by=by, attachment=attachment)
    messages.success(request, _("The file is removed."))
    return see_other(f"{idea.get_absolute_url()}#attachments")


@login_required
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    attachment = _attachment(request, pk)
    if request.method == "GET":  # a HEAD shows nothing of it
        note_download(by=member_of(request), attachment=attachment, at=timezone.now())
    return save_as(stored_file(attachment), request.headers, is_async=isinstance(request, ASGIRequest))


@login_required
@require_safe
def thumbnail(request: HttpRequest, pk: int) -> HttpResponseBase:
    attachment = _attachment(request, pk)
    if not attachment.thumbnail_as:
        raise Http404
    return harmless(HttpResponse(thumbnail_bytes(attachment), content_type="image/webp"))


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    """Load an attachment for its reader. Raises Http404, the same for an unknown and an invisible one."""
    return get_object_or_404(attachments_visible_to(request.user), pk=pk)


def _page(request: HttpRequest, idea: Idea, *, form: AttachmentForm | None = None, status: int = 200) -> HttpResponse:
    position = log.position(idea_topic(idea.pk))  # before the rows: a replay is harmless, a gap is not
    files = panel_of(request, idea, form=form, room=_is_of_room(request))
    context = {"idea": idea, "position": position, "files": files}
    template = "attachments/_panel.html" if request.headers.get("HX-Request") else "attachments/list.html"
    return render(request, template, context, status=status)
