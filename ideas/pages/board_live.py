"""What the board's script starts from: where the reader's topics stand, what was asked for, and its words."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ideas.choices import IdeaState
from ideas.moments import URGENT_DAYS
from ideas.pages import facets, radar
from ideas.pages.parts import Names
from ideas.queries.board import Board
from ideas.queries.filters import IdeaFilters
from ideas.queries.topics import board_topic
from ideas.rules.ideas import CAN_EXPIRE
from realtime import log
from realtime.log import Position

# A socket takes a hundred topics; "members" sorts last and must never be the one that is left out.
MOST_TOPICS = 90


def positions(audiences: list[str]) -> list[Position]:
    """Where the boards of a reader stand, in one query. Read it before the rows: a replay is harmless, a gap isn't."""
    topics = [board_topic(audience) for audience in sorted(audiences, reverse=True)[:MOST_TOPICS]]
    found = log.positions(topics)
    return [found[topic] for topic in topics]


def start(at: list[Position], board: Board, filters: IdeaFilters, cursor: str, *, read_at: datetime) -> str:
    """Write down in JSON what `board.js` needs beside the markup; `read_at` is when the rows had been read.

    A change that comes between the positions and then may be in the counts already, or not: the page asks again.
    """
    return json.dumps(
        {
            "epoch": at[0].epoch if at else "",
            "topics": {position.topic: position.head for position in at},
            "read_at": read_at.isoformat(),
            "url": facets.address(filters, cursor),
            "asked": asdict(filters),
            "narrows": filters.narrows,
            "cursor": bool(cursor),
            "more": bool(board.page.next_cursor),
            "mine": board.mine,
        }
    )


def words(names: Names) -> dict[str, Any]:
    """Names and sentences in the reader's language, for `json_script`."""
    left = {"n": "{n}"}
    return {
        "states": dict(IdeaState.choices),
        "chains": names.chains,
        "kets": {code: ket["name"] for code, ket in names.kets.items()},
        "expiring": sorted(CAN_EXPIRE),
        "zone": timezone.get_current_timezone_name(),
        "urgent_days": URGENT_DAYS,
        "closed": _("Closed"),
        "today": _("Closes today"),
        "day_left": ngettext("%(n)s day left", "%(n)s days left", 1) % left,
        "days_left": ngettext("%(n)s day left", "%(n)s days left", 2) % left,
        "one": _("1 idea is new or has moved · Show"),
        "many": _("{n} ideas are new or have moved · Show"),
        "changed": _("The board has changed · Show"),
        "gone": _("no longer here"),
        "radar": radar.words(),
    }
