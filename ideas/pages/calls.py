"""Pages of calls: the list, one call, and some side by side."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ideas.choices import CallStatus, Language
from ideas.forms.calls import read_call_filters
from ideas.forms.filters import page_cursor
from ideas.models import Call, Deadline, DeadlineChange, Member, RuleSet
from ideas.moments import EXACT, clocks, deadline_name, moment
from ideas.money import euros
from ideas.pages.call_drawings import timeline_row
from ideas.pages.call_filters import LEVELS, STATUSES, frame, marks
from ideas.pages.filters import address
from ideas.pages.following import follow_button
from ideas.pages.matching import fitting_ideas
from ideas.pages.parts import Names, cards, read_names
from ideas.queries.calls import (
    calls_named,
    calls_near,
    has_cut_offs,
    ideas_aimed_at,
    in_time_order,
    next_closing,
    open_slots_for,
    page_of,
    seen_idea_counts,
    select_calls,
    status_of_call,
    whole_call,
)
from ideas.queries.ideas import audiences_of
from ideas.queries.rule_sets import kinds, rules_for
from ideas.queries.shortlists import published_shortlists_for
from ideas.queries.topics import call_topic
from ideas.radar import CallRule
from ideas.rules.calls import can_edit_calls
from realtime.log import position

RULES = dict(CallRule.choices)
LANGUAGES = dict(Language.choices)
COMPARED = 4


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filters, names = read_call_filters(request.GET), read_names()
    asked = select_calls(filters, at=now)
    calls, cursor = page_of(asked, page_cursor(request.GET))
    ideas = seen_idea_counts(request.user, [call.pk for call in calls])
    rows = [_row(call, ideas.get(call.pk, 0), now) for call in calls]
    context = frame(request, filters, asked, view="list", names=names) | {
        "groups": [(title, list(group)) for title, group in groupby(rows, key=lambda row: row["group"])],
        "next": address(request.GET, cursor=cursor) if cursor else "",
        "marks": marks(asked),
        "most_compared": COMPARED,
    }
    return render(request, "calls/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    # Read the head before the rows: a replay is harmless, a gap is not.
    live = position(call_topic(get_object_or_404(Call.objects.only("pk"), slug=slug).pk))
    call = get_object_or_404(whole_call(slug))
    names, audiences = read_names(), audiences_of(request.user)
    ideas = ideas_aimed_at(request.user, call, audiences)
    context = {
        "call": call,
        "live": live,
        "now": now,
        "changes": [_change(change) for change in getattr(call, "changes", ())],
        "facts": _facts(call),
        "chains": [names.chain(chain.code) for chain in call.value_chains.all()],
        "kets": list(call.kets.all()),
        "rules": rules_in_words(call, kinds()),
        "cards": cards(ideas, at=now, names=names),
        "fitting": fitting_ideas(request.user, call, now, names),
        "slots": open_slots_for(request.user, call, audiences),
        "shortlists": published_shortlists_for(request.user, call, audiences),
        "staff": isinstance(request.user, Member) and can_edit_calls(request.user),
        "follow": follow_button(request, call),
        "listed_forthcoming": _listed_forthcoming(call, now),
        **_dates(call, now),
        "rows": [timeline_row(call, ideas, now)],
        "span": _span(call, now),
    }
    return render(request, "calls/detail.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    asked = list(dict.fromkeys(slug.replace("\x00", "")[:140] for slug in request.GET.getlist("call")[:50] if slug))
    names = read_names()
    found = calls_named(asked)
    calls = found[:COMPARED]
    near = calls_near(calls[0], found, at=now) if calls and len(calls) < COMPARED else []
    context = {
        "calls": [_row(call, 0, now) | {"without": _without(call, calls)} for call in calls],
        "rows": _rows_side_by_side(calls, names, now),
        "left_out": len(found) - len(calls),
        "unknown": len(asked) - len(found),
        "near": [_row(call, 0, now) for call in near],
        "room": COMPARED - len(calls),
    }
    return render(request, "calls/compare.html", context)


def rules_in_words(call: Call, among: Sequence[RuleSet]) -> list[dict[str, Any]]:
    """Say what a call asks of a consortium, as the radar counts it: [{label, value}]. `among`: the kinds of call."""
    return [{"label": RULES[name], "value": number} for name, number in rules_for(call, among).items()]


# The list -----------------------------------------------------------------------------------------------------------


def _row(call: Call, idea_count: int, now: datetime) -> dict[str, Any]:
    status, coming = status_of_call(call, now), next_closing(call, now)
    return {
        "url": call.get_absolute_url(),
        "slug": call.slug,
        "identifier": call.identifier,
        "title": call.title,
        "language": call.language,
        "programme": call.programme,
        "level_label": LEVELS[call.level],
        "status": status,
        "status_label": STATUSES[status],
        "next_deadline": moment(coming, now, several=has_cut_offs(call)) if coming else None,
        "idea_count": idea_count,
        "is_demo": call.is_demo,
        "missing_since": call.missing_since,
        "group": _group(status, coming),
    }


def _group(status: str, coming: Deadline | None) -> str:
    """Name the part of the list in which a call stands: its month, or why it has none."""
    if status == CallStatus.CLOSED:
        return gettext("Closed")
    if coming is None:
        return gettext("No closing date")
    return date_format(timezone.localtime(coming.at), "F Y").capitalize()


# One call -----------------------------------------------------------------------------------------------------------


def _dates(call: Call, now: datetime) -> dict[str, Any]:
    """Prepare what changes with a call's dates: `calls/_dates.html` and `calls/_moments.html`."""
    coming, several = next_closing(call, now), has_cut_offs(call)
    return {
        "status": _status(call, now),
        "coming": moment(coming, now, several=several) if coming else None,
        "moments": [moment(deadline, now, several=several) for deadline in in_time_order(call)],
    }


def _span(call: Call, now: datetime) -> dict[str, datetime] | None:
    """Find from when to when the call's own timeline goes: all its dates, and today while it isn't over."""
    dates = [deadline.at for deadline in in_time_order(call)]
    if not dates:
        return None
    if status_of_call(call, now) != CallStatus.CLOSED:
        dates = sorted([*dates, now])
    room = max((dates[-1] - dates[0]) / 12, timedelta(days=20))
    return {"start": dates[0] - room, "end": dates[-1] + room}


def _status(call: Call, now: datetime) -> dict[str, Any]:
    """Say where the call stands: its status, and the sentence that its dates give."""
    status, coming = status_of_call(call, now), next_closing(call, now)
    opening = date_format(timezone.localtime(call.opens_at), EXACT) if call.opens_at else ""
    closing = date_format(timezone.localtime(coming.at), EXACT) if coming else ""
    sentences = {
        CallStatus.FORTHCOMING: gettext("Opens on %(opening)s."),
        CallStatus.OPEN: gettext("Open until %(closing)s."),
        CallStatus.CLOSING_SOON: gettext("Closing soon, on %(closing)s."),
        CallStatus.BETWEEN_STAGES: gettext("The first stage is over; the second one closes on %(closing)s."),
        CallStatus.CLOSED: gettext("Closed since %(closing)s."),
        CallStatus.UNKNOWN: gettext("The source gives no dates yet."),
    }
    if status == CallStatus.OPEN and not coming:
        sentences[CallStatus.OPEN] = gettext("Open, without a closing date: often until the budget is exhausted.")
    values = {"opening": opening, "closing": closing}
    return {"code": status, "label": STATUSES[status], "sentence": sentences[CallStatus(status)] % values}


def _listed_forthcoming(call: Call, now: datetime) -> bool:
    """Whether only the source's own word says that the call isn't open yet."""
    forthcoming = call.source_status.casefold() == "forthcoming"
    return forthcoming and call.opens_at is None and (call.closes_at is None or call.closes_at >= now)


def _change(change: DeadlineChange) -> dict[str, Any]:
    return {
        "name": deadline_name(change, several=change.number > 1),
        "old": clocks(change.old_at, change.zone)[-1] if change.old_at else None,
        "new": clocks(change.new_at, change.zone)[-1] if change.new_at else None,
        "source": change.source,
        "note": change.note,
        "changed_at": change.changed_at,
    }


def _facts(call: Call) -> list[dict[str, Any]]:
    return [{"label": label, "value": value} for label, value in _known(call) if value]


def _known(call: Call) -> list[tuple[Any, Any]]:
    return [
        (_("Programme"), call.programme),
        (_("Level"), LEVELS[call.level]),
        (_("Funder"), call.funder),
        (_("Type of action"), call.action_type),
        (_("Budget"), euros(call.budget_total) if call.budget_total is not None else ""),
        (_("Budget of a project"), _budget(call)),
        (_("Grants expected"), call.expected_grants),
        (_("TRL"), _range(call.trl_min, call.trl_max)),
        (_("Languages of proposals"), _languages(call.languages)),
    ]


def _budget(call: Call) -> str:
    amounts = [euros(amount) for amount in (call.budget_min, call.budget_max) if amount is not None]
    return " – ".join(dict.fromkeys(amounts))


def _range(low: int | None, high: int | None) -> str:
    return " – ".join(dict.fromkeys(str(number) for number in (low, high) if number is not None))


def _languages(codes: str) -> str:
    """Name the languages of "en, it"; what isn't such a list stands as the funder wrote it."""
    found = codes.casefold().replace(",", " ").split()
    return ", ".join(str(LANGUAGES[code]) for code in found) if {*found} <= {*LANGUAGES} else codes


# Side by side -------------------------------------------------------------------------------------------------------


def _rows_side_by_side(calls: Sequence[Call], names: Names, now: datetime) -> list[dict[str, Any]]:
    """List what the calls say: [{label, cells: [[line, …], …], differs}]; what none says is left out."""
    among = kinds()
    columns = [dict(_said(call, names, now, among)) for call in calls]
    rows = []
    for label in dict.fromkeys(label for column in columns for label in column):
        cells = [[str(line) for line in column.get(label, ()) if line] for column in columns]
        if any(cells):
            rows.append({"label": label, "cells": cells, "differs": any(cell != cells[0] for cell in cells)})
    return rows


def _said(call: Call, names: Names, now: datetime, among: Sequence[RuleSet]) -> Iterable[tuple[str, list[Any]]]:
    several = has_cut_offs(call)
    yield gettext("Status"), [STATUSES[status_of_call(call, now)]]
    yield gettext("Dates"), [_in_words(deadline, now, several) for deadline in in_time_order(call)]
    for label, value in _known(call):
        yield str(label), [value]
    chains = [names.chain(chain.code) for chain in call.value_chains.all()]
    yield gettext("Value chains"), [f"{chain['code']} {chain['name']}" for chain in chains]
    yield gettext("Technologies"), [f"{ket.code} {ket.name}" for ket in call.kets.all()]
    rules = rules_in_words(call, among)
    yield gettext("What the consortium needs"), [f"{rule['value']} {rule['label']}" for rule in rules]


def _in_words(deadline: Deadline, now: datetime, several: bool) -> str:
    shown = moment(deadline, now, several=several)
    there = f" ({shown['elsewhere']})" if shown["elsewhere"] else ""
    return f"{shown['kind_label']}: {date_format(timezone.localtime(deadline.at), gettext('j M Y, H:i'))}{there}"


def _without(call: Call, calls: Sequence[Call]) -> str:
    return "?" + "&".join(f"call={other.slug}" for other in calls if other.pk != call.pk)
