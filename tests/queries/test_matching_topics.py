"""Matching among the 232 real topics: what a person would look at first, and nothing that isn't so."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ideas.actions.imports import import_calls
from ideas.actions.reference import load_reference
from ideas.data import FOLDER
from ideas.exchange.calls import Options
from ideas.exchange.formats import FORMATS
from ideas.models import Call, Idea, ValueChain
from ideas.queries.matching import calls_for

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEMO = sorted((FOLDER / "demo").glob("ideas-*.json"))


@pytest.fixture
def topics(db: None) -> None:
    """The 232 real topics, with the tags that their titles suggest."""
    load_reference()
    with (FOLDER / "eu_topics_2026_2027.csv").open("rb") as stream:
        import_calls(by=None, rows=FORMATS["eu-topics"](stream, Options()), source="eu-topics", name="x", at=NOVEMBER)


def demo_ideas() -> Iterator[tuple[str, Idea]]:
    """The demo's ideas as somebody would describe them, each with the call that its authors chose."""
    codes = dict(ValueChain.objects.values_list("slug", "code"))
    for row in (row for path in DEMO for row in json.loads(path.read_text())):
        fields = {name: row.get(name) or "" for name in ("title", "teaser", "keywords", "language")}
        numbers = {name: row.get(name) for name in ("trl_now", "trl_target", "budget_eur")}
        chains = [codes[slug] for slug in (row["chain"], *row["others"])]
        for call in row["calls"]:
            yield call, Idea(**fields, **numbers, tags={"chains": chains, "kets": row["kets"]})


def test_the_call_that_authors_chose_is_among_the_first_eight(topics: None):
    known = {call.identifier: call for call in Call.objects.filter(closes_at__gte=NOVEMBER)}
    chosen = [(known[call], idea) for call, idea in demo_ideas() if call in known]

    missed = [idea.title for call, idea in chosen if call not in {one.call for one in calls_for(idea, NOVEMBER)}]

    assert (len(chosen), missed) == (14, [])


@pytest.mark.parametrize(
    ("language", "title", "keywords", "chain", "kets", "first"),
    [
        ("en", "Sodium-ion battery cells for cold stores", "lithium, battery", "ELETTRICA", ["AMT"], "-D2-06"),
        ("it", "Celle al sodio per batterie", "litio, batterie", "ELETTRICA", ["AMT"], "-D2-06"),
        ("en", "Quieter landings of regional aircraft", "noise, aircraft", "FLYER", [], "-D5-09"),
        ("it", "Incendio di un veicolo elettrico in garage", "incendi, veicoli", "ELETTRICA", [], "-D5-06"),
        ("it", "Robot che insegnano a robot", "robotica, intelligenza artificiale", "A&RER", ["AI"], "EMERGING-05"),
        ("en", "Batteries that last longer on ferries", "battery durability, ships", "NAUTICA", [], "-D5-18"),
    ],
)
def test_the_first_one_is_what_a_person_would_look_at(
    topics: None, language: str, title: str, keywords: str, chain: str, kets: list[str], first: str
):
    idea = Idea(title=title, keywords=keywords, language=language, tags={"chains": [chain], "kets": kets})

    assert calls_for(idea, NOVEMBER)[0].call.identifier.endswith(first)


def test_every_reason_can_be_read_off_both(topics: None):
    false = []
    for _, idea in demo_ideas():
        for one in calls_for(idea, NOVEMBER):
            said = {reason.code: reason.values for reason in one.fit.reasons}
            ours, theirs = (
                f"{text.title} {extra}".lower()
                for text, extra in ((idea, idea.keywords + idea.teaser), (one.call, one.call.summary))
            )
            chains = set(one.call.value_chains.values_list("code", flat=True)) & set(idea.tags["chains"])
            kets = set(one.call.kets.values_list("code", flat=True)) & set(idea.tags["kets"])
            words = all(own.lower() in ours and word.lower() in theirs for own, word in one.words.values())
            found = (set(said.get("value_chain", ())), set(said.get("ket", ())), set(said.get("words", ())), words)
            if found != (chains, kets, set(one.words), True):
                false.append((idea.title, one.call.identifier, found))

    assert false == []


def test_nothing_fits_what_the_topics_are_not_about(topics: None):
    idea = Idea(
        title="Pasta secca artigianale", keywords="grano, pasta", language="it", tags={"chains": [], "kets": []}
    )

    assert calls_for(idea, NOVEMBER) == []
