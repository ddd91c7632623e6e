from typing import Any

import pytest

from ideas.choices import CompetenceState
from ideas.models import Member
from tests.api.conftest import Api, codes
from tests.factories import make_competence

pytestmark = pytest.mark.django_db
LIST = "/api/v1/competences/"


def test_everybody_reads_the_vocabulary_but_not_who_proposed(outsider: Member):
    make_competence("Laser", proposed_by=outsider)
    make_competence("Forno", kind="equipment", state=CompetenceState.PROPOSED)

    rows = Api(None).results("competences/")

    assert [(row["name_it"], row["kind"], row["state"]) for row in rows] == [
        ("Laser", "competence", "accepted"),
        ("Forno", "equipment", "proposed"),
    ]
    assert "proposed_by" not in rows[0]
    assert [row["name_it"] for row in Api(None).results("competences/", kind="equipment", state="proposed")] == [
        "Forno"
    ]
    assert [row["name_it"] for row in Api(None).results("competences/", q="las")] == ["Laser"]


def test_staff_add_accept_merge_and_retire(staff: Member):
    api = Api(staff)
    into = api.post(LIST, {"kind": "competence", "name_it": "Saldatura"}).json()
    one = make_competence("Saldature", state=CompetenceState.PROPOSED)
    other = make_competence("Telex")

    named = api.patch(f"{LIST}{into['id']}/", {"version": 1, "name_it": "Saldatura", "name_en": "Welding"})
    merged = api.post(f"{LIST}{one.pk}/merge/", {"version": 1, "into": into["id"]})
    retired = api.post(f"{LIST}{other.pk}/retire/", {"version": 1, "take_away": True})

    assert (named.status_code, named.json()["name_en"], named.json()["version"]) == (200, "Welding", 2)
    assert (merged.status_code, merged.json()["id"]) == (200, into["id"])
    assert (retired.status_code, retired.json()["state"]) == (200, "retired")
    assert Api(None).data(f"competences/{one.pk}/")["merged_into"] == into["id"]


@pytest.mark.parametrize("who", ["outsider", "administrator", "lead"])
def test_others_write_nothing(who: str, request):
    api, word = Api(request.getfixturevalue(who)), make_competence("Laser")

    answers = [
        api.post(LIST, {"kind": "service", "name_it": "x"}),
        api.patch(f"{LIST}{word.pk}/", {"version": 1, "name_it": "x"}),
        api.post(f"{LIST}{word.pk}/merge/", {"version": 1, "into": word.pk}),
        api.post(f"{LIST}{word.pk}/retire/", {"version": 1}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert Api(None).post(LIST, {"kind": "service", "name_it": "x"}).status_code == 401


def test_older_version_is_a_conflict(staff: Member):
    word = make_competence("Laser", version=3)

    answer = Api(staff).post(f"{LIST}{word.pk}/retire/", {"version": 2})

    assert (answer.status_code, codes(answer)) == (409, [("competence_changed", None)])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"kind": "club", "name_it": "x"}),
        ("", {"kind": "service"}),
        ("", {"kind": "service", "name_it": "a\x00b"}),
        ("", {"kind": "service", "name_it": "x" * 101}),
        ("{id}/merge/", {"version": 1, "into": 10**300}),
        ("{id}/merge/", {"version": 1, "into": "1"}),
        ("{id}/retire/", {"version": 10**300}),
        ("{id}/retire/", {}),
    ],
)
def test_bad_bodies_are_named(staff: Member, path: str, body: dict[str, Any]):
    word = make_competence("Laser")

    assert Api(staff).post(LIST + path.format(id=word.pk), body).status_code == 400


@pytest.mark.parametrize("key", ["999", "x", "9" * 300, "%00", "١"])
def test_unknown_word_is_404(key: str):
    assert Api(None).get(f"{LIST}{key}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, number: int, django_assert_num_queries):
    for _ in range(number):
        make_competence()

    with django_assert_num_queries(1):
        assert len(client.get(LIST).json()["results"]) == number
