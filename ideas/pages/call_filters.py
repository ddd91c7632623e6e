"""What the list, the month and the timeline of calls share: facets with counts, chips, search, the way between them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ideas.choices import CallStatus, Level
from ideas.models import Member
from ideas.moments import days_left, is_urgent
from ideas.money import euros
from ideas.pages.filters import Facet, Option, address, facet
from ideas.pages.following import follow_choices
from ideas.pages.parts import Names
from ideas.queries.calls import CLOSING_DAYS, FACETS, CallFilters, Selection, call_facets, dates_by_day
from ideas.queries.catalogue import BUDGETS, TRLS
from ideas.rules.calls import can_edit_calls

LEVELS = dict(Level.choices)
STATUSES = dict(CallStatus.choices)
VIEWS = {"list": _("List"), "month": _("Month"), "timeline": _("Timeline")}
PROGRAMMES_SHOWN = 12
RULER_DAYS = 60
# More closings on a day than these are one mark of the ruler.
NAMED_A_DAY = 3
Counts = dict[str, dict[str, int]]


def frame(request: HttpRequest, filters: CallFilters, asked: Selection, *, view: str, names: Names) -> dict[str, Any]:
    """Prepare what stands around each view of the calls: `calls/_frame.html` and its parts."""
    params = request.GET
    counts = call_facets(asked)
    shown = facets(request, filters, counts, names)
    return {
        "now": asked.at,
        "staff": isinstance(request.user, Member) and can_edit_calls(request.user),
        "follow_choices": follow_choices(
            request, programme=filters.programme, value_chain=filters.value_chain, ket=filters.ket
        ),
        "view": view,
        "filters": filters,
        "facets": shown,
        "chips": [chip for group in shown for chip in group.chips],
        "total": counts["total"][""],
        "tabs": _tabs(request, view),
        "place": reverse(f"calls:{view}"),
        "without_search": address(params, q=None, cursor=None),
        "kept": [(name, value) for name, values in params.lists() if name not in ("q", "cursor") for value in values],
    }


def facets(request: HttpRequest, filters: CallFilters, counts: Counts, names: Names) -> list[Facet]:
    """Make the groups of `components/_facets.html`, with exact counts."""
    params = request.GET
    chains = [Option(chain["code"], chain["name"], chain["code"], chain["glyph"]) for chain in names.chains.values()]
    kets = [Option(ket["code"], ket["name"], ket["code"]) for ket in names.kets.values()]
    days = [Option(str(n), ngettext("within %d day", "within %d days", n) % n) for n in CLOSING_DAYS]
    chosen_days = [str(filters.days)] if filters.days else []
    trls = [Option(str(trl), f"TRL {trl}") for trl in TRLS]
    groups = [
        facet(params, "days", _("Closing"), days, counts["days"], chosen_days, one=True),
        facet(params, "status", _("Status"), _options(STATUSES), counts["status"], filters.status),
        facet(params, "level", _("Level"), _options(LEVELS), counts["level"], filters.level),
        facet(params, "value_chain", _("Value chain"), chains, counts["value_chain"], filters.value_chain),
        facet(params, "ket", _("KET"), kets, counts["ket"], filters.ket),
        facet(params, "budget", _("Budget of a project"), _budgets(), counts["budget"], filters.budget),
        facet(params, "trl", _("TRL"), trls, counts["trl"], filters.trl),
        facet(
            params, "programme", _("Programme"), _programmes(filters, counts), counts["programme"], filters.programme
        ),
    ]
    return [group for group in groups if group.facets]


def marks(asked: Selection) -> list[dict[str, Any]]:
    """List what closes in the next days for the ruler; a day on which much closes is one mark with its number."""
    today = timezone.localtime(asked.at).date()
    starts = midnights(today, today + timedelta(days=RULER_DAYS + 1))
    found = []
    # What closed earlier today is over.
    for day in dates_by_day(asked, [asked.at, *starts[1:]], most=NAMED_A_DAY, few=0, closings=True):
        left = days_left(day.start, asked.at)
        both = {"at": day.start, "days_left": left, "urgent": is_urgent(left)}
        if day.total > len(day.named):
            label = ngettext("%d call", "%d calls", day.total) % day.total
            found.append({**both, "label": label, "url": f"{reverse('calls:month')}?{day_query(day.start)}"})
            continue
        found += [
            {**both, "at": row.at, "label": row.identifier, "url": reverse("calls:detail", args=[row.slug])}
            for row in day.named
        ]
    return found


def midnights(first: date, end: date) -> list[datetime]:
    """When the reader's days begin, from the first until before `end`, and when the last one ends."""
    zone = timezone.get_current_timezone()
    days = (first + timedelta(days=number) for number in range((end - first).days + 1))
    return [datetime.combine(day, time.min, tzinfo=zone) for day in days]


def day_query(day: date) -> str:
    """Name a day of the month view."""
    return f"m={day:%Y-%m}&day={day:%Y-%m-%d}"


def _tabs(request: HttpRequest, view: str) -> list[dict[str, Any]]:
    """The three views, each under the filters of this page."""
    asked = request.GET.copy()
    for name in list(asked):
        if name not in (*FACETS, "q", "days"):
            del asked[name]
    query = f"?{asked.urlencode()}" if asked else ""
    return [
        {"label": label, "url": reverse(f"calls:{name}") + query, "current": name == view}
        for name, label in VIEWS.items()
    ]


def _budgets() -> list[Option]:
    labels = []
    for low, high in zip(BUDGETS, (*BUDGETS[1:], None), strict=True):
        if not low and high:
            label = gettext("up to %(most)s") % {"most": euros(high)}
        elif high:
            label = gettext("%(least)s to %(most)s") % {"least": euros(low), "most": euros(high)}
        else:
            label = gettext("%(least)s and more") % {"least": euros(low)}
        labels.append(Option(str(low), label))
    return labels


def _programmes(filters: CallFilters, counts: Counts) -> list[Option]:
    """The programmes with most calls, and those chosen, by name."""
    most = sorted(counts["programme"], key=lambda name: (-counts["programme"][name], name))[:PROGRAMMES_SHOWN]
    return [Option(name, name) for name in sorted({*most, *filters.programme})]


def _options(labels: dict[str, Any]) -> Iterable[Option]:
    return [Option(value, label) for value, label in labels.items()]
