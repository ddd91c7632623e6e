"""Pages on which an idea is written: a new one, and one that there is."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas.actions.drafts import close_draft
from ideas.actions.ideas import change_state, edit_idea, post_idea
from ideas.choices import IdeaState
from ideas.errors import Conflict, NotAllowed
from ideas.forms.drafts import key_in, new_key
from ideas.forms.ideas import IdeaForm
from ideas.forms.sections import needed_of, sections_of
from ideas.forms.versions import brought_onto
from ideas.models import Call, Draft, Idea
from ideas.pages import outlines, parts
from ideas.pages.drafts import keep_typed, typed_before_sign_in
from ideas.queries.drafts import drafts_of
from ideas.rules.ideas import can_edit_idea, next_states

# What the buttons of `outlines/_panel.html` ask for.
OUTLINING = frozenset({outlines.WRITE, outlines.TAKE})


@typed_before_sign_in
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    if request.method != "POST":
        return _show_begun(request, at=at)
    form = IdeaForm(request.POST, by=by, at=at)
    if request.POST.get("act") in OUTLINING:
        return _outlined(request, form, at=at)
    if not form.is_valid():
        return _show_refused(request, form, 400)
    try:
        idea = post_idea(by=by, content=form.content(), at=at)
    except ValidationError as refusal:
        return _show_refused(request, form, parts.put_on(form, refusal))
    return _saved(request, form, idea, at=at)


@typed_before_sign_in
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    at, by = timezone.now(), parts.member_of(request)
    idea = parts.visible_idea(request, reference)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    if request.method != "POST":
        return _show_begun(request, idea, at=at)
    form = IdeaForm(request.POST, by=by, at=at, idea=idea)
    if request.POST.get("act") in OUTLINING:
        return _outlined(request, form, idea, at=at)
    if not form.is_valid():
        return _show_refused(request, form, 400, idea)
    try:
        version = form.cleaned_data["version"] or 0
        idea = edit_idea(by=by, idea=idea, content=form.content(), version=version, at=at)
    except ValidationError as refusal:
        return _show_refused(request, form, parts.put_on(form, refusal), idea)
    except Conflict as refusal:
        return _show_both(request, form, idea, refusal, at=at)
    return _saved(request, form, idea, at=at)


# Text that isn't saved ----------------------------------------------------------------------------------------------


def _show_begun(request: HttpRequest, idea: Idea | None = None, *, at: datetime) -> HttpResponse:
    """The form to begin with: as the writer left it unsaved, or of what is saved. `?draft=` names another one."""
    by = parts.member_of(request)
    begun = drafts_of(by, idea)
    asked = request.GET.get("draft", "")
    # A call in the address asks for a form of its own.
    first = not asked and "call" not in request.GET
    restored = next((draft for draft in begun if first or draft.key == asked), None)
    initial = {} if idea else _call_asked(request)
    form = IdeaForm(by=by, at=at, idea=idea, initial=restored.fields if restored else initial)
    others = [_begun(draft) for draft in begun if draft != restored] if idea is None else []
    outlined = restored is not None and "outlined" in request.GET
    return _show_form(request, form, idea, restored=restored, others=others, fresh=_fresh(idea), outlined=outlined)


def _fresh(idea: Idea | None) -> str:
    return "" if idea else reverse("ideas:new", query={"draft": "none"})


def _begun(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title or _("Without a title"),
        "saved_at": draft.saved_at,
        "url": reverse("ideas:new", query={"draft": draft.key}),
    }


def _show_refused(request: HttpRequest, form: IdeaForm, status: int, idea: Idea | None = None) -> HttpResponse:
    """The form with what is wrong; what was typed is kept, should its writer go away now."""
    keep_typed(request, idea)
    return _show_form(request, form, idea, status=status)


def _outlined(request: HttpRequest, form: IdeaForm, idea: Idea | None = None, *, at: datetime) -> HttpResponse:
    """The form again, with the headings of its call's outline; nothing is saved, and all that was typed is kept."""
    try:
        key, changed = outlines.apply(request, idea, at)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _show_form(request, form, idea, status=400)
    query = {"draft": key, "outlined": "1"}
    path = reverse("ideas:edit", args=[idea.reference], query=query) if idea else reverse("ideas:new", query=query)
    # Why nothing was changed stands at the head of the page.
    return parts.see_other(f"{path}#part-content" if changed else path)


# Parts of the form --------------------------------------------------------------------------------------------------


def _call_asked(request: HttpRequest) -> dict[str, str]:
    """The call that the address names, for the form of a new idea; an unknown one is ignored. `?outline=1` begins with
    the headings for its kind.
    """
    identifier = request.GET.get("call", "").replace("\x00", "")
    found = Call.objects.filter(identifier=identifier).values_list("id", flat=True).first() if identifier else None
    if not found:
        return {}
    language = parts.member_of(request).language
    texts = outlines.texts_for(identifier, language) if "outline" in request.GET else {}
    return {"call": str(found), **texts}


def _show_form(
    request: HttpRequest, form: IdeaForm, idea: Idea | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "idea": idea,
        "action": reverse("ideas:edit", args=[idea.reference]) if idea else reverse("ideas:new"),
        "draft_key": f"idea-{idea.reference}" if idea else "idea-new",
        "sections": sections_of(form),
        "needed": needed_of(form),
        "outline": outlines.shown_in(form),
        "form_key": _key_of(request, more.get("restored")),
        "may_open": idea is None or IdeaState.OPEN in next_states(parts.member_of(request), idea),
        **more,
    }
    return render(request, "ideas/form.html", context, status=status)


def _key_of(request: HttpRequest, restored: Draft | None) -> str:
    """The name under which what is typed into the form is kept: it goes on under the one that it has."""
    if restored is not None:
        return restored.key
    return key_in(request.POST) or new_key()


def _saved(request: HttpRequest, form: IdeaForm, idea: Idea, *, at: datetime) -> HttpResponse:
    """Answer a save: open the idea where that was asked, and say what happened."""
    if key := key_in(request.POST):
        close_draft(by=parts.member_of(request), key=key, at=at)
    if request.POST.get("act") == "preview":
        return parts.see_other(reverse("ideas:preview", args=[idea.reference]))
    if request.POST.get("act") != "open" or idea.state == IdeaState.OPEN:
        messages.success(
            request, _("Draft saved. Only its authors see it.") if idea.state == IdeaState.DRAFT else _("Saved.")
        )
        return parts.see_other(idea.get_absolute_url())
    try:
        change_state(by=parts.member_of(request), idea=idea, state=IdeaState.OPEN, at=at)
    except ValidationError as refusal:
        return show_missing(request, idea, refusal, at=at)
    messages.success(request, _("Saved and opened. Everyone you chose can see it now."))
    return parts.see_other(idea.get_absolute_url())


def show_missing(request: HttpRequest, idea: Idea, refusal: ValidationError, *, at: datetime) -> HttpResponse:
    """The form of an idea that is saved but can't be opened yet, with what is missing beside the fields."""
    by = parts.member_of(request)
    form = IdeaForm(IdeaForm(by=by, at=at, idea=idea).initial, by=by, at=at, idea=idea)
    form.full_clean()
    return _show_form(request, form, idea, status=parts.put_on(form, refusal), kept=True, form_key=new_key())


def _show_both(request: HttpRequest, form: IdeaForm, idea: Idea, refusal: Conflict, *, at: datetime) -> HttpResponse:
    """Somebody saved first: both texts side by side, and the next save goes over the newer one knowingly.

    Where the writer had changed nothing, theirs is taken over: or that save would undo what they never looked at.
    """
    by = parts.member_of(request)
    newer = Idea.objects.get(pk=idea.pk)
    base = newer.versions.filter(number=form.cleaned_data["version"] or 0).first()
    typed, taken = brought_onto(newer, base, request.POST, by=by, at=at)
    theirs, again = IdeaForm(by=by, at=at, idea=newer), IdeaForm(typed, by=by, at=at, idea=newer)
    again.full_clean()
    differences = [
        {"label": again[name].label, "theirs": theirs.shown(name), "mine": again.shown(name)}
        for name in again.fields
        if name != "version" and theirs.shown(name) != again.shown(name)
    ]
    keep_typed(request, idea)
    both = {
        "differences": differences,
        "taken": [again[name].label for name in taken],
        "last": newer.versions.select_related("by").first(),
    }
    return _show_form(request, again, newer, status=parts.put_on(again, refusal), **both)
