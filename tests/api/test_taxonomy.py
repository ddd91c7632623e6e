import pytest

from ideas.choices import Scheme
from ideas.models import ValueChain
from tests.api.conftest import Api
from tests.factories import make_chain, make_ket

pytestmark = pytest.mark.django_db


def test_visitor_lists_value_chains(chain: ValueChain):
    make_chain("A&RER")

    shown = Api(None).data("value-chains/")

    assert [row["code"] for row in shown["results"]] == ["A&RER", "MOVES"]
    assert (shown["next"], shown["previous"]) == (None, None)


def test_value_chain_by_its_code():
    make_chain("A&RER")

    assert Api(None).data("value-chains/A&RER/")["name_it"] == "Filiera A&RER"


def test_kets_in_use_stand_before_the_retired_ones():
    make_ket("OLD", scheme=Scheme.KET_2009, retired=True)
    make_ket("NEW")
    make_ket("TRL9", scheme=Scheme.TRL)

    assert [(row["code"], row["retired"]) for row in Api(None).results("kets/")] == [("NEW", False), ("OLD", True)]


@pytest.mark.parametrize("path", ["value-chains/NONE/", "kets/NONE/", "kets/%00/", "kets/TRL9/"])
def test_unknown_codes_are_404(path: str):
    make_ket("TRL9", scheme=Scheme.TRL)

    assert Api(None).get(f"/api/v1/{path}").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_one_query(client, number: int, django_assert_num_queries):
    for _ in range(number):
        make_chain()
        make_ket()

    with django_assert_num_queries(1):
        assert len(client.get("/api/v1/value-chains/").json()["results"]) == number
    with django_assert_num_queries(1):
        assert len(client.get("/api/v1/kets/").json()["results"]) == number
