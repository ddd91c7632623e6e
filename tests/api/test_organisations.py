import pytest

from ideas.models import Organisation, ValueChain
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
