from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ideas.models import DeadlineChange, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_call, make_ket

pytestmark = pytest.mark.django_db


def identifiers(**params: object) -> list[str]:
    return [row["identifier"] for row in Api(None).results("calls/", **params)]


def test_visitor_reads_a_call_and_its_deadlines():
    call = make_call("HORIZON-1", closes_in=timedelta(days=20), opens_in=timedelta(days=-5))

    shown = Api(None).data(f"calls/{call.pk}/")

    closing = call.deadlines.get(kind="single")
    assert (shown["identifier"], shown["status"], shown["level"]) == ("HORIZON-1", "closing_soon", "european")
    assert [
        (row["kind"], row["at"], row["zone"], row["verified"]) for row in shown["deadlines"] if row["kind"] == "single"
    ] == [("single", closing.local.isoformat(), "Europe/Brussels", True)]
    assert shown == Api(None).data("calls/HORIZON-1/")


def test_page_of_a_call_tells_more_than_the_list():
    gone = datetime(2026, 11, 1, 12, tzinfo=UTC)
    call = make_call(
        "ONE", languages="English", budget_total="5000000.00", missing_since=gone, rules={"min_countries": 3}
    )  # fmt: skip
    for number, note in enumerate(["first", "second"]):
        DeadlineChange.objects.create(
            call=call, kind="single", old_at=None, new_at=gone, zone="Europe/Brussels", source="hand", note=note,
            changed_at=gone + timedelta(days=number),
        )  # fmt: skip

    row, shown = Api(None).results("calls/")[0], Api(None).data("calls/ONE/")

    assert (row["languages"], row["budget_total"], row["missing_since"]) == (
        "English", "5000000.00", "2026-11-01T12:00:00Z",
    )  # fmt: skip
    assert set(shown) - set(row) == {"rules", "changes"}
    assert shown["rules"] == {"min_countries": 3}
    assert [(change["note"], change["new_at"]) for change in shown["changes"]] == [
        ("second", "2026-11-01T13:00:00+01:00"), ("first", "2026-11-01T13:00:00+01:00"),
    ]  # fmt: skip


@pytest.mark.parametrize("changes", [1, 3])
def test_a_call_costs_the_same_with_one_change_and_three(client, changes: int, django_assert_num_queries):
    call = make_call("ONE")
    for _ in range(changes):
        DeadlineChange.objects.create(call=call, kind="single", zone="UTC", source="hand", changed_at=timezone.now())

    with django_assert_num_queries(5):
        client.get(f"/api/v1/calls/{call.pk}/")


def test_next_to_close_comes_first():
    make_call("LATER", closes_in=timedelta(days=90))
    make_call("SOON", closes_in=timedelta(days=3))
    make_call("CLOSED", closes_in=timedelta(days=-3))
    make_call("NEVER", closes_in=None)

    assert identifiers() == ["SOON", "LATER", "NEVER", "CLOSED"]


def test_filters_narrow_the_list(chain: ValueChain):
    first = make_call("A", programme="HORIZON", closes_in=timedelta(days=5))
    first.value_chains.add(chain)
    first.kets.add(make_ket("AMT"))
    make_call(
        "B", level="regional", programme="PR FESR", closes_in=timedelta(days=50), budget_max=600_000, trl_min=5,
        trl_max=7,
    )  # fmt: skip

    assert [
        identifiers(level="regional"),
        identifiers(programme="HORIZON"),
        identifiers(value_chain="MOVES"),
        identifiers(ket="AMT"),
        identifiers(status="closing_soon"),
        identifiers(days=10),
        identifiers(q="call b"),
        identifiers(budget="500000"),
        identifiers(trl="6"),
    ] == [["B"], ["A"], ["A"], ["A"], ["A"], ["A"], ["B"], ["B"], ["B"]]


@pytest.mark.parametrize(
    ("params", "attr"),
    [
        ({"level": "moon"}, "level.0"),
        ({"days": "x"}, "days"),
        ({"days": "9" * 40}, "days"),
        ({"cursor": "-1"}, "cursor"),
        ({"budget": "1"}, "budget.0"),
        ({"trl": "10"}, "trl.0"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"page_size": "9" * 300}, "page_size"),
    ],
)
def test_bad_parameters_are_named(params: dict[str, str], attr: str):
    answer = Api(None).get("/api/v1/calls/", params)

    assert (answer.status_code, [attr for _, attr in codes(answer)]) == (400, [attr])


def test_pages_follow_each_other():
    for number in range(45):
        make_call(f"C{number:02}", closes_in=timedelta(days=number + 1))

    first = Api(None).data("calls/", level="european")
    second = Api(None).get(first["next"]).json()

    assert [row["identifier"] for row in first["results"] + second["results"]] == [f"C{n:02}" for n in range(45)]
    assert (first["previous"], second["next"]) == (None, None)
    assert Api(None).get(second["previous"]).json()["results"] == first["results"]


def test_pages_may_be_smaller():
    for number in range(5):
        make_call(f"C{number}", closes_in=timedelta(days=number + 1))

    first = Api(None).data("calls/", page_size=2)
    second = Api(None).get(first["next"]).json()

    assert [row["identifier"] for row in first["results"] + second["results"]] == ["C0", "C1", "C2", "C3"]
    assert Api(None).get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("key", ["0", "NONE", "%00", "9" * 30])
def test_unknown_calls_are_404(key: str):
    assert Api(None).get(f"/api/v1/calls/{key}/").status_code == 404


def test_calls_are_only_read(researcher):
    assert Api(researcher).post("/api/v1/calls/", {}, format="json").status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(client, chain: ValueChain, number: int, django_assert_num_queries):
    for _ in range(number):
        call = make_call()
        call.value_chains.add(chain)
        call.kets.add(make_ket())

    client.get("/api/v1/calls/")  # The catalogue of calls is read once, and then again whenever one changes.

    with django_assert_num_queries(5):
        assert len(client.get("/api/v1/calls/").json()["results"]) == number
