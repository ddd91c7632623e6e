from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar import Timezone

from ideas.exchange.ical_zones import describe_zone

# Fixed, European, American, southern, with half hours, without summer time any more.
ZONES = [
    "Europe/Brussels", "Europe/Rome", "Europe/London", "Europe/Dublin", "UTC", "America/New_York", "America/Sao_Paulo",
    "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Istanbul",
]  # fmt: skip


def text(zone: Timezone) -> str:
    return bytes(zone.to_ical()).decode()


def described(name: str, first: int, last: int) -> Timezone:
    zone = describe_zone(name, first, last)
    assert zone is not None
    return zone


def read_by_another(zone: Timezone) -> Any:
    """The zone as dateutil understands its description."""
    return tzical(StringIO(f"BEGIN:VCALENDAR\r\n{text(zone)}END:VCALENDAR\r\n")).get()


def test_summer_time_is_a_rule_that_holds_for_years():
    zone = text(described("Europe/Rome", 2026, 2026))

    assert zone.splitlines() == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Rome",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
    ]


def test_a_zone_without_summer_time_has_one_clock():
    zone = text(described("Asia/Kolkata", 2026, 2030))

    assert zone.splitlines()[2:-1] == [
        "BEGIN:STANDARD",
        "DTSTART:20250101T000000",
        "TZNAME:IST",
        "TZOFFSETFROM:+0530",
        "TZOFFSETTO:+0530",
        "END:STANDARD",
    ]


def test_summer_is_when_clocks_are_ahead_whatever_the_law_calls_it():
    zone = text(described("Europe/Dublin", 2026, 2026))

    assert zone.index("BEGIN:DAYLIGHT") < zone.index("TZNAME:IST")
    assert zone.index("TZNAME:GMT") < zone.index("BEGIN:DAYLIGHT")


@pytest.mark.parametrize(
    ("name", "first", "last"), [("Africa/Casablanca", 2026, 2027), ("Europe/Istanbul", 2015, 2017)]
)
def test_clocks_without_a_yearly_rule_are_not_described(name: str, first: int, last: int):
    assert describe_zone(name, first, last) is None


def test_a_rule_that_was_given_up_has_an_end():
    zone = described("America/New_York", 1990, 2030)

    assert sorted(str(part["RRULE"].to_ical().decode()) for part in zone.subcomponents) == [
        "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
        "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
        "FREQ=YEARLY;UNTIL=20060402T070000Z;BYDAY=1SU;BYMONTH=4",
        "FREQ=YEARLY;UNTIL=20061029T060000Z;BYDAY=-1SU;BYMONTH=10",
    ]


@settings(deadline=None)
@given(name=st.sampled_from(ZONES), hour=st.integers(0, 20 * 366 * 24))
def test_another_reader_finds_the_same_offset_at_every_hour(name: str, hour: int):
    instant = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=30)
    local = instant.astimezone(ZoneInfo(name))
    assume(local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset())

    read = read_by_another(described(name, 2024, 2026))

    assert local.replace(tzinfo=read).utcoffset() == local.utcoffset()


def test_the_last_evening_of_the_year_before_has_a_clock():
    read = read_by_another(described("America/Sao_Paulo", 2026, 2026))

    assert datetime(2025, 12, 31, 22, tzinfo=read).utcoffset() == timedelta(hours=-3)
