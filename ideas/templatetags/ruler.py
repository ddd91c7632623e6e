"""The ruler's geometry: days to positions, marks to lanes. What it looks like is in the template and the CSS."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from ideas.templatetags.kept import drawn_once

register = template.Library()

WIDTH = 1200
LEFT = 14  # Today's jaw stands here; the scale begins at its edge.
RIGHT = 26
LABEL_HEIGHT = 18
CHARACTER_WIDTH = 6.7  # A careful guess for 12 px sans: too wide rather than overlapping.
OWN_CHARACTER_WIDTH = 6.9
LANES = 4
OWN_LANES = 2
MAX_LABEL_CHARS = 26
MIN_LABEL_CHARS = 6
COUNT_CHARS = 8  # "3 calls", "12 bandi"


@dataclass
class Tick:
    """A day on the scale; `length` grows for weeks and months."""

    x: float
    length: int
    kind: str
    day: date
    numbered: bool


@dataclass
class Mark:
    """All that closes on one day: one place on the scale, never two marks over each other."""

    x: float
    day: date
    items: list[Mapping[str, Any]]
    urgent: bool
    days_left: int
    label: str = ""
    figure_only: bool = False
    lane: int | None = None
    label_x: float = 0
    label_y: float = 0
    stem_y: float = 0
    width: float = 0

    @property
    def count(self) -> int:
        return len(self.items)


def local_day(at: date | datetime) -> date:
    """The reader's calendar day of an instant (a plain date is that day)."""
    if isinstance(at, datetime):
        return timezone.localtime(at).date() if timezone.is_aware(at) else at.date()
    return at


def ticks(today: date, days: int, step: float) -> list[Tick]:
    """A tick a day; Mondays are longer and numbered, firsts of months longest."""
    result = []
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        kind, length = ("month", 34) if day.day == 1 else ("week", 12) if day.weekday() == 0 else ("day", 7)
        # A number beside the long tick of a month would be crossed by it.
        numbered = kind == "week" and offset > 1 and day.day > 1
        result.append(Tick(round(LEFT + offset * step, 1), length, kind, day, numbered))
    return result


def group(marks: Iterable[Mapping[str, Any]], today: date, days: int, step: float) -> tuple[list[Mark], int]:
    """One `Mark` a day within the scale, and how many lie beyond it. Past ones are left out."""
    by_day: dict[date, list[Mapping[str, Any]]] = {}
    beyond = 0
    for item in marks:
        if not item.get("at"):
            continue
        day = local_day(item["at"])
        if day > today + timedelta(days=days):
            beyond += 1
        elif day >= today:
            by_day.setdefault(day, []).append(item)
    result = []
    for day, items in sorted(by_day.items()):
        offset = (day - today).days
        urgent = any(item.get("urgent") for item in items)
        result.append(Mark(round(LEFT + offset * step, 1), day, items, urgent, offset))
    return result, beyond


def short(label: str, chars: int) -> str:
    return label if len(label) <= chars else label[: chars - 1].rstrip("-– ") + "…"


def put_labels(marks: list[Mark], lanes: int, *, character: float, suffix_chars: int) -> None:
    """
    Give each mark's words a lane, so that no label lies on another and no stem runs through one.

    From the right: a label must lie higher than every labelled mark that stands under it. Where the lanes
    don't suffice, labels of later marks give way; the list below the picture has them all.
    """
    done: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: mark.x, reverse=True):
        suffix = suffix_chars * character + 10
        room = int((WIDTH - mark.x - suffix) / character)
        words = str(mark.items[0].get("label", "")) if mark.count == 1 else " " * COUNT_CHARS
        mark.label = short(words, min(room, MAX_LABEL_CHARS)).strip() if room >= MIN_LABEL_CHARS else ""
        mark.figure_only = room < (MIN_LABEL_CHARS if mark.count == 1 else COUNT_CHARS)
        chars = 0 if mark.figure_only else min(len(words), MAX_LABEL_CHARS)
        mark.width = suffix + chars * character
        under = [other for other in done if other.lane is not None and other.x < mark.x + mark.width + 6]
        mark.lane = max((other.lane + 1 for other in under if other.lane is not None), default=0)
        while mark.lane >= lanes and under:
            highest = max(under, key=lambda other: (other.lane or 0, other.x))
            highest.lane = None
            under.remove(highest)
            mark.lane = max((other.lane + 1 for other in under if other.lane is not None), default=0)
        mark.label_x = mark.x + 5
        done.append(mark)


@register.simple_tag(takes_context=True)
def ruler(
    context: Context,
    marks: Sequence[Mapping[str, Any]] = (),
    own: Sequence[Mapping[str, Any]] = (),
    now: datetime | None = None,
    days: int = 60,
    id: str = "ruler",
    label: str = "",
) -> SafeString:
    """
    A caliper's scale from today on, closing calls above its edge, one's own ideas below.

    `marks` and `own`: {at, label, url, days_left, urgent}; `at` an instant or a date, grouped by the reader's day.
    `id` and `label` tell two rulers of one page apart.
    """
    asked = (marks, own, local_day(now or timezone.now()), days, id, label)
    return drawn_once(context, "components/_ruler.html", repr(asked), lambda: drawing(*asked))


def drawing(
    marks: Iterable[Mapping[str, Any]],
    own: Iterable[Mapping[str, Any]],
    today: date,
    days: int,
    id: str,
    label: str,
) -> dict[str, Any]:
    """Lay the ruler out: what its template draws."""
    step = (WIDTH - LEFT - RIGHT) / days
    above, beyond = group(marks, today, days, step)
    below, _ = group(own, today, days, step)
    put_labels(above, LANES, character=CHARACTER_WIDTH, suffix_chars=5)
    put_labels(below, OWN_LANES, character=OWN_CHARACTER_WIDTH, suffix_chars=0)

    used = max((mark.lane + 1 for mark in above if mark.lane is not None), default=0)
    edge = 24 + max(used, 1) * LABEL_HEIGHT
    for mark in above:
        mark.label_y = edge - 13 - (mark.lane or 0) * LABEL_HEIGHT
        mark.stem_y = mark.label_y - 10 if mark.lane is not None else edge - 12
    scale_end = edge + 50
    own_used = max((mark.lane + 1 for mark in below if mark.lane is not None), default=0)
    for mark in below:
        mark.label_y = scale_end + 16 + (mark.lane or 0) * LABEL_HEIGHT
        mark.stem_y = mark.label_y if mark.lane is not None else scale_end + 8
    height = scale_end + (own_used * LABEL_HEIGHT + 10 if below else 0)

    scale = ticks(today, days, step)
    months = [tick for tick in scale if tick.kind == "month" and tick.x < WIDTH - 60]
    return {
        "id": id,
        "label": label,
        "width": WIDTH,
        "height": height,
        "edge": edge,
        "body_end": scale_end - 4,
        "day_y": edge + 25,
        "month_y": edge + 40,
        "left": LEFT,
        "end_x": round(LEFT + days * step, 1),
        "paths": [
            (kind, "".join(f"M{tick.x:g} {edge}v{tick.length}" for tick in scale if tick.kind == kind))
            for kind in ("day", "week", "month")
        ],
        "numbers": [tick for tick in scale if tick.numbered],
        "months": months,
        "marks": above,
        "own": below,
        "beyond": beyond,
        "days": days,
        "today": today,
    }
