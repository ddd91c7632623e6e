"""Reads of the kinds of call, and of what a call asks."""

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from ideas.models import Call, Organisation, RuleSet
from ideas.radar import kind_of, rules_of

MOST_NAMES = 1_000


def kinds() -> list[RuleSet]:
    """The kinds of call in use, in the order in which they are tried. One query."""
    return list(RuleSet.objects.filter(retired=False))


def all_sets() -> list[RuleSet]:
    """All kinds, for staff: those in use first."""
    return list(RuleSet.objects.order_by("retired", "position", "id"))


def kind_for(call: Call, among: Iterable[RuleSet]) -> RuleSet | None:
    """The kind that a call is of."""
    return kind_of(among, programme=call.programme, action_type=call.action_type)


def rules_for(call: Call, among: Iterable[RuleSet] | None = None) -> dict[str, int]:
    """What a call asks: the rules of its kind, and over them its own. One query, unless the kinds are given."""
    among = kinds() if among is None else among
    return rules_of(among, programme=call.programme, action_type=call.action_type, own=call.rules)


def calls_of(kinds_in_use: Iterable[RuleSet]) -> dict[int, int]:
    """Count the calls of each kind: {id of the kind: calls}. One query: calls are few kinds, however many they are."""
    among = list(kinds_in_use)
    facts = Counter(Call.objects.order_by().values_list("programme", "action_type"))
    counts: Counter[int] = Counter()
    for (programme, action_type), calls in facts.items():
        kind = kind_of(among, programme=programme, action_type=action_type)
        if kind:
            counts[kind.pk] += calls
    return dict(counts)


def organisations_named(names: Iterable[str]) -> dict[str, Organisation]:
    """Find the organisations of these names, full or short: {name in small letters: organisation}. One query."""
    asked = sorted({name.casefold() for name in names if name})
    if not asked:
        return {}
    chosen = reduce(or_, (Q(name__iexact=name) | Q(short_name__iexact=name) for name in asked))
    found = list(Organisation.objects.filter(chosen).order_by("-pk"))
    shorts = {one.short_name.casefold(): one for one in found if one.short_name}
    return {**shorts, **{one.name.casefold(): one for one in found}}


def names_to_choose_from() -> list[str]:
    """The names of organisations, for who types one."""
    return list(Organisation.objects.order_by("name").values_list("name", flat=True)[:MOST_NAMES])
