"""People named in a form: by address or by name, and shown so that nobody learns an address."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ideas.forms.typed import PeopleField, names_of
from ideas.models import Member
from tests.factories import make_member

pytestmark = pytest.mark.django_db


def read(text: str) -> list[Member]:
    return PeopleField(required=False).clean(text)


def refusal(text: str) -> list[Any]:
    with pytest.raises(ValidationError) as refused:
        read(text)
    return refused.value.messages


def test_members_are_named_by_address_or_by_name(researcher: Member, company: Member, outsider: Member):
    assert read("Ada Researcher\ncarlo  company; OUTSIDER@example.org") == [researcher, company, outsider]
    assert read("company@example.org researcher@example.org") == [company, researcher]
    assert read("Ada Researcher <researcher@example.org>, Ada Researcher") == [researcher]
    assert read("  ,\n ") == []


def test_who_cannot_be_told_from_another_is_asked_by_address(researcher: Member):
    double = make_member("Ada Researcher", email="other.ada@example.org")

    assert refusal("Ada Researcher") == ["Più membri si chiamano Ada Researcher: scrivi l’indirizzo e-mail."]
    assert read("other.ada@example.org") == [double]


@pytest.mark.parametrize("text", ["Nobody Here", "nobody@example.org", "%", "١٢٣", "x" * 300])
def test_who_is_no_member_is_refused_by_name(researcher: Member, text: str):
    assert text in refusal(text)[0]


def test_who_left_is_no_member(researcher: Member):
    make_member("Long Gone", email="gone@example.org", is_active=False)

    assert len(refusal("Long Gone\ngone@example.org")) == 2


def test_members_are_shown_by_name_where_that_is_enough(researcher: Member, company: Member):
    twin = make_member("Carlo Company", email="twin@example.org")

    assert names_of([researcher]) == "Ada Researcher"
    assert names_of([company, twin]) == "company@example.org\ntwin@example.org"
    assert set(read(names_of([researcher, company, twin]))) == {researcher, company, twin}
