"""What the ideas that a reader sees add up to: by chain and KET, state, closing month, and what they look for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import Count, F, QuerySet

from ideas.choices import IDEA_JOINABLE
from ideas.models import Idea, Member, Organisation, RoleSlot
from ideas.queries.filters import IdeaFilters, filter_ideas, ideas_with
from ideas.queries.ideas import visible_to
from ideas.words import significant_words, subject_in

MOST_SLOTS = 5_000
MOST_SUBJECTS = 12
MOST_CALLS = 200


@dataclass
class Wanted:
    """A subject of open places: how many of them, in how many ideas, and how many organisations know it."""

    subject: str
    places: int
    ideas: int
    organisations: int


@dataclass
class Insights:
    """`heat`: {(chain code, KET code): ideas}, an idea in each of its chains and KETs; `chains`, `kets`: {code: ideas}.

    `states`: {state: ideas}; `months`: {first day: ideas whose call closes in the month}, `undated`: those without a
    closing; `wanted`: the most wanted first, among the newest `MOST_SLOTS` open places.
    """

    total: int
    heat: dict[tuple[str, str], int]
    chains: dict[str, int]
    kets: dict[str, int]
    states: dict[str, int]
    months: dict[date, int]
    undated: int
    wanted: list[Wanted]


def insights(
    by: Member, filters: IdeaFilters, *, at: datetime, zone: tzinfo, language: str, year: int | None = None
) -> Insights:
    """Count the ideas that the member sees under the filters, `year`: written in it. A fixed number of queries.

    Months and years are those of `zone`; subjects are named in `language` where that has a word.
    """
    ideas = _selected(by, filters, at=at, zone=zone, year=year)
    states = _counted(ideas, "state")
    months, undated = _months(ideas, zone)
    return Insights(
        total=sum(states.values()),
        heat=_pairs(ideas),
        chains=_sum(_counted(ideas, "value_chain__code"), _counted(ideas, "other_chains__code")),
        kets=_counted(ideas, "kets__code"),
        states=states,
        months=months,
        undated=undated,
        wanted=_wanted(ideas, language),
    )


def choices_of(by: Member) -> tuple[list[str], list[int]]:
    """List what there is to choose among the ideas that the member sees: identifiers of calls, years, latest first."""
    seen = visible_to(by).order_by()
    calls = seen.exclude(call=None).values_list("call__identifier", flat=True).distinct()[:MOST_CALLS]
    years = seen.dates("created_at", "year", order="DESC")
    return sorted(calls), [day.year for day in years]


def _selected(by: Member, filters: IdeaFilters, *, at: datetime, zone: tzinfo, year: int | None) -> QuerySet[Idea]:
    ideas = filter_ideas(ideas_with(by, filters.q), filters, by=by, at=at).order_by()
    if year is None:
        return ideas
    first, last = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    return ideas.filter(created_at__gte=first, created_at__lt=last)


def _counted(ideas: QuerySet[Idea], *names: str) -> dict[Any, int]:
    """Count ideas by a value, or by several: {value or tuple: n}. None isn't counted."""
    rows = ideas.values_list(*names).annotate(n=Count("id"))
    found = {row[:-1] if len(names) > 1 else row[0]: row[-1] for row in rows}
    return {key: n for key, n in found.items() if key is not None and (len(names) == 1 or None not in key)}


def _pairs(ideas: QuerySet[Idea]) -> dict[tuple[str, str], int]:
    # Two counts rather than one: a chain is an idea's first or another one, never both.
    return _sum(_counted(ideas, "value_chain__code", "kets__code"), _counted(ideas, "other_chains__code", "kets__code"))


def _sum(*counts: dict[Any, int]) -> dict[Any, int]:
    return dict(sum((Counter(count) for count in counts), Counter[Any]()))


def _months(ideas: QuerySet[Idea], zone: tzinfo) -> tuple[dict[date, int], int]:
    """Count by the month in which the target closes, with the empty ones between; and those that close never."""
    rows = list(ideas.values_list("closes_at").annotate(n=Count("id")))
    months: Counter[date] = Counter()
    for closes_at, n in rows:
        if closes_at is not None:
            months[closes_at.astimezone(zone).date().replace(day=1)] += n
    undated = sum(n for closes_at, n in rows if closes_at is None)
    return {month: months[month] for month in _between(months)}, undated


def _between(months: Iterable[date]) -> list[date]:
    """Every month from the first to the last; far ones alone, so that a wrong date makes no endless list."""
    found = sorted(months)
    if not found or found[-1] - found[0] > timedelta(days=366 * 4):
        return found
    every = [found[0]]
    while every[-1] < found[-1]:
        every.append((every[-1] + timedelta(days=32)).replace(day=1))
    return every


def _wanted(ideas: QuerySet[Idea], language: str) -> list[Wanted]:
    """Compare what open places look for with what organisations know, by subjects known in both languages."""
    slots = RoleSlot.objects.filter(
        idea__in=ideas.filter(state__in=IDEA_JOINABLE).values("pk"), filled__lt=F("wanted")
    ).order_by("-id")
    rows = list(slots.values_list("idea_id", "expertise", "wanted", "filled", "idea__language")[:MOST_SLOTS])
    places: Counter[str] = Counter()
    asking: dict[str, set[int]] = defaultdict(set)
    names: dict[str, tuple[bool, str]] = {}
    for idea_id, expertise, wanted, filled, written_in in rows:
        for key, word in _subjects(expertise, written_in).items():
            places[key] += wanted - filled
            asking[key].add(idea_id)
            names[key] = max(names.get(key, (False, "")), (written_in == language, word))
    known = _known()
    most = sorted(places, key=lambda key: (-places[key], key))[:MOST_SUBJECTS]
    named = {key: names[key][1] if names[key][0] else subject_in(key, language) or names[key][1] for key in most}
    return [Wanted(named[key], places[key], len(asking[key]), len(known[key])) for key in most]


def _known() -> dict[str, set[int]]:
    """Which organisations know a subject, by their competences: {subject: ids}."""
    known: dict[str, set[int]] = defaultdict(set)
    for pk, competences in Organisation.objects.order_by().values_list("pk", "competences"):
        for key in _subjects(". ".join(map(str, competences)), "it"):  # English subjects are known in Italian, too
            known[key].add(pk)
    return known


def _subjects(text: str, language: str) -> dict[str, str]:
    """The words of a text that mean the same in both languages; the others would never meet."""
    return {key: word for key, word in significant_words(text, language).items() if ":" not in key}
