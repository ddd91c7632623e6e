from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import example, given
from hypothesis import strategies as st

from ideas.forms.deadlines import ZONES, clock_of, in_words, instants
from ideas.models import Deadline

ROME = "Europe/Rome"
START = datetime(1990, 1, 2, tzinfo=UTC)
moments = st.integers(0, 109 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
zones = st.sampled_from(
    sorted({*ZONES, "Atlantic/Reykjavik", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"})
)


@given(moments, zones)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), ROME)
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ROME)
@example(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), ROME)
def test_an_instant_is_found_again_by_what_its_clock_shows(at, zone):
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)

    found = instants(wall, zone)

    assert at in found
    assert len(found) in {1, 2}
    assert {one.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for one in found} == {wall}


@given(moments, zones)
@example(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), ROME)
def test_a_row_says_of_a_date_exactly_what_it_is(at, zone):
    wall, same_zone, which = clock_of(Deadline(at=at, zone=zone))

    found = instants(wall, same_zone)
    assert found[-1 if which == "second" else 0] == at
    assert bool(which) == (len(found) == 2)


@pytest.mark.parametrize(
    ("wall", "zone", "found"),
    [
        ("2026-09-15T17:00", "Europe/Brussels", ["2026-09-15T15:00"]),
        ("2026-02-18T18:00", ROME, ["2026-02-18T17:00"]),
        ("2027-03-28T02:00", ROME, []),
        ("2027-03-28T02:59", ROME, []),
        ("2027-03-28T03:00", ROME, ["2027-03-28T01:00"]),
        ("2026-10-25T02:00", ROME, ["2026-10-25T00:00", "2026-10-25T01:00"]),
        ("2026-10-25T03:00", ROME, ["2026-10-25T02:00"]),
        ("2026-10-25T01:30", "Europe/London", ["2026-10-25T00:30", "2026-10-25T01:30"]),
        ("2026-04-05T01:45", "Australia/Lord_Howe", ["2026-04-04T14:45", "2026-04-04T15:15"]),
        ("2026-03-29T02:30", "UTC", ["2026-03-29T02:30"]),
    ],
)
def test_nights_on_which_clocks_change(wall, zone, found):
    assert instants(datetime.fromisoformat(wall), zone) == [datetime.fromisoformat(f"{one}+00:00") for one in found]


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (ROME, "Tuesday 15 September 2026, 17:00 in Brussels. Your clock shows the same."),
        (
            "Asia/Tokyo",
            "Tuesday 15 September 2026, 17:00 in Brussels is Wednesday 16 September 2026, 00:00 on your clock "
            "(Asia/Tokyo).",
        ),
    ],
)
def test_a_date_is_said_on_both_clocks(reader, words):
    at = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)

    with timezone.override(reader), translation.override("en"):
        assert in_words(at, "Europe/Brussels") == words


def test_both_clocks_may_agree_on_one_day_and_differ_on_another():
    summer, gap = datetime(2026, 6, 1, 15, 0, tzinfo=UTC), timedelta(days=275)  # into March: America is earlier

    with timezone.override("America/New_York"), translation.override("en"):
        said = [in_words(at, "Europe/Rome") for at in (summer, summer + gap, summer + gap + timedelta(days=14))]

    assert [words.rpartition(", ")[2] for words in said] == [
        "11:00 on your clock (America/New_York).",
        "10:00 on your clock (America/New_York).",
        "11:00 on your clock (America/New_York).",
    ]
