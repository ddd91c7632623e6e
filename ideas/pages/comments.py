"""Pages of comments: the two discussions under an idea, and the forms that write into them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ideas.actions.comments import delete_comment, edit_comment, post_comment
from ideas.choices import CommentAudience
from ideas.errors import Conflict, NotAllowed
from ideas.forms.comments import CommentEditForm, CommentForm, new_client_id
from ideas.models import Comment, Idea, Member
from ideas.models.comments import room_url
from ideas.pages import attachments
from ideas.pages.parts import member_of, number_in, put_on, see_other, visible_idea, wants_json
from ideas.queries.attachments import is_on_its_team
from ideas.queries.comments import comments_visible_to, may_enter_room, rooms_of, threads_of
from ideas.queries.topics import idea_topic, plan_topic
from ideas.rules.comments import can_delete_comment, can_edit_comment
from ideas.rules.ideas import can_comment
from ideas.serializers.comments import CommentSerializer
from ideas.text import MAX_BODY_CHARS, clean_text
from realtime import log


def section_context(
    request: HttpRequest,
    idea: Idea,
    *,
    form: CommentForm | None = None,
    before: int | None = None,
) -> dict[str, Any]:
    """Give a page what `comments/_section.html` draws: merge it into the page's context, and include that partial.

    {"discussion": …}. The caller has read the idea's live position before, and loaded the idea through `visible_to`.
    A fixed number of queries. `?room=partners` chooses the partners' discussion, for who may read it: everybody else
    is shown the open one, and no word of another. `?reply=ID` names the comment that the composer answers.
    """
    viewer = member_of(request)
    room = room_in(request, idea)
    audience, key = room.audience, {"client_id": new_client_id(), "parent": number_in(request.GET.get("reply"))}
    form = form or CommentForm(idea=idea, audience=audience, initial=key)
    threads = threads_of(idea.pk, audience=audience, before=before)
    rooms = _rooms(room, idea)
    discussion = {
        "idea": idea,
        "room": audience,
        "rooms": rooms,
        "position": room.position if room.is_closed else None,
        "count": rooms["counts"][audience] if rooms else idea.comment_count,
        "files": attachments.panel_of(request, idea, room=True) if room.is_closed else None,
        "threads": [
            {"comment": shown(root, viewer), "replies": [shown(reply, viewer) for reply in root.thread]}  # type: ignore[attr-defined]  # annotated by threads_of
            for root in threads.roots
        ],
        "earlier": threads.earlier,
        "form": form,
        "answered": _answered(form, idea, audience),
        "viewer": viewer,
        "may_post": can_comment(viewer, idea) and (room.position is not None or not room.is_closed),
        "max_chars": MAX_BODY_CHARS,
        "url": room_url(idea, audience),
        "reply_url": f"{room_url(idea, audience)}{'&' if room.is_closed else '?'}reply=",
        # Scripts put an id in the place of this number.
        "edit_url": reverse("comments:edit", args=[0]),
        "delete_url": reverse("comments:delete", args=[0]),
    }
    return {"discussion": discussion}


@dataclass(frozen=True)
class Room:
    """Which discussion a reader looks at, whether they may read both, and where they follow the partners' one.

    `position` is None for who isn't on the team: the room of an idea that went into another one is told no more.
    """

    audience: str
    may_read_both: bool
    position: Any

    @property
    def is_closed(self) -> bool:
        return self.audience == CommentAudience.PARTNERS


def room_in(request: HttpRequest, idea: Idea) -> Room:
    """Read which discussion of an idea a request means; the open one for who may read no other."""
    viewer = member_of(request)
    team = is_on_its_team(viewer, idea)
    enters = team or (idea.merged_into_id is not None and may_enter_room(viewer, idea))
    position = log.position(plan_topic(idea.pk)) if team else None  # before the rows
    wanted = request.GET.get("room") == CommentAudience.PARTNERS
    return Room(CommentAudience.PARTNERS if wanted and enters else CommentAudience.ALL, enters, position)


def _rooms(room: Room, idea: Idea) -> dict[str, Any] | None:
    """What `comments/_rooms.html` draws: the tabs, and who reads where one is; None for who may read one alone."""
    if not room.may_read_both:
        return None
    found = rooms_of(idea)
    counts: dict[str, int] = {
        CommentAudience.ALL: found.open_count,
        CommentAudience.PARTNERS: found.partners_count,
    }
    return {
        "position": room.position,
        "counts": counts,
        "tabs": [
            {
                "label": label,
                "url": f"{room_url(idea, audience)}#discussion",
                "current": audience == room.audience,
                "count": counts[audience],
            }
            for audience, label in CommentAudience.choices
        ],
        "said": _readers(found.organisations) if room.is_closed else _("Everybody who sees the idea reads it."),
    }


def _readers(partners: int) -> str:
    """Say who reads the partners' room."""
    if not partners:
        return _("Only the authors can read this, and the people of the organisations that will join.")
    readers = ngettext(
        "Only the authors and the people of the partners can read this: %(n)d organisation.",
        "Only the authors and the people of the partners can read this: %(n)d organisations.",
        partners,
    )
    return readers % {"n": partners}


def shown(comment: Comment, viewer: Member) -> dict[str, Any]:
    """Shape a comment as `comments/_comment.html` draws it. `comments.js` makes the same of a change's payload."""
    data = CommentSerializer(comment).data
    mine = comment.author_id == viewer.pk
    return {
        "id": comment.pk,
        "parent_id": comment.parent_id,
        "client_id": comment.client_id,
        "author_name": data["author"]["name"],
        "author_initials": data["author"]["initials"],
        "organisation": data["author"]["organisation"],
        "html": comment.html,
        "created_at": comment.created_at,
        "edited": comment.edited_at is not None,
        "deleted": comment.deleted_at is not None,
        "mine": mine,
        "may_delete": mine or viewer.is_staff,
        "edit_url": reverse("comments:edit", args=[comment.pk]),
        "delete_url": reverse("comments:delete", args=[comment.pk]),
    }


@require_GET
@login_required
def thread(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    if request.headers.get("HX-Request"):
        context = section_context(request, idea, before=number_in(request.GET.get("before")))
        return render(request, "comments/_threads.html", context)
    return _page(request, idea, before=number_in(request.GET.get("before")))


@require_GET
@login_required
def rooms(request: HttpRequest, reference: str) -> HttpResponse:
    """The tabs alone, for a page that is open: its reader comes onto the team, or leaves it."""
    idea = visible_idea(request, reference)
    room = room_in(request, idea)
    context = {"rooms": _rooms(room, idea), "idea": idea, "room": room.audience}
    return render(request, "comments/_rooms.html", context)


@require_POST
@login_required
def post(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    audience = room_in(request, idea).audience
    if request.GET.get("room", CommentAudience.ALL) != audience:
        raise Http404  # what was written for partners is never shown to others instead
    form = CommentForm(request.POST, idea=idea, audience=audience)
    status = 400
    if form.is_valid():
        try:
            comment = post_comment(
                by=member_of(request), idea=idea, audience=audience, **form.cleaned_data, at=timezone.now()
            )
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            if wants_json(request):
                return JsonResponse(CommentSerializer(comment).data)
            if (comment.body, comment.audience) == (clean_text(form.cleaned_data["body"]), audience):
                return see_other(comment.get_absolute_url())
            form = _sent_already(form, idea, audience)
            status = 409
    return _refused(request, idea, form, status)


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    comment = get_object_or_404(comments_visible_to(request.user), pk=pk)
    member = member_of(request)
    if comment.deleted_at and comment.author_id == member.pk:
        raise Conflict("comment_deleted")
    if not can_edit_comment(member, comment):
        raise NotAllowed
    form = CommentEditForm(request.POST or None, initial={"body": comment.body})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                comment = edit_comment(by=member, comment=comment, at=timezone.now(), **form.cleaned_data)
            except (ValidationError, Conflict) as refusal:
                status = put_on(form, refusal)
            else:
                if wants_json(request):
                    return JsonResponse(CommentSerializer(comment).data)
                return see_other(comment.get_absolute_url())
        if wants_json(request):
            return _errors(form, status)
    template = "comments/_edit.html" if request.headers.get("HX-Request") else "comments/edit.html"
    context = {"comment": comment, "idea": comment.idea, "form": form, "max_chars": MAX_BODY_CHARS}
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    comment = get_object_or_404(comments_visible_to(request.user), pk=pk)
    member = member_of(request)
    if not can_delete_comment(member, comment):
        raise NotAllowed
    if request.method == "GET":
        return render(request, "comments/delete.html", {"comment": comment, "idea": comment.idea})
    comment = delete_comment(by=member, comment=comment, at=timezone.now())
    if wants_json(request):
        return JsonResponse(CommentSerializer(comment).data)
    messages.success(request, _("The comment is deleted."))
    return see_other(f"{room_url(comment.idea, comment.audience)}#discussion")


def _page(
    request: HttpRequest, idea: Idea, *, form: CommentForm | None = None, before: int | None = None, status: int = 200
) -> HttpResponse:
    position = log.position(idea_topic(idea.pk))  # before the rows: a replay is harmless, a gap is not
    context = {"idea": idea, "position": position, "before": before}
    context |= section_context(request, idea, form=form, before=before)
    return render(request, "comments/list.html", context, status=status)


def _refused(request: HttpRequest, idea: Idea, form: CommentForm, status: int) -> HttpResponse:
    if wants_json(request):
        return _errors(form, status)
    return _page(request, idea, form=form, status=status)


def _errors(form: CommentForm | CommentEditForm, status: int) -> JsonResponse:
    """{"errors": [sentences]}: what a script shows beside the composer."""
    return JsonResponse({"errors": [str(text) for texts in form.errors.values() for text in texts]}, status=status)


def _sent_already(form: CommentForm, idea: Idea, audience: str) -> CommentForm:
    """The key of a form that was sent before came with another text: keep the text, under a new key."""
    body = form.cleaned_data["body"]
    typed = {"body": body, "parent": form["parent"].value() or "", "client_id": new_client_id()}
    again = CommentForm(typed, idea=idea, audience=audience)
    again.add_error(None, _("This form posted a comment before. If this is another one, post it again."))
    return again


def _answered(form: CommentForm, idea: Idea, audience: str) -> Comment | None:
    """The standing comment that the composer answers, for the line above it."""
    number = number_in(str(form["parent"].value() or ""))
    standing = Comment.objects.filter(idea=idea, audience=audience, deleted_at=None).select_related("author")
    return standing.filter(pk=number).first() if number else None
