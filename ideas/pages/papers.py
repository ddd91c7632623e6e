"""One idea on paper: the pitch to print or as a document, and the fields for partner searches, for who sees it."""

from typing import IO, Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from ideas.choices import Language
from ideas.exchange.documents import write_docx
from ideas.forms.filters import switched_on
from ideas.models import Idea
from ideas.pages import parts
from ideas.pages.downloads import send, temporary_file
from ideas.queries.exports import one_idea
from ideas.rules.ideas import is_author
from ideas.serializers import papers

# Four texts of so many words, the facts and the places sought fit an A4 page.
WORDS_OF_A_TEXT = 90


@login_required
@require_safe
def pitch(request: HttpRequest, reference: str) -> HttpResponse:
    idea = _idea(request, reference)
    paper = papers.pitch(idea, site=settings.SITE_URL)
    texts = [
        {"label": section.heading, "html": Truncator(section.html).words(WORDS_OF_A_TEXT, html=True)}
        for section in paper.sections
        if section.html
    ]
    context = {
        "idea": idea,
        "facts": [{"label": name, "value": value} for name, value in paper.facts],
        "texts": texts,
        "wanted": [place for section in paper.sections for place in section.lines],
        "foot": paper.foot,
    }
    return render(request, "papers/pitch.html", context)


@login_required
@require_safe
def document(request: HttpRequest, reference: str) -> HttpResponseBase:
    idea = _idea(request, reference)
    file = temporary_file()
    with translation.override(parts.language_in(request)):
        write_docx(papers.pitch(idea, site=settings.SITE_URL), file)
    return send(file, f"{idea.reference}.docx")


@login_required
@require_safe
def partner_search(request: HttpRequest, reference: str) -> HttpResponse:
    idea, language = _idea(request, reference), parts.language_in(request)
    author = is_author(parts.member_of(request), idea)
    with_contact = author and switched_on(request.GET, "contact")
    query = f"?language={language}" + ("&contact=1" if with_contact else "")
    context = {
        "idea": idea,
        "fields": [{"label": name, "value": value} for name, value in _fields(request, idea, language)],
        "language": language,
        "languages": Language.choices,
        "may": {"give_contact": author},
        "with_contact": with_contact,
        "files": [
            {"label": label, "url": reverse("papers:partner_search_file", args=[idea.reference, kind]) + query}
            for kind, label in (("docx", "DOCX"), ("txt", "TXT"))
        ],
    }
    return render(request, "papers/partner_search.html", context)


@login_required
@require_safe
def partner_search_file(request: HttpRequest, reference: str, kind: str) -> HttpResponseBase:
    idea, language = _idea(request, reference), parts.language_in(request)
    if kind not in ("docx", "txt"):
        raise Http404
    fields, file = _fields(request, idea, language), temporary_file()
    with translation.override(language):
        _write(idea, fields, kind, file)
    return send(file, f"{idea.reference}-partner-search-{language}.{kind}")


def _idea(request: HttpRequest, reference: str) -> Idea:
    return get_object_or_404(one_idea(parts.visible_idea(request, reference).pk))


def _fields(request: HttpRequest, idea: Idea, language: str) -> papers.Facts:
    by = parts.member_of(request)
    # Nobody gives away another person's address: an author gives their own, when they ask for it.
    contact = by if switched_on(request.GET, "contact") and is_author(by, idea) else None
    with translation.override(language):
        return papers.partner_search(idea, contact=contact, at=timezone.localtime())


def _write(idea: Idea, fields: papers.Facts, kind: str, file: IO[bytes]) -> Any:
    if kind == "txt":
        return file.write(papers.partner_search_text(fields).encode())
    return write_docx(papers.partner_search_paper(idea, fields), file)
