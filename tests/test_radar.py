"""Line-ups written by hand, held against the shipped sets of rules: the verdict, and what is missing."""

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from ideas.choices import OrganisationKind
from ideas.data import read_json
from ideas.models import Idea, RuleSet
from ideas.pages.radar import lacks_in_words, lacks_labels, panel_part, words
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
EU, STATE = "3 EU or associated countries", "1 EU member state"
ONE, SME, HERE = "1 organisation at the most", "1 small or medium enterprise", "1 EU or associated country"
LABS, FEW = "3 laboratories", "5 laboratories at the most"
SURE, FIRMS = "2 accredited laboratories", "2 companies"
# The line-up; the verdict; and of each rule of which there is something to say the reason, as the panel has it.
CASES = [
    (HORIZON, "", MISSING, {EU: "missing: 3", STATE: "missing: 1"}),
    (HORIZON, "lab:IT", MISSING, {EU: "missing: 2"}),
    (HORIZON, "lab:IT firm:IT sme:IT", MISSING, {EU: "missing: 2"}),
    (HORIZON, "lab:IT firm:DE", MISSING, {EU: "missing: 1"}),
    (HORIZON, "lab:IT firm:DE sme:FR", MET, {}),
    (HORIZON, "lab:IT firm:DE sme:FR?", SOON, {EU: "2 confirmed, 3 with who is interested"}),
    (HORIZON, "lab:IT firm:DE sme:FR??", ASKED, {EU: "2 confirmed, 3 with who waits for an answer"}),
    (HORIZON, "lab:IT firm:NO sme:CH", MET, {}),
    (HORIZON, "lab:NO firm:CH sme:UK", MISSING, {STATE: "missing: 1"}),
    (HORIZON, "lab:NO firm:CH sme:UK uni:IT?", SOON, {STATE: "0 confirmed, 1 with who is interested"}),
    (HORIZON, "lab:IT firm:US sme:CN", MISSING, {EU: "missing: 2"}),
    (HORIZON, "lab:IT firm:DE sme:FR uni:US", MET, {}),
    (HORIZON, "lab:EL firm:GR sme:IT", MISSING, {EU: "missing: 1"}),
    (HORIZON, "lab:EL firm:UK sme:IT", MET, {}),
    (HORIZON, "lab:IT firm:DE=1 sme:FR=1", MISSING, {EU: "missing: 2"}),
    (HORIZON, "lab:IT? firm:DE? sme:FR?", SOON, {
        EU: "0 confirmed, 3 with who is interested", STATE: "0 confirmed, 3 with who is interested",
    }),
    (EIC, "", MISSING, {SME: "missing: 1", HERE: "missing: 1"}),
    (EIC, "sme:IT", MET, {}),
    (EIC, "new:FR", MET, {}),
    (EIC, "new:FR?", SOON, {
        SME: "0 confirmed, 1 with who is interested", HERE: "0 confirmed, 1 with who is interested",
    }),
    (EIC, "firm:IT", MISSING, {SME: "missing: 1"}),
    (EIC, "sme:IT lab:IT", MISSING, {ONE: "too many: 1"}),
    (EIC, "lab:IT firm:IT uni:IT", MISSING, {ONE: "too many: 2", SME: "missing: 1"}),
    (EIC, "sme:IT lab:IT?", MET, {}),
    (EIC, "sme:IT sme:IT=1", MET, {}),
    (EIC, "sme:US", MISSING, {HERE: "missing: 1"}),
    (EIC, "sme:NO??", ASKED, {
        SME: "0 confirmed, 1 with who waits for an answer", HERE: "0 confirmed, 1 with who waits for an answer",
    }),
    (REGION, "", MISSING, {LABS: "missing: 3", SURE: "missing: 2", FIRMS: "missing: 2"}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT", MET, {}),
    (REGION, "lab:IT lab:IT uni:IT firm:IT new:IT", MET, {}),
    (REGION, "lab:IT uni:IT uni:IT firm:IT sme:IT", MISSING, {SURE: "missing: 1"}),
    (REGION, "lab:IT lab:IT firm:IT sme:IT", MISSING, {LABS: "missing: 1"}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT", MISSING, {FIRMS: "missing: 1"}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT?", SOON, {FIRMS: "1 confirmed, 2 with who is interested"}),
    (REGION, "lab:IT lab:IT lab:IT firm:IT sme:IT??", ASKED, {FIRMS: "1 confirmed, 2 with who waits for an answer"}),
    (REGION, "lab:IT lab:IT lab:IT uni:IT uni:IT uni:IT firm:IT sme:IT", MISSING, {FEW: "too many: 1"}),
    (REGION, "lab:IT lab:IT lab:IT uni:IT uni:IT uni:IT? firm:IT sme:IT", MET, {}),
    (REGION, "lab:IT lab:IT lab:IT school:IT net:IT", MISSING, {FIRMS: "missing: 2"}),
    (REGION, "lab:IT lab:IT? lab:IT?? firm:IT sme:IT", ASKED, {
        LABS: "1 confirmed, 3 with who waits for an answer", SURE: "1 confirmed, 2 with who is interested",
    }),
    (REGION, "uni:IT uni:IT uni:IT firm:IT?? sme:IT??", MISSING, {
        SURE: "missing: 2", FIRMS: "0 confirmed, 2 with who waits for an answer",
    }),
    (REGION, "lab:IT lab:IT lab:DE firm:IT firm:IT=4", MISSING, {FIRMS: "missing: 1"}),
]  # fmt: skip


@pytest.mark.parametrize(("call", "who", "verdict", "reasons"), CASES)
def test_line_up_is_judged_with_its_reasons(call: dict[str, str], who: str, verdict: Verdict, reasons: dict[str, str]):
    checks = check(rules_of(SHIPPED, **call, own={}), line_up(who))

    with override("en"):
        panel = panel_part(checks, words())

    assert verdict_of(checks) == verdict
    assert {one["what"]: one["said"] for one in panel["checks"] if one["verdict"] != "met"} == reasons
    assert (
        panel["verdict"]["said"]
        == {
            MET: "This line-up can apply",
            SOON: "Can apply once who is interested confirms",
            ASKED: "Could apply with who waits for an answer",
            MISSING: "Can't apply yet",
        }[verdict]
    )


def test_forty_line_ups_are_judged_and_no_two_are_one():
    assert len({(str(call), who) for call, who, _, _ in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize(
    ("rules", "who", "lacks", "card"),
    [
        ({}, "lab:IT", [], ""),
        ({"min_companies": 1}, "lab:IT", ["min_companies"], "missing: 1 company"),
        ({"min_companies": 1}, "firm:IT??", ["min_companies"], "missing: 1 company"),
        ({"min_companies": 1}, "firm:IT?", ["confirmation"], "can apply once who is interested confirms"),
        ({"min_companies": 1}, "firm:IT", ["nothing"], "can apply"),
        (
            {"min_companies": 2, "max_laboratories": 1},
            "lab:IT lab:IT",
            ["max_laboratories", "min_companies"],
            "missing: 2 companies; too many: 1 laboratory",
        ),
        (
            {"min_sme_percent": 50},
            "sme:IT lab:IT lab:IT",
            ["min_sme_percent"],
            "missing: 17 % small or medium enterprises",
        ),
        (
            {"laboratory_coordinates": 1},
            "sme:IT! lab:IT",
            ["laboratory_coordinates"],
            "missing: 1 laboratory that coordinates",
        ),
        ({"max_proposals": 1}, "lab:IT", [], ""),
    ],
)  # fmt: skip
def test_what_a_line_up_lacks_is_filtered_by_and_said_on_its_card(
    rules: dict[str, int], who: str, lacks: list[str], card: str
):
    checks = check(rules, line_up(who))

    missing = {one.rule: one.missing for one in checks if one.missing and one.rule in LACKING}
    with override("en"):
        said = lacks_in_words(missing, " ".join(lacking(checks)))

    assert (lacking(checks), said) == (lacks, card)


def test_all_that_can_be_lacking_has_a_name_and_room():
    assert set(lacks_labels()) == set(LACKING)
    assert len(" ".join(LACKING)) <= Idea._meta.get_field("lacking").max_length


@pytest.mark.parametrize(
    ("text", "pattern", "fits"),
    [
        ("Horizon Europe", "horizon europe", True),
        ("Horizon Europe (2026)", "horizon europe", False),
        ("Horizon Europe (2026)", "Horizon Europe*", True),
        ("Bando per la ricerca industriale strategica 2027", "*ricerca industriale strategica*", True),
        ("HORIZON Coordination and Support Actions", "HORIZON * Actions", True),
        ("ab", "ab*b", False),
        ("", "*", True),
        ("a.c", "abc", False),
        ("[x]", "[x]", True),
        ("a" * 5_000, "*a" * 1_000 + "b", False),
    ],
)
def test_a_pattern_fits_as_a_whole(text: str, pattern: str, fits: bool):
    assert is_like(text, pattern) is fits


def test_the_first_kind_that_fits_is_a_calls():
    first = RuleSet(programmes=["LIFE*"], action_types=["* Grants"], rules={"min_smes": 1})
    second = RuleSet(programmes=["LIFE"], action_types=[], rules={"min_smes": 2, "max_organisations": 3})
    nobodys = RuleSet(programmes=[], action_types=[], rules={"min_smes": 3})

    found = [
        rules_of([nobodys, first, second], programme="LIFE", action_type=kind, own={})
        for kind in ("Project Grants", "Loans")
    ]

    assert found == [{"min_smes": 1}, {"max_organisations": 3, "min_smes": 2}]


@pytest.mark.parametrize(("proposals", "verdict"), [([1, 1], MET), ([2, 1], MET), ([1, 3], MISSING)])
def test_one_organisation_is_in_so_many_proposals_at_the_most(proposals: list[int], verdict: Verdict):
    parties = [Party(n, "IT", "sme", proposals=number) for n, number in enumerate(proposals)]

    (judged,) = check({"max_proposals": 2}, parties)

    assert (judged.verdict, judged.missing) == (verdict, max(max(proposals) - 2, 0))


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
