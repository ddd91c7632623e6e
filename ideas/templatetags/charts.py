"""The geometry of the drawings on the insights page: counts to places in percent, to be as wide as their place."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

from django import template

register = template.Library()

CELL = 40
HEAD = 28
NAMES = 22.0  # of the width
MAX_RADIUS = 17
MIN_RADIUS = 5
BAR_ROW = 40
# Of the width: a bar leaves room for its figure.
BAR_ROOM = 88.0


@register.inclusion_tag("insights/_heat.html")
def heat_map(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], label: str) -> dict[str, Any]:
    """Draw a table of counts: a disc whose area is the count, and the count in it.

    `rows`: {code, cells: a number for each of `columns`}. The table behind it is the page's.
    """
    most = max((n for row in rows for n in row["cells"]), default=0)
    step = (100 - NAMES) / max(len(columns), 1)
    places = [round(NAMES + step * (place + 0.5), 2) for place in range(len(columns))]
    return {
        "label": label,
        "height": HEAD + CELL * len(rows),
        "columns": [{"code": code, "x": x} for code, x in zip(columns, places, strict=True)],
        "rows": [
            {
                "code": row["code"],
                "y": HEAD + CELL * place,
                "middle": HEAD + CELL * place + CELL // 2,
                "cells": [
                    {"n": n, "x": x, "radius": radius(n, most), "is_strong": n * 2 > most}
                    for n, x in zip(row["cells"], places, strict=True)
                ],
            }
            for place, row in enumerate(rows)
        ],
    }


def radius(n: int, most: int) -> float:
    """The radius of a disc whose area tells the count; nothing for none."""
    return round(max(MIN_RADIUS, MAX_RADIUS * sqrt(n / most)), 1) if n else 0


@register.inclusion_tag("insights/_bars.html")
def bars(rows: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Draw a bar and its figure for each row, with its name above.

    `rows`: {label, n}, or with `other` a second, hatched bar below the first (and its figure).
    """
    most = max((max(row["n"], row.get("other", 0)) for row in rows), default=0) or 1
    paired = any("other" in row for row in rows)
    height = BAR_ROW + (16 if paired else 0)
    return {
        "label": label,
        "height": height * len(rows),
        "rows": [
            {
                **row,
                "y": place * height,
                "text_y": place * height + 14,
                "bar_y": place * height + 20,
                "figure_y": place * height + 31,
                "other_y": place * height + 35,
                "other_figure_y": place * height + 46,
                "width": round(BAR_ROOM * row["n"] / most, 2),
                "other_width": round(BAR_ROOM * row["other"] / most, 2) if paired else 0,
                "paired": paired,
            }
            for place, row in enumerate(rows)
        ],
    }
