"""Where forms of ideas are kept while they are typed, and thrown away."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ideas.actions.drafts import MAX_CHARS, close_draft, keep_draft
from ideas.errors import NotAllowed
from ideas.forms.drafts import DraftForm, key_in, new_key, typed_in
from ideas.models import Idea, Member
from ideas.pages import parts

# In the session of somebody signed out: {"member", "path", "fields"} of the form that they sent.
SENT = "sent_before_sign_in"
View = Callable[..., HttpResponse]


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a form as it stands: {"saved_at"}, or {"errors"}."""
    asked = DraftForm({"draft": request.POST.get("draft"), "idea": request.POST.get("draft_of")})
    if not asked.is_valid():
        return JsonResponse({"errors": [text for texts in asked.errors.values() for text in texts]}, status=400)
    reference, key = asked.cleaned_data["idea"], asked.cleaned_data["draft"]
    idea = parts.visible_idea(request, reference) if reference else None
    try:
        kept = keep_draft(
            by=parts.member_of(request), key=key, idea=idea, fields=typed_in(request.POST), at=timezone.now()
        )
    except ValidationError as refusal:
        return JsonResponse({"errors": refusal.messages}, status=400)
    return JsonResponse({"saved_at": kept.saved_at})


@login_required
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw a form away, and begin again from what is saved."""
    asked = DraftForm({"draft": request.POST.get("draft"), "idea": request.POST.get("draft_of")})
    if not asked.is_valid():
        messages.error(request, _("This text isn't kept any more. Nothing was changed."))
        return parts.see_other(reverse("ideas:new"))
    close_draft(by=parts.member_of(request), key=asked.cleaned_data["draft"], at=timezone.now())
    messages.success(request, _("What you hadn't saved is discarded."))
    reference = asked.cleaned_data["idea"]
    if reference:
        return parts.see_other(reverse("ideas:edit", args=[parts.visible_idea(request, reference).reference]))
    return parts.see_other(reverse("ideas:new"))


# For the pages of the form ------------------------------------------------------------------------------------------


def keep_typed(request: HttpRequest, idea: Idea | None) -> None:
    """Keep what was sent and not saved, under the name of its form. What is too long stays in the answer alone."""
    key = key_in(request.POST)
    if key:
        with suppress(ValidationError):
            fields = typed_in(request.POST)
            keep_draft(by=parts.member_of(request), key=key, idea=idea, fields=fields, at=timezone.now())


def typed_before_sign_in(view: View) -> View:
    """Let a form that comes after its writer's session has ended wait for them: it is drawn again once they are back.

    For its writer alone: whoever else signs in at this machine meets nothing of it.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, **named: Any) -> HttpResponse:
        if not isinstance(request.user, Member):
            if request.method == "POST":
                _let_wait(request)
        elif request.method == "GET" and SENT in request.session:
            _take_up(request, request.session.pop(SENT), **named)
        return view(request, **named)

    return wrapped


def _let_wait(request: HttpRequest) -> None:
    writer, fields = parts.number_in(request.POST.get("writer")), typed_in(request.POST)
    if writer and sum(len(str(value)) for value in fields.values()) <= MAX_CHARS:
        key = key_in(request.POST) or new_key()
        request.session[SENT] = {"member": writer, "path": request.path, "key": key, "fields": fields}


def _take_up(request: HttpRequest, sent: dict[str, Any], reference: str = "") -> None:
    by = parts.member_of(request)
    if sent["member"] != by.pk or sent["path"] != request.path:
        return
    idea = parts.visible_idea(request, reference) if reference else None
    with suppress(ValidationError, NotAllowed):
        keep_draft(by=by, key=sent["key"], idea=idea, fields=sent["fields"], at=timezone.now())
