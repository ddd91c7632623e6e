"""What happened to an idea, in words."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ideas.choices import IdeaState
from ideas.models import DeadlineChange, Idea
from ideas.moments import EXACT, deadline_name
from ideas.pages import parts
from ideas.queries.history import Happening, happenings_of
from ideas.queries.ideas import Viewer

# What stands on the idea's page before one asks for the rest.
SHOWN = 6


@login_required
@require_safe
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole history of an idea; what a script asks for is the part that the idea's page shows."""
    idea = parts.visible_idea(request, reference)
    context = {"idea": idea, "history": history_of(idea, request.user)}
    template = "ideas/_history.html" if request.headers.get("HX-Request") else "ideas/history.html"
    return render(request, template, context)


def history_of(idea: Idea, viewer: Viewer) -> dict[str, Any]:
    """What `ideas/_history.html` draws: {url, newest, older: moments of `components/_timeline.html`}."""
    moments = [_moment(one) for one in happenings_of(idea, viewer)]
    url = reverse("ideas:history", args=[idea.reference])
    return {"url": url, "newest": moments[:SHOWN], "older": moments[SHOWN:]}


def _moment(one: Happening) -> dict[str, Any]:
    text, url = SAID[one.kind](one.about)
    key = one.kind in {"merged_from", "shortlisted"} or one.about.get("state") in {IdeaState.OPEN, IdeaState.FUNDED}
    return {"at": one.at, "text": text, "url": url, "who": one.who, "key": key}


def _written(_about: dict[str, Any]) -> tuple[str, str]:
    return _("Written down"), ""


def _state(about: dict[str, Any]) -> tuple[str, str]:
    into = about.get("into")
    if into is not None:
        return _with(_("Merged into %(title)s") % {"title": into.title}, about["reason"]), into.get_absolute_url()
    return _with(str(about["label"]), about["reason"]), ""


def _saved(about: dict[str, Any]) -> tuple[str, str]:
    first, last = about["first"], about["last"]
    if first == last:
        return _("Saved: version %(n)d") % {"n": last}, ""
    return _("Saved: versions %(first)d to %(last)d") % {"first": first, "last": last}, ""


def _target(about: dict[str, Any]) -> tuple[str, str]:
    old, new = about["old"], about["new"]
    if new is None:
        return _with(_("No target call any more"), about["reason"]), ""
    names = {"old": old.identifier if old else "", "new": new.identifier}
    said = _("Aims at %(new)s instead of %(old)s") if old else _("Aims at %(new)s")
    return _with(said % names, about["reason"]), new.get_absolute_url()


def _deadline(about: dict[str, Any]) -> tuple[str, str]:
    change: DeadlineChange = about["change"]
    when = {
        "name": deadline_name(change, several=change.number > 1),
        "old": _day(change.old_at),
        "new": _day(change.new_at),
    }
    if change.new_at is None:
        return _("%(name)s taken away; it was %(old)s") % when, ""
    return (_("%(name)s moved from %(old)s to %(new)s") if change.old_at else _("%(name)s: %(new)s")) % when, ""


def _day(at: Any) -> str:
    return date_format(timezone.localtime(at), EXACT) if at else ""


def _joined(about: dict[str, Any]) -> tuple[str, str]:
    organisation = about["organisation"]
    return _("%(organisation)s is a partner") % {"organisation": organisation.name}, organisation.get_absolute_url()


def _left(about: dict[str, Any]) -> tuple[str, str]:
    organisation = about["organisation"]
    name = {"organisation": organisation.name}
    return _("%(organisation)s is a partner no more") % name, organisation.get_absolute_url()


def _shortlisted(about: dict[str, Any]) -> tuple[str, str]:
    shortlist = about["shortlist"]
    return _("On the shortlist %(title)s") % {"title": shortlist.title}, shortlist.get_absolute_url()


def _merged_from(about: dict[str, Any]) -> tuple[str, str]:
    idea: Idea = about["idea"]
    names = {"reference": idea.reference, "title": idea.title}
    return _("%(reference)s went into this idea: %(title)s") % names, f"{idea.get_absolute_url()}?stay=1"


def _with(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


SAID = {
    "written": _written,
    "state": _state,
    "saved": _saved,
    "target": _target,
    "deadline": _deadline,
    "joined": _joined,
    "left": _left,
    "shortlisted": _shortlisted,
    "merged_from": _merged_from,
}
