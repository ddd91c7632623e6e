"""The drawing of who works with whom: names one below the other, an arc from each to those with whom it works.

Names stay as wide as their place and never lie on each other, for 5 as for 60 organisations and on a phone.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import hypot, sqrt
from typing import Any

from django import template

register = template.Library()

ROW = 28  # of the drawing's units; the sheet makes a row of names as high
LEFT = 4.0
# An arc's handle reaches further than the arc: three quarters of it are seen.
REACH = 124.0
LONGEST = 8  # rows: shorter drawings don't need the whole width
MAX_WIDTH = 6.0
ROUNDS = 300
Weights = Mapping[tuple[int, int], int]


@register.inclusion_tag("network/_arcs.html")
def arcs(nodes: Sequence[Mapping[str, Any]], links: Iterable[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Draw organisations and the arcs between them.

    `nodes`: {id, name, title, url, kind, ideas, is_hub}; `links`: {one, other: ids of nodes, n: ideas in common}. The
    order is `order`'s; a hub stands first. The table behind the drawing is the page's.
    """
    links = list(links)
    weights = {(link["one"], link["other"]): link["n"] for link in links}
    known = {node["id"]: node for node in nodes}
    hubs = [node["id"] for node in nodes if node.get("is_hub")]
    rows = hubs + order([pk for pk in known if pk not in hubs], weights)
    middle = {pk: ROW * place + ROW // 2 for place, pk in enumerate(rows)}
    spans = {pair: abs(middle[pair[0]] - middle[pair[1]]) / ROW for pair in weights}
    widest = max([LONGEST, *spans.values()])
    return {
        "label": label,
        "height": ROW * len(rows),
        "rem": f"{ROW * len(rows) / 16:g}",
        "rows": [{**known[pk], "y": middle[pk]} for pk in rows],
        "left": LEFT,
        "arcs": [_arc(link, middle, spans[link["one"], link["other"]] / widest) for link in links],
    }


def _arc(link: Mapping[str, Any], middle: Mapping[int, int], share: float) -> dict[str, Any]:
    """An arc from dot to dot; `share` of the widest one's rows is what it spans."""
    top, bottom = sorted((middle[link["one"]], middle[link["other"]]))
    handle = round(LEFT + REACH * sqrt(share), 1)
    return {
        "path": f"M{LEFT:g} {top}C{handle:g} {top} {handle:g} {bottom} {LEFT:g} {bottom}",
        "width": min(1.25 * link["n"], MAX_WIDTH),
        "ends": f"{link['one']} {link['other']}",
    }


def order(ids: Sequence[int], weights: Weights) -> list[int]:
    """Put those who work together near each other, always in the same way: groups that share nobody one after the
    other, the largest first, and within a group along the slowest wave of its graph (its Fiedler vector).
    """
    inside = {pair: n for pair, n in weights.items() if pair[0] in set(ids) and pair[1] in set(ids)}
    near: dict[int, dict[int, int]] = {pk: {} for pk in ids}
    for (one, other), n in inside.items():
        near[one][other] = near[other][one] = n
    groups = sorted(_groups(ids, near), key=lambda group: -len(group))
    return [pk for group in groups for pk in _along(group, near)]


def _groups(ids: Sequence[int], near: Mapping[int, Mapping[int, int]]) -> list[list[int]]:
    place = {pk: number for number, pk in enumerate(ids)}
    left, groups = dict.fromkeys(ids), []
    while left:
        found, edge = set(), [next(iter(left))]
        while edge:
            found.update(edge)
            edge = sorted({other for pk in edge for other in near[pk]} - found)
        groups.append(sorted(found, key=place.__getitem__))
        left = dict.fromkeys(pk for pk in left if pk not in found)
    return groups


def _along(group: list[int], near: Mapping[int, Mapping[int, int]]) -> list[int]:
    """Order a group along its Fiedler vector, found by iteration from the order given; ties keep that order."""
    if len(group) < 3:
        return group
    degree = {pk: sum(near[pk].values()) for pk in group}
    shift = 2 * max(degree.values())
    wave = _levelled({pk: float(number) for number, pk in enumerate(group)})
    for _ in range(ROUNDS):
        pulled = {pk: sum(n * wave[other] for other, n in near[pk].items()) for pk in group}
        wave = _levelled({pk: (shift - degree[pk]) * wave[pk] + pulled[pk] for pk in group})
    return sorted(group, key=lambda pk: round(wave[pk], 6))


def _levelled(wave: Mapping[int, float]) -> dict[int, float]:
    """Take the mean away, and make it as long as one."""
    mean = sum(wave.values()) / len(wave)
    length = hypot(*(value - mean for value in wave.values())) or 1
    return {pk: (value - mean) / length for pk, value in wave.items()}
