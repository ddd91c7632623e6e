"""Pages of comments: the discussion under an idea, and the forms that write into it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ideas.actions.comments import delete_comment, edit_comment, post_comment
from ideas.errors import Conflict, NotAllowed
from ideas.forms.comments import CommentEditForm, CommentForm, new_client_id
from ideas.models import Comment, Idea, Member
from ideas.pages.parts import member_of, number_in, put_on, see_other, visible_idea, wants_json
from ideas.queries.comments import comments_visible_to, threads_of
from ideas.queries.topics import idea_topic
from ideas.rules.comments import can_delete_comment, can_edit_comment
from ideas.rules.ideas import can_comment
from ideas.serializers.comments import CommentSerializer
from ideas.text import MAX_BODY_CHARS, clean_text
from realtime import log


def section_context(
    request: HttpRequest, idea: Idea, *, form: CommentForm | None = None, before: int | None = None
) -> dict[str, Any]:
    """Give a page what `comments/_section.html` draws: merge it into the page's context, and include that partial.

    {"discussion": …}. The caller has read the idea's live position before, and loaded the idea through `visible_to`.
    A fixed number of queries. `?reply=ID` names the comment that the composer answers.
    """
    viewer = member_of(request)
    threads = threads_of(idea.pk, before=before)
    answered = number_in(request.GET.get("reply"))
    form = form or CommentForm(idea=idea, initial={"client_id": new_client_id(), "parent": answered})
    discussion = {
        "idea": idea,
        "threads": [
            {"comment": shown(root, viewer), "replies": [shown(reply, viewer) for reply in root.thread]}  # type: ignore[attr-defined]  # annotated by threads_of
            for root in threads.roots
        ],
        "earlier": threads.earlier,
        "form": form,
        "answered": _answered(form, idea),
        "viewer": viewer,
        "may_post": can_comment(viewer, idea),
        "max_chars": MAX_BODY_CHARS,
        # Scripts put an id in the place of this number.
        "edit_url": reverse("comments:edit", args=[0]),
        "delete_url": reverse("comments:delete", args=[0]),
    }
    return {"discussion": discussion}


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


@require_POST
@login_required
def post(request: HttpRequest, reference: str) -> HttpResponse:
    idea = visible_idea(request, reference)
    form = CommentForm(request.POST, idea=idea)
    status = 400
    if form.is_valid():
        try:
            comment = post_comment(by=member_of(request), idea=idea, **form.cleaned_data, at=timezone.now())
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            if wants_json(request):
                return JsonResponse(CommentSerializer(comment).data)
            if comment.body == clean_text(form.cleaned_data["body"]):
                return _to_comment(comment)
            form = _sent_already(form, idea)
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
                return JsonResponse(CommentSerializer(comment).data) if wants_json(request) else _to_comment(comment)
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
    return see_other(f"{comment.idea.get_absolute_url()}#discussion")


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


def _sent_already(form: CommentForm, idea: Idea) -> CommentForm:
    """The key of a form that was sent before came with another text: keep the text, under a new key."""
    body = form.cleaned_data["body"]
    again = CommentForm({"body": body, "parent": form["parent"].value() or "", "client_id": new_client_id()}, idea=idea)
    again.add_error(None, _("This form posted a comment before. If this is another one, post it again."))
    return again


def _answered(form: CommentForm, idea: Idea) -> Comment | None:
    """The standing comment that the composer answers, for the line above it."""
    number = number_in(str(form["parent"].value() or ""))
    standing = Comment.objects.filter(idea=idea, deleted_at=None).select_related("author")
    return standing.filter(pk=number).first() if number else None


def _to_comment(comment: Comment) -> HttpResponse:
    return see_other(f"{comment.idea.get_absolute_url()}#comment-{comment.pk}")
