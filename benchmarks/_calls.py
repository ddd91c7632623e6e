"""Many believable calls at once, and what is timed of them."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from benchmarks._generate import WORDS
from ideas.choices import DeadlineKind, Level, Scheme
from ideas.models import Call, Deadline, Term, ValueChain

BATCH = 1_000
# Seldom in a title, as most words of a language are: one in eight words of a call is one of a thousand.
RARE = tuple(f"{first}{last}" for first in ("cryo", "electro", "magneto", "piezo") for last in WORDS)
PROGRAMMES = ("Horizon Europe", "LIFE", "EDF", "Digital Europe", "PR FESR", "PNRR")


@transaction.atomic
def generate_calls(count: int, *, seed: int = 1) -> None:
    """Put `count` calls in the place of those that the site came with.

    They have 1 to 4 dates, 0 to 2 value chains and KETs, most a budget, half a TRL; two in three are still ahead. The
    same seed gives the same calls.
    """
    Call.objects.all().delete()
    dice, now = random.Random(seed), timezone.now()
    chains, kets = list(ValueChain.objects.all()), list(Term.objects.filter(scheme=Scheme.KET_2018))
    for start in range(0, count, BATCH):
        made = [_call(dice, number, now) for number in range(start, min(start + BATCH, count))]
        calls = Call.objects.bulk_create(call for call, _ in made)
        Deadline.objects.bulk_create(
            Deadline(call=call, kind=kind, number=number, at=at, changed_at=now)
            for call, (_, dates) in zip(calls, made, strict=True)
            for kind, number, at in dates
        )
        for through, column, terms in (
            (Call.value_chains.through, "valuechain", chains),
            (Call.kets.through, "term", kets),
        ):
            through.objects.bulk_create(
                through(**{"call": call, column: term})
                for call in calls
                for term in dice.sample(terms, dice.choice((0, 1, 1, 2)))
            )


def _call(dice: random.Random, number: int, now: Any) -> tuple[Call, list[tuple[str, int, Any]]]:
    closing = now + timedelta(days=dice.randrange(-365, 730), hours=dice.randrange(24))
    opening = closing - timedelta(days=dice.randrange(60, 200))
    dates: list[tuple[str, int, Any]] = [(DeadlineKind.OPENING, 1, opening)]
    cut_offs = dice.choice((0, 0, 0, 2, 3))
    dates += [(DeadlineKind.CUT_OFF, n + 1, closing - timedelta(days=90 * (cut_offs - n - 1))) for n in range(cut_offs)]
    if not cut_offs:
        dates.append((DeadlineKind.SINGLE, 1, closing))
    low = dice.choice((None, 200_000, 1_000_000, 4_000_000))
    trl = dice.choice((None, None, 3, 5))
    call = Call(
        identifier=f"BENCH-{number:06d}",
        slug=f"bench-{number:06d}",
        title=_words(dice, 9).capitalize(),
        summary=_words(dice, 60) if number % 4 == 0 else "",
        level=dice.choice(Level.values),
        programme=dice.choice(PROGRAMMES),
        budget_min=low,
        budget_max=low and low * 2,
        trl_min=trl,
        trl_max=trl and trl + 2,
        opens_at=opening,
        closes_at=closing,
    )
    return call, dates


def _words(dice: random.Random, count: int) -> str:
    return " ".join(dice.choice(RARE if dice.random() < 0.125 else WORDS) for _ in range(count))


def measurements(reader: Any, get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """What can be timed: an idea's fitting calls, and the search for its keywords; each in itself and as a page."""
    from ideas.actions.ideas import post_idea
    from ideas.queries import catalogue
    from ideas.queries.call_index import forget
    from ideas.queries.calls import CallFilters, call_page
    from ideas.queries.matching import calls_for

    chain, other = ValueChain.objects.all()[:2]
    content = {
        "title": "Predictive maintenance of a hydraulic pump by vibration sensors",
        "teaser": "A digital twin of the valve and the seal tells wear before the gripper or the robot stops.",
        "keywords": "hydraulic, pump",
        "language": "en",
        "value_chain": chain,
        "other_chains": [other],
        "kets": list(Term.objects.filter(scheme=Scheme.KET_2018)[:2]),
        "trl_now": 4,
        "trl_target": 6,
        "budget_eur": 1_500_000,
    }
    idea = post_idea(by=reader, content=content, at=timezone.now())
    call = Call.objects.filter(closes_at__gte=timezone.now(), value_chains=chain).order_by("closes_at").last()
    assert call

    def timed(act: Callable[[], Any]) -> Callable[[], float]:
        def once() -> float:
            started = perf_counter()
            assert act()
            return perf_counter() - started

        return once

    def anew() -> Any:
        forget()
        return calls_for(idea, timezone.now())

    def anew_catalogue(at: datetime) -> Any:
        catalogue.forget()
        return catalogue.catalogue(at)

    clock = [timezone.now()]

    def turned_catalogue() -> Any:
        found = catalogue.catalogue(clock[0])
        clock[0] = found.until
        return found

    return {
        "search": timed(lambda: call_page(CallFilters(q="hydraulic pump"), at=timezone.now())[0]),
        "matching": timed(lambda: calls_for(idea, timezone.now())),
        "matching-anew": timed(anew),
        "calls-list": get("/calls/"),
        "calls-narrowed": get("/calls/?level=european&level=regional&level=national"),
        "calls-month": get("/calls/month/"),
        "calls-timeline": get("/calls/timeline/"),
        "calls-anew": timed(lambda: anew_catalogue(timezone.now())),
        "calls-turned": timed(turned_catalogue),
        "search-page": get("/calls/?q=hydraulic+pump"),
        "matching-page": get(f"/ideas/{idea.reference}/calls/"),
        "call-page": get(call.get_absolute_url()),
    }
