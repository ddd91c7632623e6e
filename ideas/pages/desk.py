"""The lead's desk: what needs one in one's value chains, the most urgent first, and how these stand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ideas.choices import Alarm, IdeaState, MeetingState, ReviewState
from ideas.errors import NotAllowed
from ideas.models import Review, ValueChain
from ideas.moments import brief
from ideas.pages import facets, parts
from ideas.pages.desk_words import line_words
from ideas.queries.alarms import Alarms
from ideas.queries.desk import Closing, Desk, Glance, ListAtWork, desk_of
from ideas.queries.filters import IdeaFilters
from ideas.queries.shortlists import curated_chains
from ideas.queries.topics import member_topic
from realtime import log

ALARMS = dict(Alarm.choices)
STATES = dict(IdeaState.choices)
# Beyond it the names of value chains say less than the switch above them.
MOST_NAMED = 3


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    by, at = parts.member_of(request), timezone.now()
    # Before the rows: a notice that comes meanwhile makes the page ask once more, and none is missed.
    position = log.position(member_topic(by.pk))
    own = list(curated_chains(by))
    if not (own or by.is_staff):
        raise NotAllowed
    chosen = _chosen(request, own)
    only = request.GET.get("only", "")
    only = only if only in Alarm.values else ""
    desk = desk_of(by, [chosen] if chosen else own, at=at, only=only)
    context = {
        "position": position,
        "tabs": _tabs(own, chosen, only),
        "chains": [parts.chain_tag(chain) for chain in _named(own, chosen)],
        "kind": only,
        "whole_url": address(chosen),
        "part_url": address(chosen, only=only, part="1"),
        "desk": _shown(desk, parts.read_names(), chosen, own, at=at),
    }
    return render(request, "desk/_part.html" if request.GET.get("part") == "1" else "desk/page.html", context)


def address(chain: ValueChain | None, **more: str) -> str:
    """The desk's address for one value chain, or for all of a lead's."""
    asked = {"value_chain": chain.code if chain else "", **more}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("desk:page") + (f"?{query}" if query else "")


def _chosen(request: HttpRequest, own: Sequence[ValueChain]) -> ValueChain | None:
    """The value chain that the address asks for. Raises Http404 for one that is none of the reader's."""
    code = request.GET.get("value_chain", "")
    found = next((chain for chain in own if chain.code == code), None)
    if code and found is None:
        raise Http404
    return found


def _tabs(own: Sequence[ValueChain], chosen: ValueChain | None, only: str) -> list[dict[str, Any]]:
    """The switch between value chains; who has one needs none."""
    if len(own) < 2:
        return []
    every = {"label": _("All your value chains"), "url": address(None, only=only), "current": chosen is None}
    return [every, *({"label": one.code, "url": address(one, only=only), "current": one == chosen} for one in own)]


def _named(own: Sequence[ValueChain], chosen: ValueChain | None) -> Sequence[ValueChain]:
    if chosen:
        return [chosen]
    return own if len(own) <= MOST_NAMED else []


# What is shown ------------------------------------------------------------------------------------------------------


def _shown(
    desk: Desk, names: parts.Names, chosen: ValueChain | None, own: Sequence[ValueChain], *, at: datetime
) -> dict[str, Any]:
    chains = tuple(chain.code for chain in ([chosen] if chosen else own))
    return {
        "alarms": [_alarms(some, names, chosen, at) for some in desk.alarms if some.total],
        "reviews": [_review(review, at) for review in desk.reviews],
        "lists": [_list(one, names) for one in desk.lists],
        "meetings": [
            {"title": one.title, "url": one.get_absolute_url(), "starts_at": one.starts_at,
             "running": one.state == MeetingState.RUNNING, "state": one.state, "label": one.get_state_display(),
             "list": one.shortlist.title, "ideas": one.idea_count}  # type: ignore[attr-defined]  # by queries.desk
            for one in desk.meetings
        ],
        "glance": _glance(desk.glance, chains, at),
        "is_clear": desk.is_clear,
        "board_url": facets.address(IdeaFilters(value_chain=chains)),
        "new_list_url": reverse("shortlists:new"),
    }  # fmt: skip


def _alarms(some: Alarms, names: parts.Names, chosen: ValueChain | None, at: datetime) -> dict[str, Any]:
    more = some.total - len(some.lines)
    return {
        "name": some.alarm,
        "title": ALARMS[some.alarm],
        "total": some.total,
        "lines": [
            {"title": line.idea["title"], "language": line.idea["language"], "reference": line.idea["reference"],
             "state": line.idea["state"], "state_label": STATES[line.idea["state"]],
             "chain": names.chain(line.idea["tags"]["chains"][0]), **line_words(line, at)}
            for line in some.lines
        ],
        "more": more,
        "more_url": address(chosen, only=some.alarm) if more else "",
    }  # fmt: skip


def _review(review: Review, at: datetime) -> dict[str, Any]:
    due = review.entry.shortlist.round.due
    return {
        "title": review.entry.idea.title,
        "language": review.entry.idea.language,
        "reference": review.entry.idea.reference,
        "url": reverse("reviews:detail", args=[review.pk]),
        "list": review.entry.shortlist.title,
        "begun": review.state == ReviewState.DRAFT,
        "due": due,
        "late": due is not None and due < at,
    }


def _list(one: ListAtWork, names: parts.Names) -> dict[str, Any]:
    shortlist, said = one.shortlist, [ngettext("%(n)d idea", "%(n)d ideas", one.ideas) % {"n": one.ideas}]
    acts = [{"label": _("Go on"), "url": shortlist.get_absolute_url()}]
    if one.asked:
        said.append(_("%(done)d of %(asked)d reviews done") % {"done": one.done, "asked": one.asked})
        acts.append({"label": _("Reviews"), "url": reverse("reviews:overview", args=[shortlist.pk])})
    staged = ngettext("%(n)d decision to publish", "%(n)d decisions to publish", one.staged) % {"n": one.staged}
    if one.staged:
        acts[0] = {"label": _("Tell the authors…"), "url": reverse("decisions:publish", args=[shortlist.pk])}
    return {
        "title": shortlist.title,
        "url": shortlist.get_absolute_url(),
        "chain": names.chain(shortlist.value_chain.code),
        "said": " · ".join(said),
        "staged": staged if one.staged else "",
        "acts": acts,
    }


def _glance(found: Glance, chains: tuple[str, ...], at: datetime) -> dict[str, Any]:
    most = max(found.states.values(), default=0)
    states = [
        {"label": label, "n": found.states[state], "width": round(100 * found.states[state] / most, 1),
         "url": facets.address(IdeaFilters(value_chain=chains, state=(state,)))}
        for state, label in STATES.items()
        if found.states.get(state)
    ]  # fmt: skip
    return {
        "states": states,
        "total": sum(found.states.values()),
        "closings": [_closing(one, chains, at) for one in found.closings],
        "wanted": found.wanted,
        "filled": found.filled,
        "share": round(100 * found.filled / found.wanted, 1) if found.wanted else 0,
    }


def _closing(one: Closing, chains: tuple[str, ...], at: datetime) -> dict[str, Any]:
    call = one.deadline.call
    return {
        **brief(one.deadline, at),
        "identifier": call.identifier,
        "url": call.get_absolute_url(),
        "ideas": ngettext("%(n)d idea", "%(n)d ideas", one.ideas) % {"n": one.ideas} if one.ideas else _("No idea"),
        "ideas_url": facets.address(IdeaFilters(value_chain=chains, call=(call.identifier,))) if one.ideas else "",
    }
