"""Which outline a call gets: real topics of the European Union, the demo's calls, and what lists of others write."""

import csv
from collections import Counter
from typing import Any

import pytest

from ideas.choices import Level
from ideas.data import FOLDER, read_json
from ideas.models import Call
from ideas.rules.outlines import Kind, kind_of_call

ROWS = csv.DictReader((FOLDER / "eu_topics_2026_2027.csv").read_text(encoding="utf-8-sig").splitlines())
TOPICS = {
    row["topicId"]: Call(
        level=Level.EUROPEAN, identifier=row["topicId"], title=row["title"], programme=row["programme"],
        action_type=row["typesOfAction"],
    )
    for row in ROWS
}  # fmt: skip


def kind(**fields: Any) -> Kind | None:
    return kind_of_call(Call(**fields))


def test_every_real_topic_has_the_kind_of_its_action():
    kinds = {name: kind_of_call(call) for name, call in TOPICS.items()}

    assert Counter(kinds.values()) == {
        Kind.COLLABORATIVE: 174, Kind.SUPPORT: 31, Kind.TRAINING: 11, Kind.EIC: 5, None: 11,
    }  # fmt: skip
    assert {TOPICS[name].action_type for name, one in kinds.items() if one is None} == {
        "LIFE Operating Grants Framework Partnerships", "DIGITAL JU Grants for Procurement",
        "DIGITAL Grants for Financial Support", "HORIZON Pre-commercial Procurement",
        "HORIZON Programme Cofund Actions",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("HORIZON-EIC-2026-TRANSITIONOPEN", Kind.EIC),
        ("HORIZON-EIC-2026-DEFENCE-01", Kind.EIC),
        ("HORIZON-CL4-2026-SPACE-03-11", Kind.COLLABORATIVE),
        ("HORIZON-JU-CHIPS-2026-FT1-IA", Kind.COLLABORATIVE),
        ("RFCS-2026-02-RPJ", Kind.COLLABORATIVE),
        ("RFCS-2026-02-AM", Kind.SUPPORT),
        ("HORIZON-MSCA-2027-CITIZENS-01-01", Kind.SUPPORT),
        ("HORIZON-MSCA-2026-DN-01-01", Kind.TRAINING),
        ("HORIZON-RAISE-2026-01-03", Kind.TRAINING),
        ("DIGITAL-2026-SKILLS-10-DIGITAL-HEALTH-STEP", Kind.TRAINING),
        ("DIGITAL-2026-SKILLS-10-EDTECH", Kind.SUPPORT),
        ("HORIZON-CL5-2027-01-D1-11", None),
    ],
)
def test_a_topic_by_name(topic: str, expected: Kind | None):
    assert kind_of_call(TOPICS[topic]) == expected


def test_the_demo_shows_three_kinds_of_the_region_and_the_nation():
    kinds = {}
    for row in read_json("demo/calls.json"):
        fields = {name: row[name] for name in ("level", "programme", "action_type", "title", "rules")}
        kinds[row["identifier"]] = kind_of_call(Call(**fields), deadlines={kind for kind, *_ in row["deadlines"]})

    assert kinds == {
        "DEMO-ER-RICERCA-STRATEGICA": Kind.REGIONAL_RESEARCH,
        "DEMO-ER-PROTOTIPI-SPORTELLO": Kind.VOUCHER,
        "DEMO-IT-CLICK-DAY-EFFICIENZA": Kind.VOUCHER,
        "DEMO-IT-ACCORDI-FILIERA": Kind.NATIONAL,
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"level": "national", "title": "Accordi per l'innovazione"}, Kind.NATIONAL),
        ({"level": "national", "title": "Contratti di sviluppo", "action_type": "Fondo perduto"}, Kind.NATIONAL),
        ({"level": "national", "title": "Credito d'imposta ricerca e sviluppo"}, None),
        ({"level": "national", "title": "Esperienza del cittadino", "programme": "1.4.1"}, None),
        ({"level": "regional", "title": "Voucher digitali I4.0"}, Kind.VOUCHER),
        ({"level": "regional", "title": "Una sola impresa", "rules": {"max_organisations": 1}}, Kind.VOUCHER),
        ({"level": "regional", "title": "Progetti", "rules": {"min_accredited": 2}}, Kind.REGIONAL_RESEARCH),
        ({"level": "regional", "title": "Percorsi", "programme": "Fondazione ITS"}, Kind.TRAINING),
        ({"level": "regional", "title": "Percorsi di formazione superiore"}, Kind.TRAINING),
        ({"level": "regional", "title": "Promotion of its fairs"}, None),
        ({"level": "european", "title": "A network (CSA)", "programme": "Horizon Europe"}, Kind.SUPPORT),
        ({"level": "european", "title": "A topic without a type", "programme": "Horizon Europe"}, Kind.COLLABORATIVE),
        ({"level": "european", "title": "Alliances", "programme": "Erasmus+"}, Kind.TRAINING),
        ({"level": "european", "title": "A tender", "programme": "Something new"}, None),
        ({"level": "other", "title": "A prize"}, None),
    ],
)  # fmt: skip
def test_what_other_lists_write(fields: dict[str, Any], expected: Kind | None):
    assert kind(**fields) == expected


def test_a_click_day_is_told_by_its_date():
    call = Call(level=Level.REGIONAL, title="Macchinari")

    assert (kind_of_call(call), kind_of_call(call, deadlines={"click_day"})) == (None, Kind.VOUCHER)
