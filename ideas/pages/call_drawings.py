"""Calls by the calendar: a month as a table, and the timeline."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from ideas import calendar_words
from ideas.forms.calls import read_call_filters
from ideas.forms.filters import page_cursor
from ideas.models import Call
from ideas.moments import brief, moment
from ideas.pages.call_filters import STATUSES, frame, midnights
from ideas.pages.filters import address
from ideas.pages.parts import read_names
from ideas.queries.calls import (
    DateRow,
    Day,
    Selection,
    dates_by_day,
    has_cut_offs,
    ideas_on,
    in_time_order,
    select_calls,
    status_of_call,
    timeline_page,
)

SHOWN_A_DAY = 3
# Of a day with more than that, the first one, and how many follow: a cell holds no list.
SHOWN_OF_MORE = 1
SHOWN_OF_ONE_DAY = 200
RANGES = (3, 6, 12, 24)
RANGE = 12
# A timeline begins in the month of so many days ago, so that what has just passed is seen.
LOOK_BACK = timedelta(days=15)
YEARS = range(2000, 2100)
WEEKDAYS = [gettext_lazy(name) for name in calendar_words.WEEKDAYS]


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localtime(now).date()
    filters = read_call_filters(request.GET)
    asked = select_calls(filters, at=now)
    first = _month_in(request.GET.get("m", "")) or today.replace(day=1)
    day = _day_in(request.GET.get("day", ""))
    end = _later(first, 1)
    days = dates_by_day(asked, midnights(first, end), most=SHOWN_A_DAY, few=SHOWN_OF_MORE)
    shown = [_day(request, one, today, now) for one in days]
    context = frame(request, filters, asked, view="month", names=read_names()) | {
        "first": first,
        "weekdays": WEEKDAYS,
        "weeks": _weeks(first, shown),
        "is_empty": not any(one["entries"] for one in shown),
        "opened": _opened(asked, day, now) if day else None,
        "turn": _turning(request, "m", _later(first, -1), _later(first, 1)),
    }
    return render(request, "calls/month.html", context)


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filters = read_call_filters(request.GET)
    asked = select_calls(filters, at=now)
    asked_for = request.GET.get("months", "")
    months = int(asked_for) if asked_for in map(str, RANGES) else RANGE
    first = _month_in(request.GET.get("from", "")) or (timezone.localtime(now) - LOOK_BACK).date().replace(day=1)
    start, end = (midnights(day, day)[0] for day in (first, _later(first, months)))
    calls, cursor, total = timeline_page(asked, start, end, page_cursor(request.GET))
    ideas = ideas_on(request.user, calls)
    step = max(1, months // 2)
    context = frame(request, filters, asked, view="timeline", names=read_names()) | {
        "start": start,
        "end": end,
        "last": _later(first, months - 1),
        "rows": [timeline_row(call, ideas.get(call.pk, []), now) for call in calls],
        "shown_total": total,
        "next": address(request.GET, cursor=cursor) if cursor else "",
        "turn": _turning(request, "from", _later(first, -step), _later(first, step)),
        "ranges": [
            {
                "label": ngettext("%d month", "%d months", n) % n,
                "url": address(request.GET, months=str(n), cursor=None),
                "current": n == months,
            }
            for n in RANGES
        ],
    }
    return render(request, "calls/timeline.html", context)


def timeline_row(call: Call, ideas: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """Prepare a call for `{% timeline %}`: its dates in order, and the ideas that the viewer may see aimed at it."""
    several, status = has_cut_offs(call), status_of_call(call, now)
    return {
        "url": call.get_absolute_url(),
        "identifier": call.identifier,
        "title": call.title,
        "language": call.language,
        "status": status,
        "status_label": STATUSES[status],
        "moments": [moment(deadline, now, several=several) for deadline in in_time_order(call)],
        "ideas": [
            {
                "at": idea["closes_at"] or call.closes_at,
                "label": idea["acronym"] or idea["reference"],
                "title": idea["title"],
                "url": reverse("ideas:detail", args=[idea["reference"]]),
            }
            for idea in ideas
        ],
    }


# The month ----------------------------------------------------------------------------------------------------------


def _weeks(first: date, days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lay a month out in weeks from Monday to Sunday: [{number, days}], with None where another month's days are."""
    cells = [None] * first.weekday() + days
    cells += [None] * (-len(cells) % 7)
    monday = first - timedelta(days=first.weekday())
    return [
        {"number": (monday + timedelta(days=start)).isocalendar().week, "days": cells[start : start + 7]}
        for start in range(0, len(cells), 7)
    ]


def _day(request: HttpRequest, day: Day, today: date, now: datetime) -> dict[str, Any]:
    on, more = day.start.date(), day.total - len(day.named)
    return {
        "iso": on.isoformat(),
        "number": str(on.day),
        "weekday": WEEKDAYS[on.weekday()],
        "is_today": on == today,
        "entries": [_entry(row, now) for row in day.named],
        "more": ngettext("%d more", "%d more", more) % more if more else "",
        "url": f"{address(request.GET, day=f'{on:%Y-%m-%d}')}#day" if more else "",
    }


def _entry(row: DateRow, now: datetime) -> dict[str, Any]:
    return {
        **brief(row, now, several=row.several),
        "identifier": row.identifier,
        "title": row.title,
        "language": row.language,
        "url": reverse("calls:detail", args=[row.slug]),
    }


def _opened(asked: Selection, day: date, now: datetime) -> dict[str, Any]:
    """All that falls on one day, by name as far as 200 of it."""
    (found,) = dates_by_day(asked, midnights(day, day + timedelta(days=1)), most=SHOWN_OF_ONE_DAY, few=SHOWN_OF_ONE_DAY)
    entries = [_entry(row, now) for row in found.named]
    return {"on": day, "entries": entries, "more": found.total - len(entries)}


# Both ---------------------------------------------------------------------------------------------------------------


def _turning(request: HttpRequest, name: str, before: date, after: date) -> dict[str, Any]:
    """The ways back and forth in time, and to today."""

    def to(day: date | None) -> str:
        turned = f"{day:%Y-%m}" if day and day.year in YEARS else None
        return address(request.GET, **{name: turned, "day": None, "cursor": None})

    return {"before": to(before), "after": to(after), "today": to(None)}


def _month_in(text: str) -> date | None:
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    return date(int(match[1]), int(match[2]), 1) if match else None


def _day_in(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def _later(first: date, months: int) -> date:
    years, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(years, month + 1, 1)
