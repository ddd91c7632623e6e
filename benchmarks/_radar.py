"""What the measurements of the radar do inside a measured site."""

from collections.abc import Callable
from time import perf_counter
from typing import Any


def measurements(reader: Any, get: Callable[[str], Callable[[], float]]) -> dict[str, Callable[[], float]]:
    """Name them: seconds, or for `radar-queries` how many queries a page of the board asks."""
    return {
        "radar-filtered": get("/?lacks=min_eligible_countries"),
        "radar-queries": lambda: _queries(get("/")),
        "radar-judge": _judge,
        "radar-rules": _write_rules,
    }


def _queries(once: Callable[[], float]) -> float:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        once()
    return len(queries)


def _judge() -> float:
    """Hold every line-up against its call's rules."""
    from ideas.actions.rule_sets import judge_everything

    started = perf_counter()
    judge_everything()
    return perf_counter() - started


def _write_rules() -> float:
    """Change the rules of the call at which most ideas aim, so that every card of them changes, and tell it live."""
    from django.db.models import Count

    from ideas.actions.rule_sets import rules_state, write_call_rules
    from ideas.models import Call, Member

    call = Call.objects.annotate(n=Count("ideas")).order_by("-n", "id").first()
    staff = Member.objects.filter(is_staff=True).first() or Member(is_staff=True)
    assert call
    rules = {"min_companies": 1 + call.rules.get("min_companies", 0)}
    started = perf_counter()
    write_call_rules(by=staff, call=call, rules=rules, seen=rules_state(call))
    return (perf_counter() - started) / max(call.ideas.count(), 1)
