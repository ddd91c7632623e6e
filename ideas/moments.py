"""How a moment is shown, alike on every page, card, drawing and mail: days left, both clocks, the name of a date.

In the reader's language and zone, as they are active; knows no tables, so that mail may use it as well as pages.
"""

from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ideas.choices import NOT_CLOSING, DeadlineKind

URGENT_DAYS = 7
# To the minute in every language: English would write "5 p.m.".
EXACT = "l j F Y, H:i"
DEADLINE_KINDS = dict(DeadlineKind.choices)


class Named(Protocol):
    """What a date of a call is named by: a deadline, or a change of one."""

    @property
    def kind(self) -> Any: ...
    @property
    def number(self) -> Any: ...


class Dated(Named, Protocol):
    """A date of a call: an instant, and the zone whose clock the funder means."""

    @property
    def at(self) -> Any: ...
    @property
    def zone(self) -> Any: ...
    @property
    def verified(self) -> Any: ...


def moment(deadline: Dated, now: datetime, *, several: bool = False) -> dict[str, Any]:
    """Prepare a date of a call as every page shows it. `several`: the call has more than one cut-off.

    Returns {at, hour, iso, zone, kind, kind_label, days_left, urgent, passed, verified, elsewhere, clocks}.
    """
    return {**brief(deadline, now, several=several), "clocks": clocks(deadline.at, deadline.zone)}


def brief(deadline: Dated, now: datetime, *, several: bool = False) -> dict[str, Any]:
    """The same in fewer words, for where many stand together: without `clocks`."""
    left, own = days_left(deadline.at, now), timezone.localtime(deadline.at)
    return {
        "at": deadline.at,
        "hour": f"{own:%H:%M}",
        "iso": own.isoformat(),
        "zone": deadline.zone,
        "kind": deadline.kind,
        "kind_label": deadline_name(deadline, several=several),
        "days_left": left,
        "urgent": is_urgent(left) and deadline.kind not in NOT_CLOSING,
        "passed": deadline.at < now,
        "verified": deadline.verified,
        "elsewhere": elsewhere(deadline.at, deadline.zone),
    }


def deadline_name(deadline: Named, *, several: bool = False) -> str:
    """Name a date of a call by its kind; cut-offs of a call with several of them by their number, too."""
    name = str(DEADLINE_KINDS.get(deadline.kind, deadline.kind))
    return f"{name} {deadline.number}" if several and deadline.kind == DeadlineKind.CUT_OFF else name


def days_left(closes_at: datetime | None, at: datetime) -> int | None:
    """Count the days of the reader's calendar before a deadline: 0 is today, negative is past, None without one."""
    if closes_at is None:
        return None
    days = (timezone.localtime(closes_at).date() - timezone.localtime(at).date()).days
    return days if closes_at >= at else min(days, -1)


def is_urgent(left: int | None) -> bool:
    """Whether so few days are left that a page says so in the signal colour."""
    return left is not None and 0 <= left <= URGENT_DAYS


def clocks(instant: datetime, zone: str) -> list[dict[str, Any]]:
    """Say an instant on the reader's clock and, where that is another one, on the call's.

    Returns [{label, zone, text, is_own}], to the minute, each with the name of its zone.
    """
    own = timezone.localtime(instant)
    theirs = instant.astimezone(ZoneInfo(zone))
    shown = [{"label": _("Your time"), "zone": str(own.tzinfo), "text": date_format(own, EXACT), "is_own": False}]
    if str(own.tzinfo) != zone:
        shown.append({"label": _("Time of the call"), "zone": zone, "text": date_format(theirs, EXACT), "is_own": True})
    return shown


def elsewhere(instant: datetime, zone: str) -> str:
    """Say an instant on the call's own clock in few words, where the reader's shows another time; else nothing."""
    own, theirs = timezone.localtime(instant), instant.astimezone(ZoneInfo(zone))
    if own.utcoffset() == theirs.utcoffset():
        return ""
    return f"{date_format(theirs, 'H:i' if own.date() == theirs.date() else _('j M, H:i'))} {zone}"
