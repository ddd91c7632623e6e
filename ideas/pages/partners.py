"""Pages of the consortium sheet, for the team: the table, live; an organisation's line; letters, blank and signed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ideas.actions.partners import fill_in_line, sign_letter
from ideas.choices import Language
from ideas.errors import Conflict, NotAllowed
from ideas.exchange.documents import Paper, write_docx
from ideas.forms.comments import new_client_id
from ideas.forms.partners import LetterForm, LineForm
from ideas.models import Idea
from ideas.pages.downloads import send, temporary_file
from ideas.pages.parts import idea_among, language_in, member_of, posted, put_on, see_other, visible_idea
from ideas.queries.joining import requests_visible_to
from ideas.queries.partners import Line, Sheet, Totals, sheet_of, sheets_visible_to
from ideas.queries.topics import idea_topic, plan_topic
from ideas.rules.joining import can_commit
from ideas.rules.partners import Rights, rights_on
from ideas.serializers import partners as shapes
from realtime import log

# The table ----------------------------------------------------------------------------------------------------------


def panel_context(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Give a page what `partners/_summary.html` draws: merge it into the page's context, and include that partial.

    {"sheet": …}; its `team` is False for who isn't on the idea's team, and then there is nothing else in it. The
    caller loaded the idea through `visible_to`. A fixed number of queries.
    """
    viewer = member_of(request)
    context: dict[str, Any] = {"idea": idea, "team": sheets_visible_to(viewer).filter(pk=idea.pk).exists()}
    if not context["team"]:
        return {"sheet": context}
    context["position"] = log.position(plan_topic(idea.pk))  # before the rows
    sheet, rights = sheet_of(idea), rights_on(viewer, idea)
    context |= {
        "url": sheet_url(idea),
        "rows": [shown_line(line, rights) for line in sheet.lines],
        "totals": shown_totals(sheet.totals),
        "alone": sheet.totals.organisations < 2,
    }
    return {"sheet": context}


def shown_line(line: Line, rights: Rights) -> dict[str, Any]:
    """What `partners/_line.html` draws of an organisation."""
    idea, organisation, sheet = rights.idea, line.organisation, line.sheet
    address = [idea.reference, organisation.slug]
    return {
        "id": organisation.pk,
        "name": organisation.name,
        "url": organisation.get_absolute_url(),
        "roles": shapes.roles_of(line),
        "kind": shapes.kind_of(line),
        "place": shapes.place_of(line),
        "contact": line.contact,
        "budget": shapes.euros(sheet.budget_eur) if sheet else "",
        "months": shapes.months(sheet.person_months) if sheet else "",
        "commitment": shapes.commitment_of(line),
        "letters": [row.attachment for row in line.letters],
        "edit_url": reverse("partners:edit", args=address) if rights.can_fill_in(organisation) else "",
        "letter_url": reverse("partners:letter", args=address) if _writes_letter(line, rights) else "",
    }


def _writes_letter(line: Line, rights: Rights) -> bool:
    """Whether the reader may have the organisation's letter; who only proposes the idea would write to itself."""
    return bool(line.requests) and rights.can_have_letter(line.organisation)


def shown_totals(totals: Totals) -> list[dict[str, str]]:
    """The sums as `components/_facts.html` draws them, each with how many organisations stand behind it."""
    n = totals.organisations

    def so_far(said: str, lines: int) -> str:
        return said if lines == n else _("%(said)s (from %(n)d of %(all)d)") % {"said": said, "n": lines, "all": n}

    kinds = [f"{shapes.KINDS.get(kind, kind)}: {count}" for kind, count in totals.kinds.items()]
    facts = [
        (_("Organisations"), str(n)),
        (_("Indicative budget"), so_far(shapes.euros(totals.budget_eur), totals.budget_lines)),
        (_("Person-months"), so_far(shapes.months(totals.person_months), totals.months_lines)),
        (_("Countries"), f"{len(totals.countries)}: {', '.join(totals.countries)}" if totals.countries else ""),
        (_("Kinds"), ", ".join(kinds)),
        (_("Accredited laboratories"), str(totals.accredited)),
        (_("Signed letters"), ngettext("%(n)d letter", "%(n)d letters", totals.letters) % {"n": totals.letters}),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


@login_required
@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # For everybody who sees the idea, so that an open page learns when its reader comes onto the team, or leaves.
        idea = visible_idea(request, reference)
        template = "partners/_table.html" if "whole" in request.GET else "partners/_summary.html"
        return render(request, template, panel_context(request, idea))
    position = log.position(idea_topic(team_idea(request, reference).pk))  # before the rows
    idea = team_idea(request, reference)
    context = {"idea": idea, "position": position, "languages": Language.choices, **panel_context(request, idea)}
    return render(request, "partners/detail.html", context)


def team_idea(request: HttpRequest, reference: str) -> Idea:
    """Load an idea for who is on its team. Raises Http404 for everybody else."""
    return idea_among(sheets_visible_to(member_of(request)), reference)


def sheet_url(idea: Idea) -> str:
    """The page of an idea's consortium sheet."""
    return reverse("partners:detail", args=[idea.reference])


# A line -------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    idea, by = team_idea(request, reference), member_of(request)
    line, rights = _line(sheet_of(idea), slug), rights_on(by, idea)
    if not rights.can_fill_in(line.organisation):
        raise NotAllowed
    kinds: dict[str, Any] = {
        "organisation": line.organisation,
        "names_contact": rights.can_name_contact(line.organisation),
    }
    form = LineForm(posted(request), line=line.sheet, **kinds)
    status, saved = 400 if request.method == "POST" else 200, None
    if form.is_valid():
        try:
            fill_in_line(
                by=by, idea=idea, organisation=line.organisation, content=form.content,
                version=form.cleaned_data["version"], at=timezone.now(),
            )  # fmt: skip
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
            if status == 409:
                form, saved = _over_newer(request, form, idea, slug, kinds)
        else:
            messages.success(request, _("The line is saved; the team sees it."))
            return see_other(sheet_url(idea))
    context = {"form": form, "idea": idea, "line": line, "saved": saved, "back": sheet_url(idea)}
    return render(request, "partners/line.html", context, status=status)


def _over_newer(
    request: HttpRequest, refused: LineForm, idea: Idea, slug: str, kinds: dict[str, Any]
) -> tuple[LineForm, list[dict[str, str]]]:
    """Keep what was typed, over the version that somebody else saved meanwhile, which is shown beside it."""
    newer = _line(sheet_of(idea), slug)
    version = newer.sheet.version if newer.sheet else 0
    form = LineForm({**request.POST.dict(), "version": version}, line=newer.sheet, **kinds)
    for error in refused.non_field_errors().as_data():
        form.add_error(None, error)
    facts = [
        (_("Contact person"), newer.contact.name if newer.contact else ""),
        (_("Indicative budget"), shapes.euros(newer.sheet.budget_eur) if newer.sheet else ""),
        (_("Person-months"), shapes.months(newer.sheet.person_months) if newer.sheet else ""),
    ]
    return form, [{"label": label, "value": value or "—"} for label, value in facts]


def _line(sheet: Sheet, slug: str) -> Line:
    """Find an organisation's line. Raises Http404 for one that isn't in the consortium."""
    found = next((line for line in sheet.lines if line.organisation.slug == slug), None)
    if found is None:
        raise Http404
    return found


# Papers -------------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def sheet_file(request: HttpRequest, reference: str) -> HttpResponseBase:
    idea, language = team_idea(request, reference), language_in(request)
    with translation.override(language):
        paper = shapes.sheet_paper(sheet_of(idea), at=timezone.localtime(), site=settings.SITE_URL)
        return _file(paper, f"{idea.reference}-consortium-{language}.docx")


@login_required
@require_safe
def letter(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    idea, line, language = _for_letter(request, reference, slug)
    with translation.override(language):
        paper = shapes.letter_paper(idea, line, at=timezone.localtime(), site=settings.SITE_URL)
    context = {
        "idea": idea,
        "line": line,
        "paper": paper,
        "language": language,
        "languages": Language.choices,
        "back": sheet_url(idea),
        "file_url": reverse("partners:letter_file", args=[idea.reference, slug], query={"language": language}),
    }
    return render(request, "partners/letter.html", context)


@login_required
@require_safe
def letter_file(request: HttpRequest, reference: str, slug: str) -> HttpResponseBase:
    idea, line, language = _for_letter(request, reference, slug)
    with translation.override(language):
        paper = shapes.letter_paper(idea, line, at=timezone.localtime(), site=settings.SITE_URL)
        return _file(paper, f"{idea.reference}-letter-{line.organisation.slug}-{language}.docx")


def _for_letter(request: HttpRequest, reference: str, slug: str) -> tuple[Idea, Line, str]:
    idea = team_idea(request, reference)
    line = _line(sheet_of(idea), slug)
    if not line.requests:
        raise Http404
    if not _writes_letter(line, rights_on(member_of(request), idea)):
        raise NotAllowed
    return idea, line, language_in(request)


def _file(paper: Paper, name: str) -> HttpResponseBase:
    file = temporary_file()
    write_docx(paper, file)
    return send(file, name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The last step of a partner's commitment, which takes the signed letter."""
    asked, by = get_object_or_404(requests_visible_to(request.user), pk=pk), member_of(request)
    if not can_commit(by, asked):
        raise NotAllowed
    files = request.FILES if request.method == "POST" else None
    form = LetterForm(posted(request), files, initial={"client_id": new_client_id()})
    status = 400 if request.method == "POST" else 200
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sign_letter(
                by=by, request=asked, file=file, name=file.name, client_id=form.cleaned_data["client_id"],
                at=timezone.now(),
            )  # fmt: skip
        except (ValidationError, Conflict) as refusal:
            status = put_on(form, refusal)
        else:
            messages.success(request, _("The letter is kept, and counts as signed; the authors are told."))
            return see_other(sheet_url(asked.idea))
    is_team = sheets_visible_to(by).filter(pk=asked.idea_id).exists()
    blank = reverse("partners:letter", args=[asked.idea.reference, asked.organisation.slug]) if is_team else ""
    context = {"form": form, "asked": asked, "blank_url": blank}
    return render(request, "partners/sign.html", context, status=status)
