"""Parts of pages that are drawn once show what drawing them each time would show."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, engines
from django.utils import timezone, translation

from ideas.templatetags import kept
from tests.test_architecture import ROOT, TEMPLATES, matches

CARD: dict[str, Any] = {
    "id": 7, "reference": "JVL-2026-0042", "url": "/ideas/JVL-2026-0042/", "title": "A <b> title", "teaser": "Short",
    "language": "en", "chain": {"code": "MOVES", "name": "Moving", "glyph": "wheel"}, "other_chains": [], "kets": [],
    "state": "open", "state_label": "Open", "closes_at": datetime(2026, 6, 3, 22, 30, tzinfo=UTC), "days_left": 3,
    "urgent": True, "activity_at": datetime(2026, 6, 1, tzinfo=UTC), "open_slots": 1, "comment_count": 2,
}  # fmt: skip
KEPT = '{% load kept %}{% kept "ideas/_card.html" card=card %}'
INCLUDED = '{% include "ideas/_card.html" with card=card only %}'


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    kept.forget_parts()
    yield
    kept.forget_parts()


def draw(source: str, card: dict[str, Any]) -> str:
    return engines["django"].from_string(source).render({"card": card})


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("zone", ["Europe/Rome", "Pacific/Auckland"])
def test_a_kept_card_is_the_card_in_each_language_and_zone(language: str, zone: str):
    draw(KEPT, CARD)

    with translation.override(language), timezone.override(ZoneInfo(zone)):
        assert draw(KEPT, CARD) == draw(KEPT, CARD) == draw(INCLUDED, CARD)


@pytest.mark.parametrize(
    "changes", [{"comment_count": 3}, {"days_left": 2}, {"title": "Other"}, {"chain": {"code": "X", "name": "Y"}}]
)
def test_a_card_with_another_value_is_drawn_anew(changes: dict[str, Any]):
    before = draw(KEPT, CARD)

    after = draw(KEPT, CARD | changes)

    assert after == draw(INCLUDED, CARD | changes) != before


def test_what_is_drawn_once_is_not_drawn_again():
    drawn = []

    for _ in range(2):
        template = engines["django"].from_string("").template
        context = Context({}).new()
        context.template = template
        kept.drawn_once(context, "components/_skip.html", (1, 2), lambda: drawn.append(1) or {})

    assert drawn == [1]


def test_what_differs_at_each_request_is_put_in_and_kept_for_nobody():
    source = '{% load kept %}{% kept "components/_scripts.html" each_nonce=nonce %}'
    template = engines["django"].from_string(source)

    first, second = (template.render({"nonce": nonce}) for nonce in ("first", '"><script>'))

    assert (first.count('nonce="first"'), second.count('nonce="&quot;&gt;&lt;script&gt;"')) == (3, 3)
    assert second.replace("&quot;&gt;&lt;script&gt;", "first") == first
    assert not any(
        "first" in part or "each_" in str(key[3]) for key, part in kept._kept.items() if "nonce=" not in part
    )
    assert kept._MARK not in first + second


def test_a_part_is_found_by_what_it_is_made_of_and_prepared_once():
    prepared = []

    def prepare(card: dict[str, Any]) -> dict[str, Any]:
        prepared.append(card["title"])
        return {"card": card}

    def parts() -> list[kept.Part]:
        cards = [CARD, CARD | {"title": "Other"}]
        return [kept.Part("ideas/_card.html", card["title"], lambda card=card: prepare(card)) for card in cards]

    template = engines["django"].from_string("{% load kept %}{% parts several %}{% part one %}")
    drawn = [template.render({"several": parts(), "one": parts()[0]}) for _ in range(2)]

    assert (
        drawn[0] == drawn[1] == draw(INCLUDED, CARD) + draw(INCLUDED, CARD | {"title": "Other"}) + draw(INCLUDED, CARD)
    )
    assert prepared == ["A <b> title", "Other"]


def test_memory_for_parts_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "MOST_KEPT", 20_000)

    for number in range(50):
        draw(KEPT, CARD | {"comment_count": number})

    assert 0 < sum(len(key[3]) + len(part) for key, part in kept._kept.items()) < 30_000


def test_kept_partials_are_made_of_nothing_but_their_values():
    included = matches(TEMPLATES, r'{% kept "([^"]+)"').values()
    prepared = matches([ROOT / "ideas" / "pages" / "board_parts.py"], r'Part\(\s*"([^"]+)"').values()
    names = {name for hits in [*included, *prepared] for name in hits} | {"components/_ruler.html"}

    sources = {path.relative_to(path.parents[1]).as_posix(): path.read_text() for path in TEMPLATES}

    of_request = r"{{ *(?:request|user|csrf_token|messages)\b|{% (?:now|csrf_token|if request)\b"
    assert {"components/_facets.html", "components/_drawer.html", "ideas/_listed.html", "ideas/_ahead.html"} <= names
    assert [name for name in names if re.search(of_request, sources[name])] == []
