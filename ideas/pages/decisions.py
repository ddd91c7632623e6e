"""Pages of decisions for leads: staging one with a text, and publishing them. What authors read is `decided`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ideas.actions.decisions import as_published, publish_decisions, stage_decision, withdraw_decision
from ideas.choices import Language, Outcome
from ideas.errors import Conflict, NotAllowed
from ideas.forms.decisions import DecisionForm, VersionForm
from ideas.models import Decision, Member, Notification, Shortlist, ShortlistEntry
from ideas.pages.decided import as_told
from ideas.pages.decision_texts import texts_for
from ideas.pages.parts import member_of, posted, put_on, see_other
from ideas.pages.review_words import number
from ideas.queries.decisions import (
    Decided,
    decided_on,
    entries_decided_by,
    hearing,
    is_with_authors,
    told_to,
)
from ideas.queries.ideas import audiences_of
from ideas.queries.reviews import summaries
from ideas.queries.shortlists import shortlists_visible_to
from ideas.rules.shortlists import can_curate
from ideas.serializers.mails import write_mail
from ideas.serializers.notifications import sentence

OUTCOMES = dict(Outcome.choices)

# On a list ------------------------------------------------------------------------------------------------------------


def list_context(
    shortlist: Shortlist, member: Member, audiences: Sequence[str], *, curates: bool
) -> tuple[dict[str, Any] | None, dict[int, dict[str, Any]]]:
    """Give a page of a list what it draws of decisions, as far as the member decides: the table of what is staged
    (`decisions/_staged.html`), and {entry: what `decisions/_entry.html` draws}.

    Three queries at the most, none for who doesn't curate the list.
    """
    if not curates:
        return None, {}
    found = decided_on(shortlist, member, audiences)
    entries = entries_decided_by(member, audiences).filter(shortlist=shortlist).order_by()
    decided = {pk: _shown(found.get(pk, Decided())) for pk in entries.values_list("pk", flat=True)}
    staged = [one.staged for one in found.values() if one.staged]
    if not staged:
        return None, decided
    counts = [_heard(one) for one in hearing(staged)]
    return {"rows": [_row(row) for row in staged], "counts": counts, "shortlist": shortlist}, decided


def _row(row: Decision) -> dict[str, Any]:
    return {
        "pk": row.entry_id,
        "title": row.entry.idea.title,
        "language": row.entry.idea.language,
        "reference": row.entry.idea.reference,
        "outcome": row.outcome,
        "label": OUTCOMES[row.outcome],
        "text": row.text,
        "by": row.staged_by.name,
        "at": row.staged_at,
    }


def _heard(one: Any) -> dict[str, Any]:
    return {"outcome": one.outcome, "label": OUTCOMES[one.outcome], "ideas": one.ideas, "authors": one.authors}


def _shown(one: Decided) -> dict[str, Any]:
    """What a list says of an entry's decisions: {staged, published, at, waits, answered_at}."""
    last = one.published
    return {
        "staged": OUTCOMES[one.staged.outcome] if one.staged else "",
        "published": OUTCOMES[last.outcome] if last else "",
        "at": last.published_at if last else None,
        "waits": bool(last and is_with_authors(last)),
        "answered_at": last.answered_at if last else None,
        "versioned": bool(last and 0 < last.idea_version < last.entry.idea.version),
    }


# Staging ------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    entry, by, at = _entry(request, pk), member_of(request), timezone.now()
    staged = entry.decisions.filter(published_at=None).first()
    form = DecisionForm(posted(request), initial=_initial(request, entry, staged, at))
    if request.method != "POST":
        return _show(request, entry, form, at=at)
    if not form.is_valid():
        return _show(request, entry, form, at=at, status=400)
    try:
        if "preview" in request.POST:
            return _show(request, entry, form, at=at, preview=_preview(by, entry, form, at))
        stage_decision(by=by, entry=entry, version=form.cleaned_data["version"], at=at, **form.decided)
    except ValidationError as refusal:
        return _show(request, entry, form, at=at, status=put_on(form, refusal))
    except Conflict as refusal:
        return _refused(request, entry, form, refusal, at)
    messages.success(request, _("The decision is staged. Its authors hear of it when the decisions are published."))
    return see_other(f"{entry.shortlist.get_absolute_url()}#entry-{entry.pk}")


def _entry(request: HttpRequest, pk: int) -> ShortlistEntry:
    """Load an entry of which the reader decides. Raises Http404: to others there is no such page."""
    entries = entries_decided_by(member_of(request)).select_related(
        "idea", "shortlist", "shortlist__value_chain", "shortlist__call"
    )
    return get_object_or_404(entries, pk=pk)


def _initial(request: HttpRequest, entry: ShortlistEntry, staged: Decision | None, at: datetime) -> dict[str, Any]:
    """What the form begins with: what is staged, or a ready text that the address names."""
    if "text" in request.GET:
        named = next((one for one in texts_for(entry, at) if one["key"] == request.GET["text"]), None)
        if named:
            return {"outcome": named["outcome"], "text": named["text"], "version": staged.version if staged else 0}
    if staged is None:
        return {"version": 0}
    return {"outcome": staged.outcome, "text": staged.text, "version": staged.version}


def _refused(
    request: HttpRequest, entry: ShortlistEntry, form: DecisionForm, refusal: Conflict, at: datetime
) -> HttpResponse:
    """Keep what was typed, over what somebody else staged meanwhile, which is shown beside it."""
    newer = entry.decisions.filter(published_at=None).select_related("staged_by", "entry__idea").first()
    version = newer.version if newer else 0
    form = DecisionForm({**request.POST.dict(), "version": version})
    status = put_on(form, refusal)
    return _show(request, entry, form, at=at, newer=newer, stale=True, status=status)


def _show(
    request: HttpRequest,
    entry: ShortlistEntry,
    form: DecisionForm,
    *,
    at: datetime,
    newer: Decision | None = None,
    stale: bool = False,
    preview: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = decided_on(entry.shortlist, member_of(request)).get(entry.pk, Decided())
    reviews = summaries([entry], member_of(request)).get(entry.pk)
    context = {
        "entry": entry,
        "shortlist": entry.shortlist,
        "form": form,
        "texts": texts_for(entry, at),
        "staged": found.staged,
        "last": as_told(found.published) if found.published else None,
        "reviews": reviews,
        "overall": number(reviews.overall) if reviews and reviews.overall is not None else "",
        "newer": _row(newer) if newer else None,
        "stale": stale,
        "preview": preview,
    }
    return render(request, "decisions/stage.html", context, status=status)


def _preview(by: Member, entry: ShortlistEntry, form: DecisionForm, at: datetime) -> list[dict[str, Any]]:
    """Draw what the authors would read, one drawing for each language among them."""
    shown = []
    with as_published(by=by, entry=entry, at=at, **form.decided) as (row, done):
        told = {one.member_id: one for one in done.told}
        for language in Language.values:
            author = row.entry.idea.authors.filter(language=language, pk__in=told).order_by("pk").first()
            if author:
                shown.append(_as_read_by(author, row, told[author.pk], at))
    return shown


def _as_read_by(author: Member, row: Decision, told: Notification, at: datetime) -> dict[str, Any]:
    subject, body = write_mail(author, [told], {}, at)
    with translation.override(author.language), timezone.override(ZoneInfo(author.time_zone)):
        newest = told_to(author).get(pk=row.pk)
        return {
            "author": author.name,
            "language": author.language,
            "html": render_to_string("decisions/_told.html", {"row": as_told(newest), "idea": newest.entry.idea}),
            "line": sentence(told),
            "subject": subject,
            "body": body,
        }


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    form = VersionForm(request.POST)
    try:
        if not form.is_valid():
            raise Conflict("edited_meanwhile")
        withdraw_decision(by=member_of(request), entry=entry, version=form.cleaned_data["version"], at=timezone.now())
    except Conflict as refusal:
        messages.error(request, str(refusal.text))
        return see_other(reverse("decisions:stage", args=[pk]))
    messages.success(request, _("The staged decision is withdrawn. The list's history keeps its text."))
    return see_other(f"{entry.shortlist.get_absolute_url()}#entry-{entry.pk}")


# Publishing ---------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish what is staged, without the list itself; asked before, with how many hear what."""
    by, shortlist = member_of(request), get_object_or_404(shortlists_visible_to(request.user), pk=pk)
    if not can_curate(by, shortlist.value_chain):
        raise NotAllowed
    if request.method == "POST":
        try:
            publish_decisions(by=by, shortlist=shortlist, at=timezone.now())
        except Conflict as refusal:
            messages.error(request, str(refusal.text))
        else:
            messages.success(request, _("The decisions are published, and the authors are told."))
        return see_other(shortlist.get_absolute_url())
    staged, _decided = list_context(shortlist, by, audiences_of(by), curates=True)
    context = {"shortlist": shortlist, "staged": staged}
    return render(request, "decisions/publish.html", context)
