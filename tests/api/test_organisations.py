from typing import Any

import pytest

from ideas.models import Member, Organisation, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db


def names(**params: object) -> list[str]:
    return [row["name"] for row in Api(None).results("organisations/", **params)]


def test_visitor_lists_organisations_without_people(laboratory: Organisation, firm: Organisation, researcher):
    answer = Api(None).get("/api/v1/organisations/")

    assert [row["name"] for row in answer.json()["results"]] == ["Firm", "Laboratory"]
    assert b"Ada" not in answer.content


def test_filters_narrow_the_list(laboratory: Organisation, firm: Organisation, chain: ValueChain):
    firm.value_chains.add(chain)
    make_organisation("Press", competences=["Die casting"])

    assert [
        names(kind="sme"),
        names(accredited="true"),
        names(value_chain="MOVES"),
        names(q="casting"),
        names(province="NONE"),
    ] == [["Firm"], ["Laboratory"], ["Firm"], ["Press"], []]


def test_bad_kind_is_named():
    answer = Api(None).get("/api/v1/organisations/", {"kind": "club"})

    assert (answer.status_code, codes(answer)) == (400, [("invalid_choice", "kind.0")])


def test_organisation_by_id_and_by_slug(firm: Organisation):
    assert Api(None).data(f"organisations/{firm.pk}/") == Api(None).data(f"organisations/{firm.slug}/")


def test_unknown_organisation_is_404():
    assert Api(None).get("/api/v1/organisations/999/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, chain: ValueChain, number: int, django_assert_num_queries):
    for _ in range(number):
        make_organisation().value_chains.add(chain)

    with django_assert_num_queries(3):
        assert len(client.get("/api/v1/organisations/").json()["results"]) == number


def test_administrator_edits_over_the_version_that_was_read(administrator: Member, firm: Organisation):
    api = Api(administrator)
    body = {
        "version": 1, "description_en": "Pumps", "competences": ["Pompe"], "pic": "999986096", "languages": ["it"],
        "projects": [{"title": "e-Drive", "year": 2019, "role": "coordinator"}], "value_chains": [],
    }  # fmt: skip

    first = api.patch(f"/api/v1/organisations/{firm.slug}/", body)
    second = api.patch(f"/api/v1/organisations/{firm.pk}/", {"version": 1, "name": "Late"})

    told = first.json()
    assert (first.status_code, told["version"], told["competences"], told["pic"]) == (200, 2, ["Pompe"], "999986096")
    assert [(row["title"], row["year"]) for row in told["projects"]] == [("e-Drive", 2019)]
    assert (second.status_code, codes(second)) == (409, [("edited_meanwhile", None)])
    assert Api(None).data(f"organisations/{firm.pk}/")["name"] == "Firm"


@pytest.mark.parametrize("who", ["outsider", "company", "researcher", "lead"])
def test_others_edit_and_create_nothing(who: str, firm: Organisation, request):
    api = Api(request.getfixturevalue(who))

    edited = api.patch(f"/api/v1/organisations/{firm.pk}/", {"version": 1, "name": "X"})
    created = api.post("/api/v1/organisations/", {"name": "X", "kind": "sme"})

    assert (edited.status_code, created.status_code) == (403, 403)
    assert not Organisation.objects.filter(name="X").exists()


def test_visitor_must_sign_in_to_write(firm: Organisation):
    assert Api(None).patch(f"/api/v1/organisations/{firm.pk}/", {"version": 1}).status_code == 401
    assert Api(None).post("/api/v1/organisations/", {"name": "X", "kind": "sme"}).status_code == 401


def test_administrator_certifies_nothing(administrator: Member, firm: Organisation):
    answer = Api(administrator).patch(f"/api/v1/organisations/{firm.pk}/", {"version": 1, "accredited": True})

    assert answer.status_code == 403


def test_staff_create_an_organisation(staff: Member):
    answer = Api(staff).post("/api/v1/organisations/", {"name": "New one", "kind": "sme", "services": ["Test"]})

    assert (answer.status_code, answer.json()["slug"], answer.json()["services"]) == (201, "new-one", ["Test"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pic", "123"),
        ("kind", "club"),
        ("country", "ITA"),
        ("province", "NOWHERE"),
        ("kets", ["NONE"]),
        ("competences", ["a\x00b"]),
        ("competences", "laser"),
        ("website", "javascript:1"),
        ("member_since", 10**300),
        ("languages", ["italiano"]),
    ],
)
def test_bad_content_is_named(staff: Member, firm: Organisation, field: str, value: Any):
    answer = Api(staff).patch(f"/api/v1/organisations/{firm.pk}/", {"version": 1, field: value})

    assert answer.status_code == 400
    assert {attribute.partition(".")[0] for _code, attribute in codes(answer)} == {field}


def test_words_narrow_the_list():
    make_organisation("Knows", competences=["Laser"], member_since=2020)
    make_organisation("Has", equipment=["Laser"])

    assert [
        names(competence="laser"),
        names(equipment="laser"),
        names(service="laser"),
        names(member="true"),
        names(ket="AI"),
    ] == [["Knows"], ["Has"], [], ["Knows"], []]
