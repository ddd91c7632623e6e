"""Whether a line-up may apply to a call, and what it lacks: plain values in, counts and verdicts out. Reads no rows.

A call's rules are whole numbers by name (`CallRule`), as staff or a source wrote them on the call; what nobody wrote
comes from the set of its kind of call (`models.RuleSet`). 0 asks nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from typing import Any, Protocol, TypeVar

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
    LABORATORY_COORDINATES = "laboratory_coordinates", _("laboratory as coordinator")
    MAX_PROPOSALS = "max_proposals", _("proposals with the same organisation, at the most")


COMPANIES = frozenset({OrganisationKind.COMPANY, OrganisationKind.SME, OrganisationKind.STARTUP})
SMES = frozenset({OrganisationKind.SME, OrganisationKind.STARTUP})
AT_MOST = frozenset({CallRule.MAX_ORGANISATIONS, CallRule.MAX_LABORATORIES, CallRule.MAX_PROPOSALS})
# These are met or not: more than one coordinator there can't be.
YES_OR_NO = frozenset({CallRule.COMPANY_COORDINATES, CallRule.LABORATORY_COORDINATES})
# What a line-up lacks for which every rule is met as it stands, or once who is interested confirms: see `lacking`.
NOTHING, CONFIRMATION = "nothing", "confirmation"
# It hangs on other ideas, so that nothing which is kept with an idea can say it.
NOT_KEPT = frozenset({CallRule.MAX_PROPOSALS})
LACKING = (NOTHING, CONFIRMATION, *(rule for rule in CallRule.values if rule not in NOT_KEPT))


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
    """An organisation in a line-up: its id, country, kind, whether an accredited laboratory, whether it coordinates.

    `proposals`: in how many for the same call it is, this one counted, as far as whoever reads this may know.
    """

    organisation: int
    country: str
    kind: str
    accredited: bool = False
    coordinates: bool = False
    certainty: Certainty = Certainty.CONFIRMED
    proposals: int = 1


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


class Kind(Protocol):
    """A kind of call and what it asks: `models.RuleSet`, or `shipped_kinds`."""

    @property
    def programmes(self) -> Sequence[str]: ...
    @property
    def action_types(self) -> Sequence[str]: ...
    @property
    def rules(self) -> Mapping[str, int]: ...


AnyKind = TypeVar("AnyKind", bound=Kind)


def kind_of(kinds: Iterable[AnyKind], *, programme: str, action_type: str) -> AnyKind | None:
    """Find the first kind whose patterns fit a call; None where nobody described it. `*` stands for any text."""
    facts = programme, action_type
    asked = ((kind, (kind.programmes, kind.action_types)) for kind in kinds)
    return next(
        (
            kind
            for kind, lists in asked
            if any(lists)
            and all(
                not patterns or any(is_like(fact, pattern) for pattern in patterns)
                for fact, patterns in zip(facts, lists, strict=True)
            )
        ),
        None,
    )


def is_like(text: str, pattern: str) -> bool:
    """Whether a text fits a pattern as a whole, in any case; in as much time as they are long."""
    text, (first, *parts) = text.casefold().strip(), pattern.casefold().strip().split("*")
    if not parts:
        return text == first
    if not text.startswith(first):
        return False
    place = len(first)
    for part in parts[:-1]:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return text.endswith(parts[-1]) and len(text) - len(parts[-1]) >= place


def rules_of(kinds: Iterable[Kind], *, programme: str, action_type: str, own: Mapping[str, Any]) -> dict[str, int]:
    """Settle what a call asks: the rules of its kind, and over them those written on the call (`own`)."""
    kind = kind_of(kinds, programme=programme, action_type=action_type)
    return numbers_in({**(kind.rules if kind else {}), **own})


def numbers_in(rules: Mapping[str, Any]) -> dict[str, int]:
    """Pick the rules that ask for something, in the order of `CallRule`; what is for programs is left out."""
    known = {rule: rules.get(rule) for rule in CallRule.values}
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


def lacking(checks: Iterable[Check]) -> list[str]:
    """Say what a line-up lacks in codes of `LACKING`, as a board filters: the rules that aren't met, else what it waits
    for; [] where the call asks for nothing.
    """
    kept = [one for one in checks if one.rule not in NOT_KEPT]
    if not kept:
        return []
    missing = [one.rule for one in kept if one.verdict in (Verdict.MISSING, Verdict.IF_ACCEPTED)]
    return missing or [NOTHING if verdict_of(kept) == Verdict.MET else CONFIRMATION]


def _once(line_up: Iterable[Party]) -> list[Party]:
    surest: dict[int, Party] = {}
    for one in line_up:
        known = surest.get(one.organisation)
        proposals = max(one.proposals, known.proposals if known else 0)
        if known is None or (one.certainty, one.coordinates) > (known.certainty, known.coordinates):
            known = one
        accredited = known.accredited or one.accredited
        surest[one.organisation] = replace(known, proposals=proposals, accredited=accredited)
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
        case CallRule.LABORATORY_COORDINATES:
            return sum(one.coordinates for one in parties if one.kind == OrganisationKind.RESEARCH)
        case CallRule.MAX_PROPOSALS:
            return max((one.proposals for one in parties), default=0)
    raise ValueError(f"Nobody counts {rule}")


@cache
def _countries() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    """The standard's code for those that EU sources write otherwise, the member states, and all that may take part."""
    data: dict[str, Any] = read_json("countries.json")
    members = frozenset(data["members"].split())
    return data["also"], members, members | frozenset(data["associated"].split())
