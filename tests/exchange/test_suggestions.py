import pytest

from ideas.data import read_json
from ideas.exchange.suggestions import hint_tags, suggest_tags

CHAINS_OF_EVS = "electrification-batteries engines-vehicles"
PARTNERSHIP = "(Partnership in AI, Data and Robotics)"
CASES = [
    ("HORIZON-CL5-2026-09-D2-04", "Coordinated topic with India on recycling of EV batteries", CHAINS_OF_EVS, ""),
    ("HORIZON-CL4-2027-04-05", f"AI-Driven Robotics for Industry (IA) {PARTNERSHIP}", "automation-robotics", "AI AMT"),
    ("HORIZON-CL4-2027-04-04", f"Challenge-Driven AI Innovation Booster (RIA) {PARTNERSHIP}", "", "AI"),
    ("HORIZON-CL4-2026-SPACE-03-81", "Space critical EEE components – FPGA on 7nm", "avionics-aerospace", "MNP"),
    ("HORIZON-CL5-2027-03-D5-16", "Autonomous vessels in short sea shipping and inland waterways", "nautical", ""),
    ("RFCS-2026-01-RPJ", "RFCS-2026-01-RPJ Coal Research projects", "", ""),
    ("DIGITAL-2026-AI-DATA-10-COMPLIANCE", "Digital solutions for regulatory compliance through data", "", ""),
    ("LIFE-2026-CET-POLICY", "Towards an effective implementation of key legislation", "", ""),
]


@pytest.mark.parametrize(("identifier", "title", "chains", "kets"), CASES)
def test_titles_suggest_what_they_are_about(identifier, title, chains, kets):
    tags = suggest_tags(identifier, title)

    assert tags.chains == frozenset(chains.split())
    assert tags.kets == frozenset(kets.split())


def test_the_table_names_only_chains_and_kets_that_exist():
    facts, table = read_json("taxonomies.json"), read_json("call_topics.json")

    for rule in [*table["rules"], *table["hints"]]:
        assert set(rule.get("chains", ())) <= {chain["slug"] for chain in facts["value_chains"]}
        assert set(rule.get("kets", ())) <= {ket["code"] for ket in facts["kets"]["2018"]}


@pytest.mark.parametrize(
    ("text", "given", "hinted"),
    [
        ("Hydrogen cities", "", "engines-vehicles"),
        ("Accumulo di energia e mobilità", "", "electrification-batteries engines-vehicles"),
        ("Robots and drones", "AMT automation-robotics", "AMT automation-robotics avionics-aerospace"),
        ("MSCA Postdoctoral Fellowships 2027", "", ""),
    ],
)
def test_weaker_words_are_hints_for_people_only(text, given, hinted):
    tags, hints = suggest_tags("", text), hint_tags(text)

    assert tags.chains | tags.kets == set(given.split())
    assert hints.chains | hints.kets == set(hinted.split())
