"""The outlines: whole, in both languages, and known again in a text."""

from typing import Any

import pytest
from django.utils.translation import override

from ideas import text
from ideas.choices import ConsortiumRole, Language
from ideas.data import read_json
from ideas.forms.ideas import TEXTS
from ideas.models.ideas import LONG
from ideas.queries.outlines import all_outlines, is_unwritten, outline_for
from ideas.rules.outlines import Kind
from tests.factories import make_call


def leaves(value: Any) -> list[dict[str, str]]:
    """Every text of the file, as {language: text}."""
    if isinstance(value, dict):
        if "it" in value or "en" in value:
            return [value]
        value = list(value.values())
    return [leaf for one in value for leaf in leaves(one)] if isinstance(value, list) else []


def test_every_kind_has_one_outline_with_all_fields():
    assert [one.code for one in all_outlines()] == list(Kind)
    assert {tuple(one.fields) for one in all_outlines()} == {TEXTS}
    assert {role.role for one in all_outlines() for role in one.roles} <= set(ConsortiumRole.values)


def test_every_text_is_there_in_both_languages():
    texts = leaves(read_json("outlines.json"))

    assert len(texts) > 200
    assert [one for one in texts if set(one) != set(Language.values) or not all(map(str.strip, one.values()))] == []


@pytest.mark.parametrize("language", Language.values)
def test_what_is_written_into_a_field_is_headings_and_fits(language: str):
    for outline in all_outlines():
        for name, written in outline.texts(language).items():
            assert text.render(text.clean_text(written)).count("<h3>") == len(outline.fields[name])
            assert len(written) < LONG / 10


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", True),
        (" \n\n", True),
        ("# La visione\n\n\n# Il bisogno non risolto", True),
        ("#  La visione", False),
        ("# La visione\nVolare.", False),
        ("# A heading of one's own", False),
        ("La visione", False),
    ],
)
def test_headings_alone_are_no_text(written: str, expected: bool):
    assert is_unwritten(written) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_a_call_gets_its_outline_whatever_the_language(language: str):
    with override(language):
        found = outline_for(make_call(action_type="HORIZON EIC Grants"))

    assert found is not None
    assert found.code == "eic"
