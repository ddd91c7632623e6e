"""The timeline's geometry: instants to positions in percent, so that it is as wide as its place. A row a call."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from ideas.choices import NOT_CLOSING, DeadlineKind

register = template.Library()

ROW = 44
HEAD = 40
# Of the width: nearer marks than these have no day written above them, nearer months no name.
DAY_ROOM = 2.2
MONTH_ROOM = 5.6
YEAR_ROOM = 9.0
WEEKS_UP_TO = timedelta(days=380)


@register.inclusion_tag("calls/_timeline.html")
def timeline(
    rows: Iterable[Mapping[str, Any]], start: datetime, end: datetime, now: datetime, alone: bool = False
) -> dict[str, Any]:
    """
    Draw calls between two instants: from the opening over stages and cut-offs to the closing, and ideas below.

    `rows`: {url, identifier, title, language, status, status_label, moments (`ideas.moments.moment`), ideas: [{at,
    label, title, url}]}. `alone`: one call on its own page, without its name.
    """
    scale = Scale(start, end)
    drawn = [_row(row, number, scale, now) for number, row in enumerate(rows)]
    return {
        "rows": drawn,
        "alone": alone,
        "head": HEAD,
        "row_height": ROW,
        "height": HEAD + ROW * len(drawn),
        "ticks": list(_ticks(scale, now)),
        "today": scale.x(now) if start <= now < end else None,
        "now": now,
        "kinds": [(kind, label) for kind, label in DeadlineKind.choices if kind in _kinds(drawn)],
        "has_ideas": any(row["ideas"] for row in drawn),
        "has_unknown_opening": any(row["bar"] and row["bar"]["is_open"] for row in drawn),
    }


class Scale:
    """Where an instant lies between the left edge (0) and the right one (100)."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end
        self._span = (end - start).total_seconds()

    def x(self, at: datetime) -> float:
        return round(100 * min(1.0, max(0.0, (at - self.start).total_seconds() / self._span)), 2)

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end


def _row(row: Mapping[str, Any], number: int, scale: Scale, now: datetime) -> dict[str, Any]:
    y = HEAD + number * ROW + 22
    marks, before = [], -DAY_ROOM
    for moment in row["moments"]:
        if scale.holds(moment["at"]):
            x = scale.x(moment["at"])
            marks.append({**moment, "x": x, "has_day": x - before >= DAY_ROOM})
            before = x if marks[-1]["has_day"] else before
    return {
        **row,
        "y": y,
        "marks": marks,
        "bar": _bar(row["moments"], scale, now),
        "ideas": _ideas(row["ideas"], scale),
    }


def _bar(moments: Iterable[Mapping[str, Any]], scale: Scale, now: datetime) -> dict[str, Any] | None:
    """From the opening to the last closing; dashed (`is_open`) where the source doesn't know the one or the other."""
    openings = [moment["at"] for moment in moments if moment["kind"] == DeadlineKind.OPENING]
    closings = [moment["at"] for moment in moments if moment["kind"] not in NOT_CLOSING]
    if not (openings or closings):
        return None
    first = openings[0] if openings else scale.start
    last = closings[-1] if closings else scale.end
    if last < scale.start or first >= scale.end:
        return None
    return {
        "from": scale.x(first),
        "to": scale.x(last),
        "past": scale.x(min(now, last)) if openings and now > max(first, scale.start) else None,
        "is_open": not (openings and closings),
    }


def _ideas(ideas: Iterable[Mapping[str, Any]], scale: Scale) -> list[dict[str, Any]]:
    """One mark for the ideas that aim at one date."""
    by_date: dict[datetime, list[Mapping[str, Any]]] = {}
    for idea in ideas:
        if idea["at"] and scale.holds(idea["at"]):
            by_date.setdefault(idea["at"], []).append(idea)
    return [{"x": scale.x(at), "all": found, "count": len(found)} for at, found in sorted(by_date.items())]


def _ticks(scale: Scale, now: datetime) -> Iterable[dict[str, Any]]:
    """A long tick at the first of each month, named where there is room; Mondays where the span is short enough."""
    zone = timezone.get_current_timezone()
    day, named = timezone.localtime(scale.start).date(), -MONTH_ROOM
    today = scale.x(now)
    with_weeks = scale.end - scale.start <= WEEKS_UP_TO
    while (at := datetime(day.year, day.month, day.day, tzinfo=zone)) < scale.end:
        x = scale.x(at)
        if day.day == 1:
            has_name = x - named >= MONTH_ROOM and x <= 100 - MONTH_ROOM
            named = x if has_name else named
            year = day.year if day.month == 1 and abs(x - today) > YEAR_ROOM else None
            yield {"x": x, "kind": "month", "day": day, "has_name": has_name, "year": year}
        elif with_weeks and day.weekday() == 0:
            yield {"x": x, "kind": "week", "day": day}
        day += timedelta(days=1)


def _kinds(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    return {mark["kind"] for row in rows for mark in row["marks"]}
