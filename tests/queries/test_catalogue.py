from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ideas.actions.deadlines import keep_dates
from ideas.choices import DeadlineKind, Level
from ideas.management.triggers import STAMPED
from ideas.models import Call, CatalogueStamp, Deadline, Term, ValueChain
from ideas.queries.calls import CallFilters, call_facets, call_page, select_calls
from ideas.queries.catalogue import BUDGETS, TRLS, catalogue
from tests.factories import make_call, make_chain, make_ket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def listed(at: datetime = NOW, **filters: Any) -> list[str]:
    return [call.identifier for call in call_page(CallFilters(**filters), at=at)[0]]


def counted(at: datetime = NOW, **filters: Any) -> dict[str, dict[str, int]]:
    return call_facets(select_calls(CallFilters(**filters), at=at))


def stamps() -> list[int]:
    return list(CatalogueStamp.objects.order_by("id").values_list("stamp", flat=True))


# What changes it ----------------------------------------------------------------------------------------------------

WRITES: dict[str, Callable[[Call], Any]] = {
    "a call comes": lambda call: Call.objects.create(identifier="X", slug="x", title="X", level=Level.OTHER),
    "a call changes": lambda call: Call.objects.filter(pk=call.pk).update(title="Y"),
    "a call goes": lambda call: call.delete(),
    "a date comes": lambda call: Deadline.objects.bulk_create(
        [Deadline(call=call, kind=DeadlineKind.CUT_OFF, at=NOW, changed_at=NOW)]
    ),
    "a date moves": lambda call: call.deadlines.update(at=NOW),
    "a date goes": lambda call: call.deadlines.all().delete(),
    "a tag comes": lambda call: call.value_chains.add(make_chain()),
    "a tag goes": lambda call: call.kets.clear(),
    "a chain is renamed": lambda call: ValueChain.objects.update(code="NEW"),
    "a KET is renamed": lambda call: Term.objects.update(code="NEW"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_every_write_gives_a_new_stamp(write: Callable[[Call], Any]):
    call = make_call("ONE")
    call.value_chains.add(make_chain())
    call.kets.add(make_ket())
    before = stamps()

    write(call)

    assert before != stamps()


def test_what_is_read_after_a_write_is_what_was_written():
    call = make_call("ONE", level=Level.EUROPEAN, closes_in=None)
    before = counted()

    Call.objects.filter(pk=call.pk).update(level=Level.REGIONAL)
    call.kets.add(make_ket("AI"))
    Deadline.objects.create(call=call, kind=DeadlineKind.SINGLE, at=NOW + timedelta(days=3), changed_at=NOW)

    assert (before["level"], before["ket"], before["days"]["7"]) == ({"european": 1}, {}, 0)
    after = counted()
    assert (after["level"], after["ket"], after["days"]["7"]) == ({"regional": 1}, {"AI": 1}, 1)


def test_what_is_rolled_back_was_never_there():
    make_call("ONE")
    with transaction.atomic():
        make_call("TWO")
        inside = listed()
        transaction.set_rollback(True)

    assert (sorted(inside), listed()) == (["ONE", "TWO"], ["ONE"])


def test_what_is_written_instead_of_the_rolled_back_is_found():
    for name in ("TWO", "THREE"):
        with transaction.atomic():
            make_call(name)
            assert listed() == [name]
            transaction.set_rollback(True)

    assert listed() == []


TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY tgname",
}


@pytest.mark.parametrize("table", [model._meta.db_table for model in STAMPED])
def test_migrate_gives_a_table_that_lost_its_triggers_new_ones(table: str):
    triggers, of = TRIGGERS[connection.vendor], "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        cursor.execute(triggers, [table])
        before = cursor.fetchall()
        for (name,) in before:
            cursor.execute(f"DROP TRIGGER {name}{of}")
        old = stamps()

        call_command("migrate", verbosity=0)

        cursor.execute(triggers, [table])
        assert before
        assert cursor.fetchall() == before
    assert stamps() != old


def test_nothing_is_read_twice_while_nothing_changes(django_assert_num_queries: Any):
    make_call("ONE")
    catalogue(NOW)

    with django_assert_num_queries(1):
        catalogue(NOW + timedelta(seconds=1))


# What it says -------------------------------------------------------------------------------------------------------

CALLS = st.lists(
    st.tuples(
        st.sampled_from(["regional", "european"]),
        st.sampled_from(["", "P", "Q"]),
        st.sets(st.sampled_from(["C1", "C2"])),
        st.sets(st.sampled_from(["K1", "K2"])),
        st.sampled_from([None, 100_000, 3_000_000]),
        st.sampled_from([None, 4, 9]),
        st.sampled_from([None, -5, 5, 20, 60]),
    ),
    max_size=8,
)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "level": st.just(("regional",)),
        "programme": st.sampled_from([("P",), ("P", "Q"), ("",)]),
        "value_chain": st.sampled_from([("C1",), ("C1", "C2"), ("C9",)]),
        "ket": st.just(("K2",)),
        "budget": st.sampled_from([("0",), ("2000000", "10000000")]),
        "trl": st.just(("4", "5")),
        "days": st.sampled_from([7, 30]),
        "q": st.sampled_from(["call", "CALL-1", "nothing"]),
    },
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(calls=CALLS, asked=ASKED)
def test_counts_are_those_of_counting(calls: list[Any], asked: dict[str, Any]):
    Call.objects.all().delete()
    tags = {code: ValueChain.objects.filter(code=code).first() or make_chain(code) for code in ("C1", "C2")}
    tags |= {code: Term.objects.filter(code=code).first() or make_ket(code) for code in ("K1", "K2")}
    for number, (level, programme, chains, kets, budget, trl, days) in enumerate(calls):
        fields = {"level": level, "programme": programme, "budget_min": budget, "trl_min": trl}
        call = make_call(f"CALL-{number}", closes_in=None, **fields)
        call.value_chains.set(tags[code] for code in chains)
        call.kets.set(tags[code] for code in kets)
        if days is not None:
            Deadline.objects.create(call=call, at=NOW + timedelta(days=days), changed_at=NOW)
        keep_dates(call)

    def holds(number: int, but: str = "") -> bool:
        level, programme, chains, kets, budget, trl, days = calls[number]
        has = {
            "level": {level},
            "programme": {programme},
            "value_chain": chains,
            "ket": kets,
            "budget": {None: set(), 100_000: {"0"}, 3_000_000: {"2000000"}}[budget],
            "trl": {str(trl)} if trl else set(),
        }
        closing = days is not None and 0 <= days <= asked.get("days", 0)
        return all(
            (has[name] & set(value))
            if name in has
            else (value.casefold() in f"call-{number} call call-{number}" if name == "q" else closing)
            for name, value in asked.items()
            if name != but
        )

    found = counted(**asked)

    assert found["total"] == {"": sum(holds(number) for number in range(len(calls)))}
    assert found["level"] == {
        value: n
        for value in ("regional", "european")
        if (n := sum(holds(number, "level") and one[0] == value for number, one in enumerate(calls)))
    }
    assert found["value_chain"] == {
        value: n
        for value in ("C1", "C2")
        if (n := sum(holds(number, "value_chain") and value in one[2] for number, one in enumerate(calls)))
    }
    assert found["days"]["30"] == sum(
        holds(number, "days") and one[6] is not None and 0 <= one[6] <= 30 for number, one in enumerate(calls)
    )


@pytest.mark.parametrize(
    ("fields", "buckets"),
    [
        ({}, []),
        ({"budget_min": 499_999}, ["0"]),
        ({"budget_min": 500_000}, ["500000"]),
        ({"budget_max": 10_000_000}, ["10000000"]),
        ({"budget_min": 1_000_000, "budget_max": 6_000_000}, ["500000", "2000000", "5000000"]),
        ({"budget_total": 12_000_000, "expected_grants": 3}, ["2000000"]),
        ({"budget_total": 12_000_000}, ["10000000"]),
        ({"budget_total": 12_000_000, "budget_min": 100}, ["0"]),
    ],
)
def test_budget_is_a_projects_and_falls_into_every_bucket_that_it_touches(fields: dict[str, int], buckets: list[str]):
    make_call("ONE", **fields)

    assert sorted(counted()["budget"], key=int) == buckets
    assert [str(start) for start in BUDGETS if listed(budget=(str(start),))] == buckets


@pytest.mark.parametrize(
    ("fields", "levels"),
    [
        ({}, []),
        ({"trl_min": 4, "trl_max": 6}, [4, 5, 6]),
        ({"trl_max": 9}, [9]),
        ({"trl_min": 7, "trl_max": 5}, [5, 6, 7]),
    ],
)
def test_trl_is_every_one_of_the_range(fields: dict[str, int], levels: list[int]):
    make_call("ONE", **fields)

    assert [trl for trl in TRLS if listed(trl=(str(trl),))] == levels
