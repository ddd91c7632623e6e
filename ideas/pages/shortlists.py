"""Pages of shortlists: the overview, and one list with its order and reasons."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.shortlists import (
    create_shortlist,
    move_entry,
    publish_shortlist,
    remove_entry,
    write_rationale,
)
from ideas.choices import Outcome, ShortlistAct, ShortlistState
from ideas.errors import Conflict, NotAllowed
from ideas.forms.decisions import PublishForm
from ideas.forms.shortlists import MoveForm, RationaleForm, ShortlistForm
from ideas.models import Shortlist, ShortlistChange, ShortlistEntry
from ideas.pages import meetings, review_rounds
from ideas.pages.decisions import list_context
from ideas.pages.parts import Names, chain_tag, long_texts, member_of, posted, put_on, read_names, see_other
from ideas.pages.shortlist_papers import said_of, teaser
from ideas.queries.ideas import audiences_of
from ideas.queries.shortlists import (
    curated_chains,
    entries_seen,
    history_of,
    shortlist_rows,
    shortlists_to_read,
    shortlists_visible_to,
)
from ideas.queries.topics import shortlist_topic
from ideas.rules.shortlists import can_change_shortlist, can_curate
from realtime.log import position

STATES = dict(ShortlistState.choices)
OUTCOMES = dict(Outcome.choices)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = list(shortlist_rows(request.user))
    context = {
        "drafts": [row for row in rows if row.state == ShortlistState.DRAFT],
        "published": [row for row in rows if row.state == ShortlistState.PUBLISHED],
        "may": {"new": curated_chains(request.user).exists()},
    }
    return render(request, "shortlists/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    at, by = timezone.now(), member_of(request)
    if not curated_chains(by).exists():
        raise NotAllowed
    form = ShortlistForm(request.POST or None, by=by, at=at)
    if request.method == "POST" and form.is_valid():
        try:
            shortlist = create_shortlist(by=by, at=at, **form.cleaned_data)
        except ValidationError as refusal:
            return render(request, "shortlists/form.html", {"form": form}, status=put_on(form, refusal))
        messages.success(request, _("The shortlist is ready. Add ideas to it from their pages."))
        return see_other(shortlist.get_absolute_url())
    return render(request, "shortlists/form.html", {"form": form}, status=400 if form.is_bound else 200)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A list for who may see it; of a public one others read its teaser."""
    shortlist = _seen(request).filter(pk=pk).first()
    return _show(request, shortlist) if shortlist else teaser(request, pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    shortlist = get_object_or_404(_seen(request), pk=pk)
    by, form = member_of(request), PublishForm(posted(request))
    if request.method != "POST":
        staged, _decided = list_context(shortlist, by, audiences_of(by), curates=can_curate(by, shortlist.value_chain))
        return _ask(request, "shortlists/publish.html", shortlist, form=form, staged=staged)
    try:
        # A box that is ticked or not: nothing else can be typed into this form.
        publish_shortlist(by=by, shortlist=shortlist, at=timezone.now(), public_teaser="public_teaser" in form.data)
    except Conflict as refusal:
        return _show(request, shortlist, refusal=refusal)
    messages.success(request, _("The shortlist is published, and the authors are told."))
    return see_other(shortlist.get_absolute_url())


@login_required
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _seen_entry(request, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _show(request, entry.shortlist, said=_("The place couldn't be read. Nothing was moved."), status=400)
    try:
        move_entry(by=member_of(request), entry=entry, at=timezone.now(), **form.cleaned_data)
    except Conflict as refusal:
        return _show(request, entry.shortlist, refusal=refusal)
    return _done(request, entry, said=_said_of_place(request, entry))


def _said_of_place(request: HttpRequest, entry: ShortlistEntry) -> str:
    """Say where an entry stands now, among those that the reader sees: who sees no list hears it."""
    seen = entries_seen(request.user).filter(shortlist=entry.shortlist_id).order_by("position")
    places = {pk: place for place, pk in enumerate(seen.values_list("pk", flat=True), start=1)}
    said = {"title": entry.idea.title, "place": places.get(entry.pk), "count": len(places)}
    # Somebody may have taken it off meanwhile.
    return _("“%(title)s” is now at place %(place)d of %(count)d.") % said if said["place"] else ""


@login_required
@require_POST
def rationale(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _seen_entry(request, pk)
    form = RationaleForm(request.POST, prefix=f"entry-{pk}")
    if not form.is_valid():
        return _show(request, entry.shortlist, typed={entry.pk: form}, status=400)
    try:
        write_rationale(by=member_of(request), entry=entry, at=timezone.now(), **form.cleaned_data)
    except ValidationError as refusal:
        return _show(request, entry.shortlist, typed={entry.pk: form}, status=put_on(form, refusal))
    except Conflict as refusal:
        return _show(request, entry.shortlist, typed={entry.pk: form}, refusal=refusal)
    return _done(request, entry, said=_("The reason is saved."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    entry = _seen_entry(request, pk)
    if request.method != "POST":
        return _ask(request, "shortlists/remove.html", entry.shortlist, entry=entry)
    try:
        remove_entry(by=member_of(request), entry=entry, at=timezone.now())
    except Conflict as refusal:
        return _show(request, entry.shortlist, refusal=refusal)
    return _done(request, entry, said=_("“%(title)s” is off the list.") % {"title": entry.idea.title})


# Loading and answering ----------------------------------------------------------------------------------------------


def _seen(request: HttpRequest) -> QuerySet[Shortlist]:
    return shortlists_visible_to(request.user)


def _seen_entry(request: HttpRequest, pk: int) -> ShortlistEntry:
    """Load an entry that the reader sees, of a list that they may see. Raises Http404."""
    entries = entries_seen(request.user).filter(shortlist__in=_seen(request).values("pk"))
    return get_object_or_404(entries.select_related("shortlist", "shortlist__value_chain", "idea"), pk=pk)


def _ask(request: HttpRequest, template: str, shortlist: Shortlist, **more: Any) -> HttpResponse:
    """Ask before an act, where no script opened the dialog."""
    if not can_change_shortlist(member_of(request), shortlist):
        raise NotAllowed
    return render(request, template, {"shortlist": shortlist, **more})


def _done(request: HttpRequest, entry: ShortlistEntry, *, said: str) -> HttpResponse:
    """Answer an act: the new list to a script, the page to a browser."""
    if _wants_fragment(request):
        return _show(request, entry.shortlist, said=said)
    messages.success(request, said)
    return see_other(f"{entry.shortlist.get_absolute_url()}#entry-{entry.pk}")


def _wants_fragment(request: HttpRequest) -> bool:
    return request.GET.get("fragment") == "1"


def _show(
    request: HttpRequest,
    shortlist: Shortlist,
    *,
    refusal: Conflict | None = None,
    said: str = "",
    typed: dict[int, RationaleForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show a list as it is now: the whole page, or for scripts the part that changes.

    `typed` has forms with words that weren't saved; a refusal is said above the list, with 409.
    """
    # Read the head before the rows: a replay is harmless, a gap is not.
    live = position(shortlist_topic(shortlist.pk))
    by = member_of(request)
    audiences = audiences_of(by)
    shortlist = shortlists_to_read(by, audiences).get(pk=shortlist.pk)
    may_change = can_change_shortlist(by, shortlist)
    curates = may_change or can_curate(by, shortlist.value_chain)
    staged, decided = list_context(shortlist, by, audiences, curates=curates)
    context = {
        "shortlist": shortlist,
        "state_label": STATES[shortlist.state],
        "chain": chain_tag(shortlist.value_chain),
        "live": live,
        "entries": _entries(shortlist, read_names(), typed or {}, decided, may_change=may_change),
        "staged": staged,
        "may": {"change": may_change},
        "history": [_line(change) for change in history_of(shortlist, by, audiences)] if curates else [],
        "refused": refusal.text if refusal else "",
        "said": said,
        "reviews": review_rounds.panel_context(by, shortlist, audiences) if curates else None,
        "meetings": meetings.of_list(shortlist, by, may_plan=may_change) if curates else None,
    }
    template = "shortlists/_entries.html" if _wants_fragment(request) else "shortlists/detail.html"
    return render(request, template, context, status=409 if refusal else status)


def _entries(
    shortlist: Shortlist,
    names: Names,
    typed: dict[int, RationaleForm],
    decided: dict[int, dict[str, Any]],
    *,
    may_change: bool,
) -> list[dict[str, Any]]:
    entries: list[ShortlistEntry] = shortlist.seen_entries  # type: ignore[attr-defined]  # by with_entries
    rows = []
    for place, entry in enumerate(entries, start=1):
        idea = entry.idea
        said = said_of(entry)
        form = typed.get(entry.pk) or RationaleForm(
            prefix=f"entry-{entry.pk}", initial={"rationale": entry.rationale, "tags": entry.tags}
        )
        rows.append(
            {
                **said,
                "pk": entry.pk,
                "place": place,
                "url": idea.get_absolute_url(),
                "chain": names.chain(idea.tags["chains"][0]),
                "added_by": entry.added_by.name,
                "added_at": entry.added_at,
                "up": place - 1 if place > 1 else None,
                "down": place + 1 if place < len(entries) else None,
                "comparable": len(entries) > 1,
                "texts": long_texts(said["html"]) if entry.frozen else [],
                "form": form if may_change or entry.pk in typed else None,
                "typed": entry.pk in typed,
                "decision": decided.get(entry.pk),
            }
        )
    return rows


def _line(change: ShortlistChange) -> dict[str, Any]:
    """One line of the history: {at, who, text, was: what a reason said before it went or changed, tags likewise}."""
    data: dict[str, Any] = {"title": change.idea.title if change.idea else ""}
    if change.act == ShortlistAct.MOVED:
        data |= vars(change.move)  # type: ignore[attr-defined]  # by history_of
    data["outcome"] = OUTCOMES.get(change.data.get("outcome", ""), "")
    was = _gone(change)
    words = was.get("rationale") or was.get("text", "")
    return {
        "at": change.at,
        "who": change.by.name,
        "text": _LINES[change.act] % data,
        "was": words,
        "tags": was.get("tags", []),
    }


def _gone(change: ShortlistChange) -> dict[str, Any]:
    """What was said of an idea and is said no more: {rationale, tags, text}, each where there was such."""
    if change.act == ShortlistAct.REASONED:
        return {name: was for name, (was, _now) in change.data.items()}
    return change.data if change.act in (ShortlistAct.REMOVED, ShortlistAct.UNSTAGED) else {}


_LINES: dict[str, Any] = {
    ShortlistAct.BEGUN: gettext_lazy("List begun"),
    ShortlistAct.ADDED: gettext_lazy("“%(title)s” added"),
    ShortlistAct.MOVED: gettext_lazy("“%(title)s” moved from place %(was)d to %(now)d"),
    ShortlistAct.REASONED: gettext_lazy("Reason or labels of “%(title)s” changed"),
    ShortlistAct.REMOVED: gettext_lazy("“%(title)s” taken off"),
    ShortlistAct.STAGED: gettext_lazy("“%(title)s”: decision staged: %(outcome)s"),
    ShortlistAct.UNSTAGED: gettext_lazy("“%(title)s”: staged decision withdrawn: %(outcome)s"),
    ShortlistAct.DECIDED: gettext_lazy("Decisions published, and the authors told"),
    ShortlistAct.PUBLISHED: gettext_lazy("List published"),
}
