"""Whether a line-up may apply to a call, and what it lacks: plain values in, counts and verdicts out. Reads no rows.

A call's rules are whole numbers by name (`CallRule`), as staff or a source wrote them on the call; what nobody wrote
comes from the set of its kind of call (`data/rule_sets.json`). 0 asks nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ideas.choices import OrganisationKind
from ideas.data import read_json


class CallRule(TextChoices):
    """What a call may ask of a consortium, as whole numbers in `Call.rules`; other keys there are for programs."""

    MIN_ORGANISATIONS = "min_organisations", _("independent organisations, at least")
    MAX_ORGANISATIONS = "max_organisations", _("organisations, at the most")
    MIN_COUNTRIES = "min_countries", _("different countries, at least")
    MIN_ELIGIBLE_COUNTRIES = "min_eligible_countries", _("different EU or associated countries, at least")
    MIN_MEMBER_STATES = "min_member_states", _("different EU member states, at least")
    MIN_LABORATORIES = "min_laboratories", _("laboratories, at least")
    MAX_LABORATORIES = "max_laboratories", _("laboratories, at the most")
    MIN_ACCREDITED = "min_accredited", _("accredited laboratories, at least")
    MIN_COMPANIES = "min_companies", _("companies, at least")
    MIN_SMES = "min_smes", _("small or medium enterprises, at least")
    MIN_SME_PERCENT = "min_sme_percent", _("per cent of the organisations small or medium enterprises, at least")
    COMPANY_COORDINATES = "company_coordinates", _("company as coordinator")


COMPANIES = frozenset({OrganisationKind.COMPANY, OrganisationKind.SME, OrganisationKind.STARTUP})
SMES = frozenset({OrganisationKind.SME, OrganisationKind.STARTUP})
AT_MOST = frozenset({CallRule.MAX_ORGANISATIONS, CallRule.MAX_LABORATORIES})


class Certainty(IntEnum):
    """How sure a partner is; a reading of the line-up counts everybody who is at least so sure."""

    PENDING = 0
    INTERESTED = 1
    CONFIRMED = 2


class Verdict(IntEnum):
    """What a rule says of a line-up: it lacks something, or is met once who asks is accepted, who is interested
    confirms, or as it stands.
    """

    MISSING = 0
    IF_ACCEPTED = 1
    IF_CONFIRMED = 2
    MET = 3


@dataclass(frozen=True)
class Party:
    """An organisation in a line-up: its id, country, kind, whether an accredited laboratory, whether it coordinates."""

    organisation: int
    country: str
    kind: str
    accredited: bool = False
    coordinates: bool = False
    certainty: Certainty = Certainty.CONFIRMED


@dataclass(frozen=True)
class Check:
    """One rule on one line-up: how many it asks for, and how many there are by each reading."""

    rule: str
    needed: int
    pending: int
    interested: int
    confirmed: int

    @property
    def at_most(self) -> bool:
        """Whether the rule is a limit. Then who has confirmed must fit; the others can still be left out."""
        return self.rule in AT_MOST

    @property
    def verdict(self) -> Verdict:
        """The surest reading by which the rule is met."""
        if self.at_most:
            return Verdict.MISSING if self.confirmed > self.needed else Verdict.MET
        readings = (
            (self.confirmed, Verdict.MET),
            (self.interested, Verdict.IF_CONFIRMED),
            (self.pending, Verdict.IF_ACCEPTED),
        )
        return next((verdict for there, verdict in readings if there >= self.needed), Verdict.MISSING)

    @property
    def missing(self) -> int:
        """How many are still looked for, those who are interested counted; of a limit, how many are too many."""
        over = self.confirmed - self.needed if self.at_most else self.needed - self.interested
        return max(over, 0)


def rules_of(*, programme: str, action_type: str, own: Mapping[str, Any]) -> dict[str, int]:
    """Settle what a call asks: the rules of its kind, and over them those written on the call (`own`)."""
    facts = {"programme": programme, "action_type": action_type}
    shipped = next((rules for match, rules in _sets() if all(one.search(facts[name]) for name, one in match)), {})
    known = {rule: {**shipped, **own}.get(rule) for rule in CallRule.values}
    return {rule: number for rule, number in known.items() if type(number) is int and number > 0}


def check(rules: Mapping[str, int], line_up: Iterable[Party]) -> list[Check]:
    """Hold a line-up against the rules, in the order of `CallRule`; an organisation with two roles counts once."""
    parties = _once(line_up)
    readings = [[one for one in parties if one.certainty >= sure] for sure in Certainty]
    asked = [rule for rule in CallRule.values if rule in rules]
    return [Check(rule, rules[rule], *(_count(rule, reading) for reading in readings)) for rule in asked]


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """Say of all rules together: the worst of them."""
    return min((one.verdict for one in checks), default=Verdict.MET)


def _once(line_up: Iterable[Party]) -> list[Party]:
    surest: dict[int, Party] = {}
    for one in line_up:
        known = surest.get(one.organisation)
        if known is None or (one.certainty, one.coordinates) > (known.certainty, known.coordinates):
            surest[one.organisation] = one
    return list(surest.values())


def _count(rule: str, parties: list[Party]) -> int:
    """Count what one rule counts."""
    also, members, eligible = _countries()
    countries = {also.get(one.country, one.country) for one in parties}
    companies = [one for one in parties if one.kind in COMPANIES]
    match rule:
        case CallRule.MIN_ORGANISATIONS | CallRule.MAX_ORGANISATIONS:
            return len(parties)
        case CallRule.MIN_COUNTRIES:
            return len(countries)
        case CallRule.MIN_ELIGIBLE_COUNTRIES:
            return len(countries & eligible)
        case CallRule.MIN_MEMBER_STATES:
            return len(countries & members)
        case CallRule.MIN_LABORATORIES | CallRule.MAX_LABORATORIES:
            return sum(one.kind == OrganisationKind.RESEARCH for one in parties)
        case CallRule.MIN_ACCREDITED:
            return sum(one.accredited for one in parties)
        case CallRule.MIN_COMPANIES:
            return len(companies)
        case CallRule.MIN_SMES:
            return sum(one.kind in SMES for one in parties)
        case CallRule.MIN_SME_PERCENT:
            return 100 * sum(one.kind in SMES for one in parties) // len(parties) if parties else 0
        case CallRule.COMPANY_COORDINATES:
            return sum(one.coordinates for one in companies)
    raise ValueError(f"Nobody counts {rule}")


@cache
def _countries() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """The standard's code for those that EU sources write otherwise, the member states, and all that may take part."""
    data: dict[str, Any] = read_json("countries.json")
    members = frozenset(data["members"].split())
    return data["also"], members, members | frozenset(data["associated"].split())


@cache
def _sets() -> list[tuple[list[tuple[str, re.Pattern[str]]], dict[str, int]]]:
    data: dict[str, Any] = read_json("rule_sets.json")
    return [
        ([(name, re.compile(pattern)) for name, pattern in one["match"].items()], one["rules"]) for one in data["sets"]
    ]
