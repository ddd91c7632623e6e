"""Pages of an idea's confidential annex: asking before it is opened, reading it, its record, writing it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ideas import text
from ideas.actions.annexes import open_annex, write_annex
from ideas.errors import Conflict, NotAllowed
from ideas.forms.annexes import AnnexForm
from ideas.models import Annex, AnnexOpening, Idea, Member
from ideas.pages.attachments import shown_file
from ideas.pages.parts import member_of, number_in, put_on, see_other
from ideas.queries.annexes import annexed_ideas, annexes_visible_to, files_of, has_opened, record_of
from ideas.rules.annexes import can_write_annex
from ideas.rules.ideas import is_author


def link_context(member: Member, idea: Idea, *, may_write: bool) -> dict[str, Any]:
    """Give a page what `annexes/_link.html` draws: {"annex": {url, written, may_write}}, None for who may not know.

    The caller loaded the idea through `visible_to`, and asked `can_write_annex`. One query.
    """
    annex = annexes_visible_to(member).filter(idea=idea).first()
    if annex is None and not may_write:
        return {"annex": None}
    url = reverse("annexes:detail", args=[idea.reference])
    return {"annex": {"url": url, "written": annex is not None, "may_write": may_write}}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Authors see the text and who opened it; others are asked first, and again once there is a newer version."""
    by, idea, at = member_of(request), _idea(request, reference), timezone.now()
    annex = annexes_visible_to(by).filter(idea=idea).first()
    if is_author(by, idea):
        return _show_author(request, idea, annex)
    if annex is None:
        raise Http404
    if request.method == "POST":
        open_annex(by=by, annex=annex, at=at)
        return see_other(annex.get_absolute_url())
    if not has_opened(by, annex):
        return render(request, "annexes/ask.html", {"idea": idea, "annex": annex})
    if request.method == "GET":  # a HEAD shows nothing of it
        annex = open_annex(by=by, annex=annex, at=at)
    return render(request, "annexes/detail.html", _context(by, idea, annex))


def _show_author(request: HttpRequest, idea: Idea, annex: Annex | None) -> HttpResponse:
    """The text as it is, and the record beside it. `?before=` goes further back in the record."""
    if request.method == "POST":
        return see_other(reverse("annexes:detail", args=[idea.reference]))
    by = member_of(request)
    before = number_in(request.GET.get("before"))
    rows, older = record_of(idea, before=before)
    record = {
        "rows": [_shown_opening(row, annex) for row in rows],
        "older": reverse("annexes:detail", args=[idea.reference], query={"before": older}) if older else "",
        "is_first": before is None,
    }
    context = {"record": record, "is_author": True, "may_write": can_write_annex(by, idea)}
    return render(request, "annexes/detail.html", _context(by, idea, annex) | context)


def _context(by: Member, idea: Idea, annex: Annex | None) -> dict[str, Any]:
    files = [shown_file(row, by, may_all=False) for row in files_of(by, idea)]
    return {"idea": idea, "annex": annex, "files": files}


def _shown_opening(row: AnnexOpening, annex: Annex | None) -> dict[str, Any]:
    """What `annexes/_record.html` draws of a row."""
    return {
        "who": row.member.name,
        "organisation": row.organisation,
        "at": row.at,
        "version": row.version,
        "is_newest": annex is not None and row.version == annex.version,
        "file_name": row.file_name,
    }


# Writing ------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    by, idea = member_of(request), _idea(request, reference)
    if not can_write_annex(by, idea):
        raise NotAllowed
    annex = Annex.objects.filter(idea=idea).select_related("changed_by").first() or Annex(idea=idea)
    if request.method != "POST":
        return _show_form(request, idea, AnnexForm(initial={"text": annex.text, "version": annex.version}))
    form = AnnexForm(request.POST)
    if not form.is_valid():
        return _show_form(request, idea, form, status=400)
    if request.POST.get("act") == "preview":
        return _preview(request, idea, form)
    return _save(request, idea, form, at=timezone.now())


def _save(request: HttpRequest, idea: Idea, form: AnnexForm, *, at: datetime) -> HttpResponse:
    try:
        annex = write_annex(by=member_of(request), idea=idea, source=form.source, version=form.over, at=at)
    except ValidationError as refusal:
        return _show_form(request, idea, form, status=put_on(form, refusal))
    except Conflict as refusal:
        return _show_both(request, idea, form, refusal)
    messages.success(request, _("Saved.") if annex.text else _("There is no annex any more."))
    return see_other(reverse("annexes:detail", args=[idea.reference]))


def _preview(request: HttpRequest, idea: Idea, form: AnnexForm) -> HttpResponse:
    """The text as partners will read it, above the form; nothing is saved."""
    try:
        with text.beside("text"):
            html = text.render(text.clean_field("text", form.source))
    except ValidationError as refusal:
        return _show_form(request, idea, form, status=put_on(form, refusal))
    return _show_form(request, idea, form, preview_html=html)


def _show_both(request: HttpRequest, idea: Idea, form: AnnexForm, refusal: Conflict) -> HttpResponse:
    """Somebody saved first: both texts side by side, and the next save goes over the newer one knowingly."""
    newer = Annex.objects.select_related("changed_by").filter(idea=idea).first() or Annex(idea=idea)
    typed = request.POST.copy()
    typed["version"] = str(newer.version)
    again = AnnexForm(typed)
    again.full_clean()
    both = {"theirs": newer.text, "mine": form.shown("text"), "last": newer}
    return _show_form(request, idea, again, status=put_on(again, refusal), both=both)


def _show_form(request: HttpRequest, idea: Idea, form: AnnexForm, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "annexes/form.html", {"idea": idea, "form": form, **more}, status=status)


def _idea(request: HttpRequest, reference: str) -> Idea:
    """Load an idea for who may read its annex. Raises Http404 for everybody else, as for an unknown one."""
    if "\x00" in reference:  # PostgreSQL would refuse the query
        raise Http404
    return get_object_or_404(annexed_ideas(member_of(request)), reference=reference)
