"""What a line of the lead's desk says, in words: what is wrong, since when, by how much, and what one could do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ideas.choices import Alarm
from ideas.moments import days_left, is_urgent
from ideas.queries.alarms import Line

MOST_NAMED = 2
Act = dict[str, str]


def line_words(line: Line, at: datetime) -> dict[str, Any]:
    """Give {url, what, since, since_text, over, acts: [{label, url}]}; of places {days_left, urgent}, too."""
    url = reverse("ideas:detail", args=[line.idea["reference"]])
    words = {"url": url, "what": _WHAT[line.alarm](line), "since": line.since, "acts": _acts(line, url)}
    if line.alarm == Alarm.PLACES:
        left = days_left(line.since, at)
        return {**words, "days_left": left, "urgent": is_urgent(left), "over": _into(line.over or 0)}
    return {**words, "since_text": _waited(line.since, at), "over": _over(line.over)}


# What is wrong ------------------------------------------------------------------------------------------------------


def _places(line: Line) -> str:
    named = [
        _("“%(place)s” (mandatory)") % {"place": place.expertise}
        if place.mandatory
        else _("“%(place)s”") % {"place": place.expertise}
        for place in line.places[:MOST_NAMED]
    ]
    more = len(line.places) - len(named)
    if more:
        named.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return _("Still open: %(places)s") % {"places": ", ".join(named)}


def _requests(line: Line) -> str:
    said = []
    if line.asked:
        said.append(
            ngettext(
                "%(n)d request to join waits for the authors.",
                "%(n)d requests to join wait for the authors.",
                line.asked,
            )
            % {"n": line.asked}
        )
    if line.unauthorised:
        said.append(
            ngettext(
                "%(n)d request waits for its own organisation to authorise it.",
                "%(n)d requests wait for their own organisations to authorise them.",
                line.unauthorised,
            )
            % {"n": line.unauthorised}
        )
    return " ".join(said)


def _unanswered(line: Line) -> str:
    return _("%(name)s wrote, and the authors haven't answered.") % {"name": line.who}


def _silent(line: Line) -> str:
    return _("Open, and nobody but its authors has said a word.")


def _untargeted(line: Line) -> str:
    call = line.idea["tags"].get("call")
    return _("Its call, %(call)s, has closed.") % {"call": call["identifier"]} if call else _("Aims at no call.")


_WHAT: dict[str, Callable[[Line], str]] = {
    Alarm.PLACES: _places,
    Alarm.REQUESTS: _requests,
    Alarm.UNANSWERED: _unanswered,
    Alarm.SILENT: _silent,
    Alarm.UNTARGETED: _untargeted,
}

# Since when, and by how much ----------------------------------------------------------------------------------------


def _waited(since: datetime, at: datetime) -> str:
    days = (at - since).days
    for_days = ngettext("for %(n)d day", "for %(n)d days", days) % {"n": days} if days else pgettext("wait", "today")
    day = date_format(localtime(since), "DATE_FORMAT")
    return _("Since %(day)s, %(for_days)s") % {"day": day, "for_days": for_days}


def _over(days: int | None) -> str:
    if days is None:
        return ""
    if not days:
        return _("the limit is reached today")
    return ngettext("%(n)d day over the limit", "%(n)d days over the limit", days) % {"n": days}


def _into(days: int) -> str:
    if not days:
        return _("the last month begins today")
    return ngettext("%(n)d day into the last month", "%(n)d days into the last month", days) % {"n": days}


# What one could do --------------------------------------------------------------------------------------------------


def _acts(line: Line, url: str) -> list[Act]:
    return _ACTS[line.alarm](line, url)


def _act(label: str, url: str) -> Act:
    return {"label": label, "url": url}


def _of_places(line: Line, url: str) -> list[Act]:
    reference = line.idea["reference"]
    sheet = _act(_("Partner search to send out"), reverse("papers:partner_search", args=[reference]))
    if line.is_own:
        return [_act(_("Who could fill it"), reverse("suggestions:partners", args=[reference])), sheet]
    words = line.places[0].expertise if line.places else ""
    return [_act(_("Look for organisations"), reverse("organisations:list", query={"q": words})), sheet]


def _of_requests(line: Line, url: str) -> list[Act]:
    # What waits for its own organisation the authors can't answer either.
    if line.is_own or not line.asked:
        label = _("Answer") if line.asked else _("See the consortium")
        return [_act(label, f"{url}#consortium")]
    return [_act(_("Remind the authors"), f"{url}#composer")]


def _of_comments(line: Line, url: str) -> list[Act]:
    shown = _act(_("Read the comment"), f"{url}#comment-{line.comment_id}")
    return [shown, _act(_("Answer") if line.is_own else _("Remind the authors"), f"{url}#composer")]


def _of_silence(line: Line, url: str) -> list[Act]:
    if line.is_own:
        return [_act(_("Who could join"), reverse("suggestions:partners", args=[line.idea["reference"]]))]
    return [_act(_("Be the first to comment"), f"{url}#composer")]


def _of_targets(line: Line, url: str) -> list[Act]:
    label = _("Aim it at a call") if line.is_own else _("Calls that fit")
    return [_act(label, reverse("matching:calls", args=[line.idea["reference"]]))]


_ACTS: dict[str, Callable[[Line, str], list[Act]]] = {
    Alarm.PLACES: _of_places,
    Alarm.REQUESTS: _of_requests,
    Alarm.UNANSWERED: _of_comments,
    Alarm.SILENT: _of_silence,
    Alarm.UNTARGETED: _of_targets,
}
