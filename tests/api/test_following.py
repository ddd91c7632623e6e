from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.following import follow
from ideas.models import CallFollow, Member, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_call, make_ket

pytestmark = pytest.mark.django_db
PATH = "/api/v1/following/"


def test_a_member_follows_lists_and_unfollows(company: Member, chain: ValueChain):
    call = make_call("HORIZON-1", programme="Horizon Europe")
    make_ket("NANO")
    api = Api(company)
    bodies: list[dict[str, Any]] = [
        {"call": call.identifier}, {"programme": "Horizon Europe"}, {"value_chain": "MOVES"}, {"ket": "NANO"},
    ]  # fmt: skip

    made = [api.post(PATH, body, format="json") for body in bodies]
    again = api.post(PATH, bodies[0], format="json")

    assert [answer.status_code for answer in made] == [201] * 4
    assert again.json() == made[0].json()
    rows = api.results("following/")
    assert rows == [answer.json() for answer in reversed(made)]
    assert [rows[3][name] for name in ("call", "programme", "value_chain", "ket", "lead_days")] == [
        "HORIZON-1", "", None, None, None,
    ]  # fmt: skip

    assert api.delete(f"{PATH}{rows[0]['id']}/").status_code == 204
    assert len(api.results("following/")) == 3


@pytest.mark.parametrize("days", [[], [7, 1], None])
def test_a_call_may_have_lead_times_of_its_own(company: Member, days: list[int] | None):
    make_call("HORIZON-1")

    answer = Api(company).post(PATH, {"call": "HORIZON-1", "lead_days": days}, format="json")

    assert (answer.status_code, answer.json()["lead_days"]) == (201, days)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, ("invalid", "non_field_errors")),
        ({"call": "HORIZON-1", "ket": "AI"}, ("invalid", "non_field_errors")),
        ({"call": "HORIZON-1", "lead_days": [3]}, ("invalid_choice", "lead_days.0")),
        ({"ket": "AI", "lead_days": [7]}, ("invalid", "lead_days")),
        ({"call": "X" * 300}, ("invalid", "call")),
        ({"call": "NOWHERE"}, ("does_not_exist", "call")),
        ({"programme": "Nowhere"}, ("invalid", "programme")),
        ({"programme": "\x00"}, ("null_characters_not_allowed", "programme")),
    ],
)
def test_what_is_wrong_is_said(company: Member, body: dict[str, Any], refusal: tuple[str, str | None]):
    make_call("HORIZON-1")
    make_ket("AI")

    answer = Api(company).post(PATH, body, format="json")

    assert (answer.status_code, codes(answer)) == (400, [refusal])
    assert not CallFollow.objects.exists()


def test_what_others_follow_is_unknown(company: Member, outsider: Member):
    row = follow(by=company, call=make_call(), at=timezone.now())
    api = Api(outsider)

    assert api.results("following/") == []
    assert [api.delete(f"{PATH}{pk}/").status_code for pk in (row.pk, 999, "9" * 300, "x")] == [404] * 4
    assert CallFollow.objects.count() == 1


def test_a_visitor_follows_nothing():
    assert [Api(None).get(PATH).status_code, Api(None).post(PATH, {}, format="json").status_code] == [401, 401]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(company: Member, count: int, django_assert_num_queries: Any):
    for _ in range(count):
        follow(by=company, call=make_call(), at=timezone.now())
    api = Api(company)

    with django_assert_num_queries(3):
        assert len(api.results("following/")) == count
