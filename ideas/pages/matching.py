"""Calls that fit an idea, and ideas that fit a call, each with its reasons in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ideas.actions.ideas import aim_again
from ideas.choices import IDEA_AGAIN, IDEA_AIMING, Level
from ideas.errors import Conflict, NotAllowed
from ideas.fit import Fit, Reason
from ideas.models import Call, Idea
from ideas.moments import moment
from ideas.money import euros
from ideas.pages import parts
from ideas.queries.calls import next_closing
from ideas.queries.ideas import Viewer
from ideas.queries.matching import CallFit, calls_for, ideas_for
from ideas.rules.ideas import can_edit_idea

LEVELS = dict(Level.choices)
# On the idea's own page; the whole list is a page of its own.
FIRST = 3
MAX_REASON_CHARS = 1_000
LIMIT = {"limit": MAX_REASON_CHARS}


@login_required
@require_safe
def calls(request: HttpRequest, reference: str) -> HttpResponse:
    return _show(request, parts.visible_idea(request, reference))


@login_required
@require_POST
def aim(request: HttpRequest, reference: str) -> HttpResponse:
    """Aim the idea at a call: all else of it stays as it is. One that was not funded, or parked, opens again."""
    idea = parts.visible_idea(request, reference)
    by = parts.member_of(request)
    if not can_edit_idea(by, idea):
        raise NotAllowed
    call = get_object_or_404(Call, pk=parts.number_in(request.POST.get("call")) or 0)
    version = parts.number_in(request.POST.get("version")) or 0
    try:
        reason = request.POST.get("reason", "")[: MAX_REASON_CHARS + 1]
        if len(reason) > MAX_REASON_CHARS:
            raise ValidationError(_("The reason is too long. Use %(limit)d characters at the most.") % LIMIT)
        aim_again(by=by, idea=idea, call=call, reason=reason, version=version, at=timezone.now())
    except ValidationError as refusal:
        return _show(request, idea, refused=" ".join(refusal.messages), status=400)
    except Conflict as refusal:
        changed = _("The idea was changed meanwhile. Look at it again, then choose.")
        refused = changed if refusal.code == "edited_meanwhile" else str(refusal.text)
        return _show(request, parts.visible_idea(request, reference), refused=refused, status=409)
    messages.success(request, _("The idea now aims at %(call)s.") % {"call": call.identifier})
    return parts.see_other(idea.get_absolute_url())


def _show(request: HttpRequest, idea: Idea, *, refused: str = "", status: int = 200) -> HttpResponse:
    at = timezone.now()
    may_aim = idea.state in IDEA_AIMING and can_edit_idea(parts.member_of(request), idea)
    reason = request.POST.get("reason", "") if refused else ""
    context = {"idea": idea, "refused": refused, "reason": reason, "fitting": _fitting(idea, at, may_aim=may_aim)}
    return render(request, "ideas/calls.html", context, status=status)


def next_calls(idea: Idea, at: datetime, *, may_edit: bool) -> dict[str, Any] | None:
    """What `ideas/_calls.html` shows on an idea's page: to its authors, while it has no call that is still ahead."""
    has_target = idea.call is not None and (idea.call.closes_at is None or idea.call.closes_at >= at)
    if not may_edit or has_target or idea.state not in IDEA_AIMING:
        return None
    return _fitting(idea, at, may_aim=True, limit=FIRST)


def fitting_ideas(viewer: Viewer, call: Call, at: datetime, names: parts.Names) -> list[dict[str, Any]]:
    """What `calls/_fitting.html` shows on a call's page: ideas without a target that the viewer may see.

    `call` comes with its deadlines and tags prefetched.
    """
    found = ideas_for(call, viewer, at)
    cards = parts.cards([one.row for one in found], at=at, names=names)
    return [{"card": card, **_reasons(one.fit, one.words, names)} for card, one in zip(cards, found, strict=True)]


def _fitting(idea: Idea, at: datetime, *, may_aim: bool, **limit: int) -> dict[str, Any]:
    names = parts.read_names()
    return {
        "rows": [_row(one, at, names) for one in calls_for(idea, at, **limit)],
        "url": reverse("matching:calls", args=[idea.reference]),
        "aim_url": reverse("matching:aim", args=[idea.reference]) if may_aim else "",
        "version": idea.version,
        "again": idea.state in IDEA_AGAIN,
        "closed": idea.call.identifier if idea.call and idea.call.closes_at and idea.call.closes_at < at else "",
    }


def _row(one: CallFit, at: datetime, names: parts.Names) -> dict[str, Any]:
    call, coming = one.call, next_closing(one.call, at)
    return {
        "id": call.pk,
        "url": call.get_absolute_url(),
        "identifier": call.identifier,
        "title": call.title,
        "language": call.language,
        "level_label": LEVELS[call.level],
        "is_demo": call.is_demo,
        "coming": moment(coming, at) if coming else None,
        **_reasons(one.fit, one.words, names),
    }


# Reasons in words ---------------------------------------------------------------------------------------------------


def _reasons(found: Fit, words: Mapping[str, tuple[str, str]], names: parts.Names) -> dict[str, list[str]]:
    return {
        "reasons": [_for(reason, words, names) for reason in found.reasons],
        "cautions": [_against(reason) for reason in found.cautions],
    }


def _for(reason: Reason, words: Mapping[str, tuple[str, str]], names: parts.Names) -> str:
    values = reason.values
    if reason.code in names.TAGS:
        return names.in_common(reason.code, values)
    if reason.code == "words":
        both = [_word(*words[key]) for key in values if key in words]
        said = ngettext("Word in common: %(words)s", "Words in common: %(words)s", len(both))
        return said % {"words": ", ".join(both)}
    if reason.code == "trl":
        return _("TRL %(idea)s is what the call asks for: %(call)s") % _trls(values)
    if reason.code == "budget":
        return _("Budget %(idea)s is within the call's: %(call)s") % _budgets(values)
    return _("Time enough for a plan of %(days)s days") % {"days": values[0]}


def _against(reason: Reason) -> str:
    if reason.code == "trl":
        return _("TRL %(idea)s; the call asks for %(call)s") % _trls(reason.values)
    if reason.code == "budget":
        return _("Budget %(idea)s; the call's is %(call)s") % _budgets(reason.values)
    return _("Less time than a plan of %(days)s days needs") % {"days": reason.values[0]}


def _word(own: str, theirs: str) -> str:
    """A word in common as the idea writes it, and as the call does where that is another word."""
    return own if own.casefold() == theirs.casefold() else f"{own} ({theirs})"


def _trls(values: tuple[Any, ...]) -> dict[str, str]:
    now, target, low, high = values
    return {"idea": f"{now} → {target}" if now else str(target), "call": span(low, high)}


def _budgets(values: tuple[Any, ...]) -> dict[str, str]:
    own, low, high = values
    return {"idea": euros(own), "call": span(*(None if one is None else euros(one) for one in (low, high)))}


def span(low: Any, high: Any) -> str:
    """Say a range that may be open on one side."""
    if high is None:
        return _("from %(low)s") % {"low": low}
    if low is None:
        return _("up to %(high)s") % {"high": high}
    return str(low) if low == high else f"{low} – {high}"
