from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ideas.actions.deadlines import keep_dates
from ideas.choices import CallStatus, DeadlineKind, Level
from ideas.models import Call, Deadline
from ideas.queries.calls import (
    PAGE_SIZE,
    CallFilters,
    call_facets,
    call_page,
    ideas_aimed_at,
    open_slots_for,
    seen_idea_counts,
    select_calls,
    status_of_call,
)
from tests.factories import make_call, make_chain, make_idea, make_ket, make_slot

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINES = st.lists(
    st.tuples(st.sampled_from(DeadlineKind.values), st.integers(-100, 100)), max_size=4, unique_by=lambda one: one[0]
)


def make_dated_call(identifier: str, *dates: tuple[str, datetime]) -> Call:
    call = make_call(identifier, closes_in=None)
    Deadline.objects.bulk_create(
        Deadline(call=call, kind=kind, number=number, at=at, changed_at=NOW)
        for number, (kind, at) in enumerate(dates, start=1)
    )
    keep_dates(call)
    return call


def found(**filters: object) -> list[str]:
    calls, _ = call_page(CallFilters(**filters), at=NOW)  # type: ignore[arg-type]
    return sorted(call.identifier for call in calls)


def counted(at: datetime, **filters: object) -> dict[str, dict[str, int]]:
    return call_facets(select_calls(CallFilters(**filters), at=at))  # type: ignore[arg-type]


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(dates=DEADLINES, hours=st.lists(st.integers(-3000, 3000), min_size=1, max_size=5))
def test_the_status_in_the_list_is_that_of_the_dates_whenever_it_is_asked_for(dates, hours):
    Call.objects.all().delete()
    call = make_dated_call("STATUS", *((kind, NOW + timedelta(days=day)) for kind, day in dates))

    instants = [NOW, *(NOW + timedelta(hours=hour) for hour in hours)]

    assert [counted(at=at)["status"] for at in instants] == [{status_of_call(call, at): 1} for at in instants]


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1)])
@pytest.mark.parametrize("days", [0, 30, 60])
def test_the_list_turns_at_the_very_instant(db, days: int, shift: timedelta):
    dates = [(DeadlineKind.OPENING, NOW), (DeadlineKind.STAGE_1, NOW + timedelta(days=30)),
             (DeadlineKind.STAGE_2, NOW + timedelta(days=60))]  # fmt: skip
    call = make_dated_call("EDGE", *dates)
    counted(at=NOW + timedelta(days=days) - timedelta(hours=1))
    at = NOW + timedelta(days=days) + shift

    facets = counted(at=at)

    closings = [when for kind, when in dates if kind != DeadlineKind.OPENING and when >= at]
    assert facets["status"] == {status_of_call(call, at): 1}
    assert facets["days"]["7"] == sum(when <= at + timedelta(days=7) for when in closings[:1])


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ([], CallStatus.UNKNOWN),
        ([(DeadlineKind.OPENING, 5), (DeadlineKind.SINGLE, 90)], CallStatus.FORTHCOMING),
        ([(DeadlineKind.OPENING, -5)], CallStatus.OPEN),
        ([(DeadlineKind.SINGLE, 31)], CallStatus.OPEN),
        ([(DeadlineKind.SINGLE, 30)], CallStatus.CLOSING_SOON),
        ([(DeadlineKind.SINGLE, 0)], CallStatus.CLOSING_SOON),
        ([(DeadlineKind.STAGE_1, -5), (DeadlineKind.STAGE_2, 90)], CallStatus.BETWEEN_STAGES),
        ([(DeadlineKind.CUT_OFF, -5), (DeadlineKind.CUT_OFF, 90)], CallStatus.OPEN),
        ([(DeadlineKind.OPENING, 0), (DeadlineKind.CLICK_DAY, 0)], CallStatus.CLOSING_SOON),
        ([(DeadlineKind.SINGLE, -1)], CallStatus.CLOSED),
    ],
)
def test_status_by_kind_of_call(db, dates, status):
    make_dated_call("ONE", *((kind, NOW + timedelta(days=day)) for kind, day in dates))

    assert counted(at=NOW)["status"] == {status: 1}


def test_filters_hold_together(db):
    chain, ket = make_chain("MOVES"), make_ket("AI")
    both = make_dated_call("BOTH", (DeadlineKind.SINGLE, NOW + timedelta(days=5)))
    both.value_chains.add(chain)
    both.kets.add(ket)
    make_dated_call("CHAIN-ONLY", (DeadlineKind.SINGLE, NOW + timedelta(days=50))).value_chains.add(chain)
    make_call("REGIONAL", level=Level.REGIONAL, closes_in=None, programme="PR FESR")

    assert found(value_chain=("MOVES",)) == ["BOTH", "CHAIN-ONLY"]
    assert found(value_chain=("MOVES",), ket=("AI",)) == ["BOTH"]
    assert found(level=("regional",)) == found(programme=("PR FESR",)) == ["REGIONAL"]
    assert found(status=("unknown", "closing_soon")) == ["BOTH", "REGIONAL"]
    assert found(days=7) == ["BOTH"]
    assert found(days=90) == ["BOTH", "CHAIN-ONLY"]


@pytest.mark.parametrize("words", ["città", "mobilità città", "CIT-01", "x\x00"])
def test_words_are_found_in_identifier_and_title_with_their_accents(db, words):
    make_call("CIT-01", title="Mobilità in città x")
    make_call("OTHER", title="Something else")

    assert found(q=words) == ["CIT-01"]


def test_counts_leave_their_own_facet_open(db):
    for number, level in enumerate([Level.REGIONAL, Level.EUROPEAN, Level.EUROPEAN]):
        call = make_dated_call(f"CALL-{number}", (DeadlineKind.SINGLE, NOW + timedelta(days=20 * number + 5)))
        Call.objects.filter(pk=call.pk).update(level=level, programme="P")

    facets = counted(at=NOW, level=("european",))

    assert facets == {
        "level": {"regional": 1, "european": 2},
        "programme": {"P": 2},
        "value_chain": {},
        "ket": {},
        "status": {"closing_soon": 1, "open": 1},
        "budget": {},
        "trl": {},
        "days": {"7": 0, "30": 1, "90": 2},
        "total": {"": 2},
    }


def test_the_next_to_close_comes_first_and_the_closed_last(db):
    day = timedelta(days=1)
    make_dated_call("LONG-CLOSED", (DeadlineKind.SINGLE, NOW - 90 * day))
    make_dated_call("CLOSED", (DeadlineKind.SINGLE, NOW - day))
    make_dated_call("NO-CLOSING", (DeadlineKind.OPENING, NOW - day))
    make_dated_call("LATER", (DeadlineKind.SINGLE, NOW + 9 * day))
    make_dated_call("CUT-OFF", (DeadlineKind.CUT_OFF, NOW - day), (DeadlineKind.CUT_OFF, NOW + day))

    calls, cursor = call_page(CallFilters(), at=NOW)

    assert [call.identifier for call in calls] == ["CUT-OFF", "LATER", "NO-CLOSING", "CLOSED", "LONG-CLOSED"]
    assert cursor == ""


def test_pages_follow_each_other(db):
    for number in range(PAGE_SIZE + 2):
        make_call(f"CALL-{number:02}", closes_in=timedelta(days=number + 1))

    first, cursor = call_page(CallFilters(), at=NOW)
    second, end = call_page(CallFilters(), at=NOW, cursor=cursor)

    assert len({call.pk for call in [*first, *second]}) == PAGE_SIZE + 2
    assert end == ""


@pytest.mark.parametrize("cursor", ["-1", "x", "²", "9" * 40, "1e3"])
def test_a_bad_cursor_is_page_one(db, cursor):
    make_call("ONE")

    assert len(call_page(CallFilters(), at=NOW, cursor=cursor)[0]) == 1


def test_a_private_idea_is_counted_for_its_author_alone(researcher, outsider, staff, secret):
    call = make_call("AIMED")
    type(secret).objects.filter(pk=secret.pk).update(call=call)
    make_slot(secret, expertise="CANARY expertise")

    seen = {
        name: (
            seen_idea_counts(viewer, [call.pk]),
            len(ideas_aimed_at(viewer, call)),
            len(open_slots_for(viewer, call)),
        )
        for name, viewer in {
            "author": researcher,
            "outsider": outsider,
            "staff": staff,
            "visitor": AnonymousUser(),
        }.items()
    }

    assert seen == {
        "author": ({call.pk: 1}, 1, 1),
        "outsider": ({}, 0, 0),
        "staff": ({}, 0, 0),
        "visitor": ({}, 0, 0),
    }


def test_a_public_teaser_does_not_tell_its_call(researcher, outsider):
    call = make_call("AIMED")
    make_idea(researcher, call=call, public_teaser=True)

    assert seen_idea_counts(outsider, [call.pk]) == {call.pk: 1}
    assert seen_idea_counts(AnonymousUser(), [call.pk]) == {}


def test_filled_places_are_not_offered(researcher, outsider):
    call = make_call("AIMED")
    idea = make_idea(researcher, call=call)
    full, empty = make_slot(idea), make_slot(idea)
    type(full).objects.filter(pk=full.pk).update(filled=1)

    assert open_slots_for(outsider, call) == [empty]
