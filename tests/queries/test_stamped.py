from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ideas.choices import DeadlineKind
from ideas.models import Call, Deadline, ValueChain
from ideas.queries.stamped import closings_ahead, read_stamp, tags_under
from tests.factories import make_call, make_chain, make_ket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def closing(identifier: str, at: datetime, kind: str = DeadlineKind.SINGLE) -> Call:
    call = make_call(identifier, closes_in=None)
    Deadline.objects.create(call=call, kind=kind, at=at, changed_at=NOW)
    return call


def ahead(at: datetime = NOW) -> list[str]:
    return [one.identifier for one in closings_ahead(read_stamp(), at)]


def test_closings_are_those_of_sixty_days_from_the_instant_on():
    closing("PASSED", NOW - timedelta(seconds=1))
    closing("NOW", NOW)
    closing("LAST", NOW + timedelta(days=60))
    closing("BEYOND", NOW + timedelta(days=60, seconds=1))
    closing("OPENING", NOW + timedelta(days=3), DeadlineKind.OPENING)

    assert ahead() == ["NOW", "LAST"]
    assert ahead(NOW + timedelta(seconds=1)) == ["LAST", "BEYOND"]
    assert ahead(NOW + timedelta(days=1)) == ["LAST", "BEYOND"]
    assert ahead(NOW - timedelta(days=1)) == ["PASSED", "NOW"]


def test_a_closing_says_what_the_ruler_shows():
    call = closing("ONE", NOW)

    [one] = closings_ahead(read_stamp(), NOW)

    assert (one.at, one.title, one.language, one.url) == (NOW, call.title, call.language, call.get_absolute_url())


def test_what_is_kept_costs_no_query_until_something_changes(django_assert_num_queries: Any):
    call = closing("ONE", NOW + timedelta(days=3))
    make_ket("AMT")
    stamp = read_stamp()
    closings_ahead(stamp, NOW)
    tags_under(stamp)

    with django_assert_num_queries(0):
        closings_ahead(stamp, NOW + timedelta(hours=1))
        tags_under(stamp)

    call.deadlines.update(at=NOW + timedelta(days=90))
    assert ahead() == []


def test_a_renamed_chain_has_its_new_name_at_the_next_look():
    make_chain("MOVES")
    before = [chain.name_en for chain in tags_under(read_stamp()).chains]

    ValueChain.objects.update(name_en="Renamed")

    assert [chain.name_en for chain in tags_under(read_stamp()).chains] == ["Renamed"] != before
