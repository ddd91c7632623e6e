"""The geometry of the drawing of a meeting's marks: a dot for each, stacked where several gave the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from ideas.serializers.meetings import mark_text

register = template.Library()

LEFT, STEP = 20, 40  # of a half mark
DOT = 28
ROOM = 24  # below the scale, for its figures


@register.inclusion_tag("meetings/_plot.html")
def mark_plot(rows: Sequence[Mapping[str, Any]], mean: float | None) -> dict[str, Any]:
    """Draw marks on a scale from 0 to 5. `rows`: {name, initials, halves, text}; `mean` in halves, too."""
    stacked: Counter[int] = Counter()
    dots = []
    base = DOT * max(Counter(row["halves"] for row in rows).values(), default=1) + 10
    for row in rows:
        y = base - DOT * stacked[row["halves"]] - DOT // 2 - 2
        stacked[row["halves"]] += 1
        title = f"{row['name']}: {row['text']}"
        dots.append({"x": _x(row["halves"]), "y": y, "text_y": y + 4, "initials": row["initials"], "title": title})
    ticks = [
        {
            "x": _x(halves),
            "y": base + 20,
            "length": 4 if halves % 2 else 8,
            "text": "" if halves % 2 else mark_text(halves),
        }
        for halves in range(11)
    ]
    label = "; ".join(dot["title"] for dot in dots)
    return {
        "ticks": ticks, "dots": dots, "base": base, "height": base + ROOM, "label": label,
        "mean": None if mean is None else round(LEFT + STEP * mean),
    }  # fmt: skip


def _x(halves: int) -> int:
    return LEFT + STEP * halves
