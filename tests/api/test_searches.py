"""Saved searches by the API: one's own, with what is new in them."""

from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.actions.searches import MOST_SEARCHES
from ideas.models import Member, SavedSearch, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_idea

pytestmark = pytest.mark.django_db
PATH = "/api/v1/searches/"


def save(by: Member, name: str = "Drives", **filters: Any) -> Any:
    return Api(by).post(PATH, {"name": name, "filters": filters or {"value_chain": ["MOVES"]}}, format="json")


def test_a_member_saves_lists_and_removes(company: Member, researcher: Member, chain: ValueChain):
    made = save(company, value_chain=["MOVES"], q="cold  start", mine=False)
    path = f"{PATH}{made.json()['id']}/"
    again = save(company, "Other name", q="cold  start", value_chain=["MOVES"])
    make_idea(researcher, chain=chain, title="Cold start of engines")

    rows = Api(company).results("searches/")

    assert (made.status_code, again.json()["id"], again.json()["name"]) == (201, made.json()["id"], "Other name")
    assert [(row["name"], row["alerts"], row["new"]) for row in rows] == [("Other name", True, 1)]
    assert rows[0]["filters"] == {
        "value_chain": ["MOVES"], "ket": [], "call": [], "state": [], "role": [], "kind": [], "trl": [], "province": [],
        "lacks": [],
        "q": "cold  start", "closing_soon": False, "mine": False,
    }  # fmt: skip
    assert Api(company).post(f"{path}visit/").json()["new"] == 0
    assert Api(company).get(path).json()["new"] == 0
    assert Api(company).delete(path).status_code == 204
    assert Api(company).results("searches/") == []


def test_alerts_are_switched(company: Member):
    path = f"{PATH}{save(company).json()['id']}/"

    off = Api(company).patch(path, {"alerts": False}, format="json")
    wrong = Api(company).patch(path, {}, format="json")

    assert (off.status_code, off.json()["alerts"], SavedSearch.objects.get().alerts) == (200, False, False)
    assert (wrong.status_code, codes(wrong)) == (400, [("required", "alerts")])


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, [("required", "name"), ("required", "filters")]),
        ({"name": "All", "filters": {}}, [("invalid", "non_field_errors")]),
        ({"name": "All", "filters": {"sort": "newest"}}, [("invalid", "non_field_errors")]),
        ({"name": "", "filters": {"q": "x"}}, [("blank", "name")]),
        ({"name": "\x00", "filters": {"q": "x"}}, [("null_characters_not_allowed", "name")]),
        ({"name": "x" * 81, "filters": {"q": "x"}}, [("max_length", "name")]),
        ({"name": "x", "filters": {"q": "\x00"}}, [("null_characters_not_allowed", "filters.q")]),
        ({"name": "x", "filters": {"state": ["nonsense"]}}, [("invalid_choice", "filters.state.0")]),
        ({"name": "x", "filters": "q"}, [("invalid", "filters.non_field_errors")]),
        ({"name": "x", "filters": {"value_chain": ["x" * 140] * 50}}, [("invalid", "non_field_errors")]),
    ],
)
def test_what_is_wrong_is_said(company: Member, body: dict[str, Any], refusal: list[tuple[str, str]]):
    answer = Api(company).post(PATH, body, format="json")

    assert (answer.status_code, codes(answer), SavedSearch.objects.count()) == (400, refusal, 0)


def test_there_is_an_end_to_them(company: Member):
    for number in range(MOST_SEARCHES):
        SavedSearch.objects.create(
            member=company, name="x", query=f'{{"q": "{number}"}}', created_at="2026-01-01T00:00Z",
            seen_at="2026-01-01T00:00Z", told_at="2026-01-01T00:00Z",
        )  # fmt: skip

    answer = save(company)

    assert (answer.status_code, codes(answer)) == (400, [("invalid", "non_field_errors")])


def test_nobody_elses_are_there(company: Member, outsider: Member):
    path = f"{PATH}{save(company).json()['id']}/"
    api = Api(outsider)

    assert api.results("searches/") == []
    assert [api.get(path).status_code, api.delete(path).status_code, api.post(f"{path}visit/").status_code] == [404] * 3
    assert api.patch(path, {"alerts": False}, format="json").status_code == 404
    assert (Api(None).get(PATH).status_code, Api(None).post(PATH).status_code) == (401, 401)
    assert SavedSearch.objects.get().alerts is True


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    number: int, company: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries
):
    for one in range(number):
        save(company, trl=[str(one + 1)])
    api = Api(company)
    api.results("searches/")

    with django_assert_num_queries(9):
        assert len(api.results("searches/")) == number
