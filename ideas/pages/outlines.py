"""The outline for the kind of call that an idea aims at, inside the form in which the idea is written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.actions.drafts import keep_draft
from ideas.choices import ConsortiumRole, Language
from ideas.forms.drafts import key_in, new_key, typed_in
from ideas.forms.ideas import TEXTS, IdeaForm
from ideas.models import Call, Idea
from ideas.pages import parts
from ideas.queries.outlines import Outline, Said, is_unwritten, outline_for

# What a button of the form does with the outline, by the value of `act`.
WRITE, TAKE = "outline", "outline_away"
ROLES = dict(ConsortiumRole.choices)


@login_required
@require_safe
def panel(request: HttpRequest) -> HttpResponse:
    """A fragment for the form's script: the outline for `?call=`; `?headed=` names fields that hold headings alone."""
    outline = _outline_of(request.GET.get("call"))
    headed = [name for name in TEXTS if name in request.GET.getlist("headed")]
    context = {"outline": _drawn(outline, headed) if outline else None}
    return render(request, "outlines/_fragment.html", context)


def shown_in(form: IdeaForm) -> dict[str, Any] | None:
    """What `outlines/_panel.html` and `outlines/_prompts.html` draw beside a form; None where its call has none."""
    call = form.things["call"].get(str(form["call"].value() or ""))
    outline = outline_for(call) if isinstance(call, Call) else None
    return _drawn(outline, _headed(_texts_in(form))) if outline else None


def texts_for(identifier: str, language: str) -> dict[str, str]:
    """Give the headings to begin a new idea with, where an address asks for them: {field: text}."""
    call = Call.objects.prefetch_related("deadlines").filter(identifier=identifier).first()
    outline = outline_for(call) if call else None
    return outline.texts(_known(language)) if outline else {}


def apply(request: HttpRequest, idea: Idea | None, at: datetime) -> tuple[str, bool]:
    """Write the outline's headings into fields that are empty, or take them out of those with nothing else in them.

    No typed text is touched, nothing is saved: what comes of it is kept as every form on its way is. Returns the name
    of the form under which it is, and whether anything was changed; if not, a message says why. Raises ValidationError
    where the form is too long to be kept.
    """
    typed = typed_in(request.POST)
    texts = {name: str(typed.get(name) or "") for name in TEXTS}
    if request.POST.get("act") == TAKE:
        changed = dict.fromkeys(_headed(texts), "")
    else:
        outline = _outline_of(str(typed.get("call") or ""))
        given = outline.texts(_known(typed.get("language"))) if outline else {}
        changed = {name: text for name, text in given.items() if not texts[name].strip()}
        if not changed:
            _tell_why(request, outline)
    by, key = parts.member_of(request), key_in(request.POST) or new_key()
    kept = keep_draft(by=by, key=key, idea=idea, fields={**typed, **changed}, at=at)
    if kept.closed_at is not None:
        # The form was saved in another tab: what stands in this one goes on under a name of its own.
        kept = keep_draft(by=by, key=new_key(), idea=idea, fields={**typed, **changed}, at=at)
    return kept.key, bool(changed)


def _tell_why(request: HttpRequest, outline: Outline | None) -> None:
    """Say why no heading was written; where some were, the panel says so."""
    if outline is None:
        messages.info(request, _("There is no template for this kind of call. Choose another call, or write freely."))
    else:
        messages.info(request, _("Nothing was changed: every field has a text already."))


def _outline_of(call_id: str | None) -> Outline | None:
    call = Call.objects.prefetch_related("deadlines").filter(pk=parts.number_in(call_id) or 0).first()
    return outline_for(call) if call else None


def _texts_in(form: IdeaForm) -> dict[str, str]:
    return {name: str(form[name].value() or "") for name in TEXTS}


def _headed(texts: Mapping[str, str]) -> list[str]:
    """List the fields in which only an outline's headings stand."""
    return [name for name, text in texts.items() if text.strip() and is_unwritten(text)]


def _known(language: Any) -> str:
    return str(language) if language in Language.values else str(Language.IT)


def _drawn(outline: Outline, headed: list[str]) -> dict[str, Any]:
    """An outline in the reader's language; the questions of fields whose headings wait for their text are open."""
    language = _known((get_language() or "")[:2])

    def say(said: Said) -> str:
        return said[language]

    return {
        "name": say(outline.name),
        "about": say(outline.about),
        "looks_for": [say(one) for one in outline.looks_for],
        "roles": [{"label": ROLES[one.role], "why": say(one.why)} for one in outline.roles],
        "prompts": {
            name: {
                "rows": [{"heading": say(one.heading), "asks": say(one.asks)} for one in prompts],
                "open": name in headed,
            }
            for name, prompts in outline.fields.items()
        },
        "headed": ", ".join(str(IdeaForm.base_fields[name].label) for name in headed),
    }
