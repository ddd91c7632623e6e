"""Line-ups written by hand, held against the shipped sets of rules: the verdict, and what is missing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ideas.choices import OrganisationKind
from ideas.data import read_json
from ideas.models import RuleSet
from ideas.radar import LACKING, CallRule, Certainty, Party, Verdict, check, is_like, lacking, rules_of, verdict_of

SHIPPED = [RuleSet(**row) for row in read_json("rule_sets.json")["sets"]]

HORIZON = {"programme": "Horizon Europe", "action_type": "HORIZON Research and Innovation Actions"}
EIC = {"programme": "Horizon Europe", "action_type": "HORIZON EIC Equity Only"}
REGION = {"programme": "Ricerca industriale strategica 2026", "action_type": "Contributo a fondo perduto"}
KINDS = {
    "lab": (OrganisationKind.RESEARCH, True),
    "uni": (OrganisationKind.RESEARCH, False),
    "firm": (OrganisationKind.COMPANY, False),
    "sme": (OrganisationKind.SME, False),
    "new": (OrganisationKind.STARTUP, False),
    "school": (OrganisationKind.TRAINING, False),
    "net": (OrganisationKind.NETWORK, False),
}


def line_up(text: str) -> list[Party]:
    """Read "lab:IT firm:DE? sme:FR??": ? is only interested, ?? waits for an answer, ! coordinates; by place, or =7."""
    parties = []
    for place, word in enumerate(text.split(), start=1):
        who, _, rest = word.partition(":")
        rest, _, same = rest.partition("=")
        kind, accredited = KINDS[who]
        sure = Certainty.PENDING if "??" in word else Certainty.INTERESTED if "?" in word else Certainty.CONFIRMED
        parties.append(
            Party(int(same.strip("?!") or place) if same else place, rest[:2], kind, accredited, "!" in word, sure)
        )
    return parties


MET, SOON, ASKED, MISSING = Verdict.MET, Verdict.IF_CONFIRMED, Verdict.IF_ACCEPTED, Verdict.MISSING
CASES = [
    (HORIZON, "", MISSING, {"min_eligible_countries": 3, "min_member_states": 1}),
    (HORIZON, "lab:IT", MISSING, {"min_eligible_countries": 2}),
    (HORIZON, "lab:IT firm:IT sme:IT", MISSING, {"min_eligible_countries": 2}),
    (HORIZON, "lab:IT firm:DE", MISSING, {"min_eligible_countries": 1}),
    (HORIZON, "lab:IT firm:DE sme:FR", MET, {}),
    (HORIZON, "lab:IT firm:DE sme:FR?", SOON, {}),
    (HORIZON, "lab:IT firm:DE sme:FR??", ASKED, {"min_eligible_countries": 1}),
    (HORIZON, "lab:IT firm:NO sme:CH", MET, {}),
    (HORIZON, "lab:NO firm:CH sme:UK", MISSING, {"min_member_states": 1}),
    (HORIZON, "lab:IT firm:US sme:CN", MISSING, {"min_eligible_countries": 2}),
    (HORIZON, "lab:IT firm:DE sme:FR uni:US", MET, {}),
    (HORIZON, "lab:EL firm:GR sme:IT", MISSING, {"min_eligible_countries": 1}),
    (HORIZON, "lab:EL firm:UK sme:IT", MET, {}),
    (HORIZON, "lab:IT firm:DE=1 sme:FR=1", MISSING, {"min_eligible_countries": 2}),
    (EIC, "", MISSING, {"min_smes": 1, "min_eligible_countries": 1}),
    (EIC, "sme:IT", MET, {}),
    (EIC, "new:FR", MET, {}),
    (EIC, "new:FR?", SOON, {}),
    (EIC, "firm:IT", MISSING, {"min_smes": 1}),
    (EIC, "sme:IT lab:IT", MISSING, {"max_organisations": 1}),
    (EIC, "sme:IT lab:IT?", MET, {}),
    (EIC, "sme:US", MISSING, {"min_eligible_countries": 1}),
    (REGION, "", MISSING, {"min_laboratories": 3, "min_accredited": 2, "min_companies": 2}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT", MET, {}),
    (REGION, "lab:IT lab:IT uni:IT firm:IT new:IT", MET, {}),
    (REGION, "lab:IT uni:IT uni:IT firm:IT sme:IT", MISSING, {"min_accredited": 1}),
    (REGION, "lab:IT lab:IT firm:IT sme:IT", MISSING, {"min_laboratories": 1}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT", MISSING, {"min_companies": 1}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT?", SOON, {}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT??", ASKED, {"min_companies": 1}),
    (REGION, "lab:IT lab:IT lab:IT uni:IT uni:IT uni:IT firm:IT sme:IT", MISSING, {"max_laboratories": 1}),
    (REGION, "lab:IT lab:IT lab:IT uni:IT uni:IT uni:IT? firm:IT sme:IT", MET, {}),
    (REGION, "lab:IT lab:IT lab:IT school:IT net:IT", MISSING, {"min_companies": 2}),
    (REGION, "lab:IT lab:IT? lab:IT?? firm:IT sme:IT", ASKED, {"min_laboratories": 1}),
]


@pytest.mark.parametrize(("call", "who", "verdict", "missing"), CASES)
def test_line_up_is_judged(call: dict[str, str], who: str, verdict: Verdict, missing: dict[str, int]):
    checks = check(rules_of(SHIPPED, **call, own={}), line_up(who))

    assert (verdict_of(checks), {one.rule: one.missing for one in checks if one.missing}) == (verdict, missing)


def test_what_staff_wrote_goes_before_the_rules_of_the_kind():
    own = {
        "min_eligible_countries": 0,
        "min_companies": 2,
        "for_programs": True,
        "min_smes": True,
        "max_organisations": "5",
    }

    assert rules_of(SHIPPED, **HORIZON, own=own) == {"min_member_states": 1, "min_companies": 2}


@pytest.mark.parametrize(
    ("programme", "action_type"),
    [("Horizon Europe", "HORIZON Coordination and Support Actions"), ("LIFE", "LIFE Project Grants"), ("", "")],
)
def test_kinds_of_call_that_nobody_described_ask_nothing(programme: str, action_type: str):
    assert rules_of(SHIPPED, programme=programme, action_type=action_type, own={}) == {}


@pytest.mark.parametrize(
    ("rule", "number", "who", "met"),
    [
        ("min_organisations", 2, "lab:IT lab:IT=1", False),
        ("min_organisations", 2, "lab:IT lab:IT", True),
        ("min_countries", 2, "lab:US lab:CN", True),
        ("min_sme_percent", 50, "sme:IT new:IT lab:IT firm:IT", True),
        ("min_sme_percent", 50, "sme:IT lab:IT firm:IT", False),
        ("min_sme_percent", 50, "", False),
        ("company_coordinates", 1, "sme:IT! lab:IT", True),
        ("company_coordinates", 1, "sme:IT lab:IT!", False),
    ],
)
def test_rules_that_no_set_has(rule: str, number: int, who: str, met: bool):
    (judged,) = check({rule: number}, line_up(who))

    assert (judged.verdict == Verdict.MET) is met


ORGANISATIONS = st.builds(
    Party,
    organisation=st.integers(1, 6),
    country=st.sampled_from(["IT", "DE", "EL", "GR", "NO", "US"]),
    kind=st.sampled_from(OrganisationKind.values),
    accredited=st.booleans(),
    coordinates=st.booleans(),
    certainty=st.sampled_from(Certainty),
)
COUNTED = [rule for rule in CallRule.values if rule != CallRule.MIN_SME_PERCENT]


@settings(deadline=None)
@given(st.lists(ORGANISATIONS, max_size=8), st.dictionaries(st.sampled_from(COUNTED), st.integers(1, 4)))
def test_a_wider_reading_never_counts_fewer(parties: list[Party], rules: dict[str, int]):
    checks = check(rules, parties)

    assert all(one.confirmed <= one.interested <= one.pending for one in checks)
    assert [one.rule for one in checks] == [rule for rule in CallRule.values if rule in rules]
