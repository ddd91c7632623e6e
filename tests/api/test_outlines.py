import pytest

from ideas.rules.outlines import Kind
from tests.api.conftest import Api, codes
from tests.factories import make_call

pytestmark = pytest.mark.django_db


def test_everybody_lists_the_kinds_with_their_outlines():
    rows = Api(None).data("outlines/")

    assert [row["code"] for row in rows] == list(Kind)
    assert rows[1]["fields"]["problem"][0] == {
        "heading": {"it": "La visione", "en": "The vision"},
        "asks": {"it": "Che cosa sarà possibile che oggi non lo è?", "en": "What will be possible that isn't today?"},
    }
    assert {role["role"] for role in rows[1]["roles"]} == {"coordinator", "beneficiary", "end_user"}


def test_a_call_has_one_or_none():
    make_call("HORIZON-1", action_type="HORIZON Coordination and Support Actions")
    make_call("HORIZON-2", action_type="HORIZON Programme Cofund Actions")
    api = Api(None)

    found = [[row["code"] for row in api.data("outlines/", call=name)] for name in ("HORIZON-1", "HORIZON-2")]

    assert found == [["support"], []]


@pytest.mark.parametrize(("call", "code"), [("NOWHERE", "does_not_exist"), ("x" * 300, "invalid"), ("\x00", "invalid")])
def test_an_unknown_call_is_said(call: str, code: str):
    answer = Api(None).get("/api/v1/outlines/", {"call": call})

    assert (answer.status_code, codes(answer)) == (400, [(code, "call")])
