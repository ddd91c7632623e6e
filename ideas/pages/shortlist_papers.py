"""A shortlist that leaves, as a table or on paper: what its reader sees of it, and once published as of that day."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ideas.choices import IdeaState, Outcome, ShortlistState
from ideas.exchange.tables import Sheet, write_csv, write_xlsx
from ideas.models import Shortlist, ShortlistEntry
from ideas.pages.downloads import send, temporary_file
from ideas.pages.parts import cards, chain_tag, long_texts
from ideas.pages.review_words import said_of_scores
from ideas.queries.ideas import CARD_FIELDS
from ideas.queries.shortlists import public_ideas_of, public_shortlists, shortlists_to_read
from ideas.serializers.shortlists import COLUMNS, entry_line, text_of

OUTCOMES = dict(Outcome.choices)
IDEA_STATES = dict(IdeaState.choices)


@login_required
@require_safe
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    if kind not in ("csv", "xlsx"):
        raise Http404
    shortlist = _read(request, pk)
    entries: list[ShortlistEntry] = shortlist.seen_entries  # type: ignore[attr-defined]  # by with_entries
    sheet = Sheet("shortlist", COLUMNS, (entry_line(entry) for entry in entries))
    file = temporary_file()
    if kind == "csv":
        write_csv(sheet, file)
    else:
        write_xlsx([sheet, Sheet("about", ("name", "value"), _about(shortlist))], file)
    return send(file, f"jvl-shortlist-{shortlist.pk}-{timezone.localdate():%Y-%m-%d}.{kind}")


@login_required
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    shortlist = _read(request, pk)
    entries: list[ShortlistEntry] = shortlist.seen_entries  # type: ignore[attr-defined]  # by with_entries
    context = {
        "shortlist": shortlist,
        "chain": chain_tag(shortlist.value_chain),
        "published": shortlist.state == ShortlistState.PUBLISHED,
        "entries": [{**said, "texts": long_texts(said["html"])} for said in map(said_of, entries)],
    }
    return render(request, "shortlists/paper.html", context)


def teaser(request: HttpRequest, pk: int) -> HttpResponse:
    """What everybody may read of a public list. Of any other a visitor is asked to sign in, as of one that isn't."""
    shortlist = public_shortlists().filter(pk=pk).select_related("value_chain", "call").first()
    if shortlist is None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404
    rows = public_ideas_of(shortlist).values(*CARD_FIELDS)
    context = {
        "shortlist": shortlist,
        "chain": chain_tag(shortlist.value_chain),
        "cards": cards(rows, at=timezone.now(), teaser=True),
    }
    return render(request, "shortlists/teaser.html", context)


def _read(request: HttpRequest, pk: int) -> Shortlist:
    return get_object_or_404(shortlists_to_read(request.user), pk=pk)


def _about(shortlist: Shortlist) -> list[tuple[str, str]]:
    published = shortlist.published_at.isoformat() if shortlist.published_at else ""
    return [
        ("title", shortlist.title),
        ("purpose", shortlist.purpose),
        ("value_chain", shortlist.value_chain.code),
        ("call", shortlist.call.identifier if shortlist.call else ""),
        ("state", shortlist.state),
        ("published_at", published),
    ]


def said_of(entry: ShortlistEntry) -> dict[str, Any]:
    """Say of an entry what stands on the page and on paper alike."""
    text = text_of(entry)
    return {
        **text,
        "reference": entry.idea.reference,
        "language": entry.idea.language,
        "state_label": IDEA_STATES.get(text["state"], text["state"]),
        "rationale": entry.rationale,
        "tags": entry.tags,
        "outcome_label": OUTCOMES.get(text["outcome"], ""),
        "scores": said_of_scores(text["scores"]),
    }
