"""Pages of calls: the list, and one call."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ideas.choices import CallRule, CallStatus, DeadlineKind, Level
from ideas.forms.calls import read_call_filters
from ideas.forms.filters import page_cursor
from ideas.models import Call, Deadline, DeadlineChange
from ideas.moments import EXACT, clocks, days_left, deadline_name, is_urgent, moment
from ideas.pages.filters import Facet, Option, address, facet
from ideas.pages.parts import Names, cards, euros, read_names
from ideas.queries.calls import (
    CLOSING_DAYS,
    CallFilters,
    call_facets,
    call_page,
    closing_within,
    ideas_aimed_at,
    in_time_order,
    next_closing,
    open_slots_for,
    seen_idea_counts,
    status_of_call,
    whole_call,
)
from ideas.queries.shortlists import published_shortlists_for
from ideas.queries.topics import call_topic
from realtime.log import position

LEVELS = dict(Level.choices)
STATUSES = dict(CallStatus.choices)
RULES = dict(CallRule.choices)


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filters = read_call_filters(request.GET)
    calls, cursor = call_page(filters, at=now, cursor=page_cursor(request.GET))
    ideas = seen_idea_counts(request.user, [call.pk for call in calls])
    counts = call_facets(filters, at=now)
    facets = _facets(request, filters, counts, read_names())
    rows = [_row(call, ideas.get(call.pk, 0), now) for call in calls]
    context = {
        "filters": filters,
        "facets": facets,
        "chips": [chip for group in facets for chip in group.chips],
        "groups": [(title, list(group)) for title, group in groupby(rows, key=lambda row: row["group"])],
        "total": sum(n for status, n in counts["status"].items() if not filters.status or status in filters.status),
        "next": address(request.GET, cursor=cursor) if cursor else "",
        "without_search": address(request.GET, q=None, cursor=None),
        "kept": [
            (name, value) for name, values in request.GET.lists() if name not in ("q", "cursor") for value in values
        ],
        "marks": [_mark(deadline, now) for deadline in closing_within(now)],
        "now": now,
    }
    return render(request, "calls/list.html", context)


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    # Read the head before the rows: a replay is harmless, a gap is not.
    live = position(call_topic(get_object_or_404(Call.objects.only("pk"), slug=slug).pk))
    call = get_object_or_404(whole_call(slug))
    names = read_names()
    coming = next_closing(call, now)
    context = {
        "call": call,
        "live": live,
        "status": _status(call, now),
        "coming": moment(coming, now, several=_cut_offs(call) > 1) if coming else None,
        "moments": [moment(deadline, now, several=_cut_offs(call) > 1) for deadline in in_time_order(call)],
        "changes": [_change(change) for change in getattr(call, "changes", ())],
        "facts": _facts(call),
        "chains": [names.chain(chain.code) for chain in call.value_chains.all()],
        "kets": list(call.kets.all()),
        "rules": rules_in_words(call.rules),
        "cards": cards(ideas_aimed_at(request.user, call), at=now, names=names),
        "slots": open_slots_for(request.user, call),
        "shortlists": published_shortlists_for(request.user, call),
        "listed_forthcoming": _listed_forthcoming(call, now),
    }
    return render(request, "calls/detail.html", context)


def rules_in_words(rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Say the rules of a call that have words: [{label, value}]. Others, and what isn't a number, are left out."""
    return [{"label": RULES[name], "value": rules[name]} for name in RULES if type(rules.get(name)) is int]


# The list -----------------------------------------------------------------------------------------------------------


def _row(call: Call, idea_count: int, now: datetime) -> dict[str, Any]:
    status, coming = status_of_call(call, now), next_closing(call, now)
    return {
        "url": call.get_absolute_url(),
        "identifier": call.identifier,
        "title": call.title,
        "language": call.language,
        "programme": call.programme,
        "level_label": LEVELS[call.level],
        "status": status,
        "status_label": STATUSES[status],
        "next_deadline": moment(coming, now, several=_cut_offs(call) > 1) if coming else None,
        "idea_count": idea_count,
        "is_demo": call.is_demo,
        "group": _group(status, coming),
    }


def _group(status: str, coming: Deadline | None) -> str:
    """Name the part of the list in which a call stands: its month, or why it has none."""
    if status == CallStatus.CLOSED:
        return gettext("Closed")
    if coming is None:
        return gettext("No closing date")
    return date_format(timezone.localtime(coming.at), "F Y").capitalize()


def _cut_offs(call: Call) -> int:
    return sum(deadline.kind == DeadlineKind.CUT_OFF for deadline in call.deadlines.all())


def _mark(deadline: Deadline, now: datetime) -> dict[str, Any]:
    left = days_left(deadline.at, now)
    return {
        "at": deadline.at,
        "label": deadline.call.identifier,
        "url": deadline.call.get_absolute_url(),
        "days_left": left,
        "urgent": is_urgent(left),
    }


def _facets(request: HttpRequest, filters: CallFilters, counts: dict[str, dict[str, int]], names: Names) -> list[Facet]:
    params = request.GET
    chains = [Option(chain["code"], chain["name"], chain["code"], chain["glyph"]) for chain in names.chains.values()]
    kets = [Option(ket["code"], ket["name"], ket["code"]) for ket in names.kets.values()]
    programmes = [Option(name, name) for name in sorted({*counts["programme"], *filters.programme} - {""})]
    days = [Option(str(n), ngettext("within %d day", "within %d days", n) % n) for n in CLOSING_DAYS]
    chosen_days = [str(filters.days)] if filters.days else []
    groups = [
        facet(params, "days", _("Closing"), days, counts["days"], chosen_days, one=True),
        facet(params, "status", _("Status"), _options(STATUSES), counts["status"], filters.status),
        facet(params, "level", _("Level"), _options(LEVELS), counts["level"], filters.level),
        facet(params, "value_chain", _("Value chain"), chains, counts["value_chain"], filters.value_chain),
        facet(params, "ket", _("KET"), kets, counts["ket"], filters.ket),
        facet(params, "programme", _("Programme"), programmes, counts["programme"], filters.programme),
    ]
    return [group for group in groups if group.facets]


def _options(labels: dict[str, Any]) -> Iterable[Option]:
    return [Option(value, label) for value, label in labels.items()]


# One call -----------------------------------------------------------------------------------------------------------


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
    return [
        {"label": label, "value": value}
        for label, value in [
            (_("Programme"), call.programme),
            (_("Level"), LEVELS[call.level]),
            (_("Funder"), call.funder),
            (_("Type of action"), call.action_type),
            (_("Budget"), _budget(call)),
            (_("Grants expected"), call.expected_grants),
            (_("TRL"), _range(call.trl_min, call.trl_max)),
        ]
        if value
    ]


def _budget(call: Call) -> str:
    amounts = [euros(amount) for amount in (call.budget_min, call.budget_max) if amount is not None]
    return " – ".join(dict.fromkeys(amounts))


def _range(low: int | None, high: int | None) -> str:
    return " – ".join(dict.fromkeys(str(number) for number in (low, high) if number is not None))
