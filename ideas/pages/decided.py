"""What was decided of an idea, as its authors read it; and what they changed since, for those who judged it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ideas.choices import Outcome, ShortlistState
from ideas.errors import NotAllowed
from ideas.models import Decision, Idea, ShortlistEntry
from ideas.pages.parts import member_of, visible_idea
from ideas.pages.review_words import said_of_scores
from ideas.pages.versions import shown_changes
from ideas.queries.decisions import entries_decided_by, is_with_authors, told_to, version_judged
from ideas.queries.ideas import visible_to
from ideas.queries.topics import plan_topic
from ideas.queries.versions import changed_between
from ideas.rules.ideas import is_author
from ideas.serializers.decisions import label_of
from realtime import log

OUTCOMES = dict(Outcome.choices)
# Of a version, what those who judge an idea don't read on its page.
AUTHORS_ALONE = frozenset({"invited", "visibility", "public_teaser"})


def panel_context(request: HttpRequest, idea: Idea) -> dict[str, Any]:
    """Give an idea's page what `decisions/_panel.html` draws: {"told": …}; for others than its authors nothing.

    The caller loaded `idea` with its authors.
    """
    viewer = member_of(request)
    if all(author.pk != viewer.pk for author in idea.authors.all()):
        return {"told": None}
    position = log.position(plan_topic(idea.pk))  # before the rows
    rows = [as_told(row) for row in told_to(viewer).filter(entry__idea=idea)]
    return {"told": {"idea": idea, "rows": rows, "position": position, "asks": any(row["waits"] for row in rows)}}


@login_required
@require_safe
def told(request: HttpRequest, reference: str) -> HttpResponse:
    """What was decided of an idea, for its authors; what a script asks for is the part that the idea's page shows."""
    idea = visible_idea(request, reference)
    if not is_author(member_of(request), idea):
        raise NotAllowed
    template = "decisions/_panel.html" if request.headers.get("HX-Request") else "decisions/told.html"
    return render(request, template, {"idea": idea, **panel_context(request, idea)})


def as_told(row: Decision) -> dict[str, Any]:
    """A published decision as its authors read it."""
    scores = row.scores
    published = row.entry.shortlist.state == ShortlistState.PUBLISHED
    return {
        "outcome": row.outcome,
        "label": OUTCOMES[row.outcome],
        "shortlist": row.entry.shortlist.title,
        "url": row.entry.shortlist.get_absolute_url() if published and row.entry.shown else "",
        "at": row.published_at,
        "text": row.text,
        "language": row.entry.idea.language,
        **said_of_scores(scores),
        "remarks": [{"label": label_of(one), "said": one["said"]} for one in scores.get("remarks", ())],
        "waits": is_with_authors(row),
        "answered_at": row.answered_at,
    }


@login_required
@require_safe
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What the authors changed since a reviewer or a lead judged the idea. What is theirs alone is left out."""
    entries = ShortlistEntry.objects.filter(idea__in=visible_to(request.user).values("id"))
    entry = get_object_or_404(entries.select_related("idea", "shortlist", "shortlist__value_chain"), pk=pk)
    judged = version_judged(entry, member_of(request))
    if judged is None:
        raise Http404
    old, new = (entry.idea.versions.filter(number=number).first() for number in (judged, entry.idea.version))
    if old is None or new is None:
        raise Http404
    found = [change for change in changed_between(old, new) if change.name not in AUTHORS_ALONE]
    context = {
        "entry": entry,
        "idea": entry.idea,
        "old": old,
        "new": new,
        "changes": shown_changes(found),
        "decides": entries_decided_by(member_of(request)).filter(pk=entry.pk).exists(),
        "review": entry.reviews.filter(reviewer=member_of(request)).first(),
    }
    return render(request, "decisions/changes.html", context)
