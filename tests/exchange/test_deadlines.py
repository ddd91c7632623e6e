from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ideas.exchange.deadlines import (
    BRUSSELS,
    ROME,
    Reading,
    Source,
    UnreadableDate,
    read_closing,
    read_on_clock,
    read_opening,
)

CLOSING_IN_BRUSSELS = [
    # bulk file, type 1: milliseconds of a day
    ("1774310400000", "2026-03-24T17:00+01:00"),
    (1774310400000, "2026-03-24T17:00+01:00"),
    # search results: current, legacy, legacy in other languages, 2023
    ("2026-09-15T00:00:00.000+0000", "2026-09-15T17:00+02:00"),
    ("2024-02-07T17:00:00.000+0000", "2024-02-07T17:00+01:00"),
    ("2024-11-26T23:00:00.000+0000", "2024-11-27T17:00+01:00"),
    ("2024-04-18T19:00:00.000+0200", "2024-04-18T17:00+02:00"),
    # CSV
    ("2026-09-15", "2026-09-15T17:00+02:00"),
    # HORIZON-MISS-2026-02-CANCER-05
    ("1789430400000", "2026-09-15T17:00+02:00"),
    # HORIZON-MISS-2027-05-SOIL-01-two-stage, both stages
    ("2027-04-08T00:00:00.000+0000", "2027-04-08T17:00+02:00"),
    ("2027-09-14T00:00:00.000+0000", "2027-09-14T17:00+02:00"),
    # EDF-EDIP-P-2026-2027-FNLC-SA-SEAP, first and last of three cut-offs
    ("1791849600000", "2026-10-13T17:00+02:00"),
    ("1822089600000", "2027-09-28T17:00+02:00"),
    # ESC-HUMAID-2021-QUAL-LABEL-FP, first and last of eight
    ("1632268800000", "2021-09-22T17:00+02:00"),
    ("1790035200000", "2026-09-22T17:00+02:00"),
    # AGRIP-MULTI-2021-IM
    ("1620691200000", "2021-05-11T17:00+02:00"),
    # the days on which clocks change
    ("2026-03-29", "2026-03-29T17:00+02:00"),
    ("2026-10-25", "2026-10-25T17:00+01:00"),
]


@pytest.mark.parametrize(("raw", "expected"), CLOSING_IN_BRUSSELS)
def test_topics_of_the_portal_close_at_17_in_brussels(raw, expected):
    reading = read_closing(raw, Source.EU_TOPIC)

    assert reading == Reading(datetime.fromisoformat(expected).astimezone(UTC), BRUSSELS, str(raw), True)


def test_topics_of_the_portal_open_at_the_start_of_the_day():
    reading = read_opening("2027-02-04T00:00:00.000+0000", Source.EU_TOPIC)

    assert reading.at == datetime(2027, 2, 3, 23, 0, tzinfo=UTC)


def test_tenders_and_external_action_keep_their_instant():
    tender = read_closing("1727560740000", Source.EU_INSTANT)
    external = read_closing("2026-07-23T10:00:44.000+0000", Source.EU_INSTANT)

    assert tender.at.astimezone(ZoneInfo(BRUSSELS)).isoformat() == "2024-09-28T23:59:00+02:00"
    assert external.at == datetime(2026, 7, 23, 10, 0, 44, tzinfo=UTC)
    assert (tender.verified, external.verified) == (True, True)


@pytest.mark.parametrize("raw", ["2025-09-07T23:59:00.000+0000", "2025-09-30T17:00:04.000+0000", "2026-01-01"])
def test_hours_of_cascade_calls_are_not_trusted(raw):
    assert not read_closing(raw, Source.EU_CASCADE).verified


def test_national_calls_keep_their_own_hour_in_rome():
    reading = read_closing("18/02/2026 18:00", Source.NATIONAL)

    assert reading == Reading(datetime(2026, 2, 18, 17, 0, tzinfo=UTC), ROME, "18/02/2026 18:00", True)


@pytest.mark.parametrize("raw", ["2026-02-18", "2026-02-18T00:00:00", "18/02/2026", "18.02.2026"])
def test_a_national_day_without_an_hour_counts_to_its_end_unverified(raw):
    closing, opening = read_closing(raw, Source.NATIONAL), read_opening(raw, Source.NATIONAL)

    assert (closing.at, closing.verified) == (datetime(2026, 2, 18, 22, 59, tzinfo=UTC), False)
    assert (opening.at, opening.verified) == (datetime(2026, 2, 17, 23, 0, tzinfo=UTC), False)


@pytest.mark.parametrize("raw", ["2026-03-29T02:30:00", "2026-10-25T02:30:00"])
def test_an_hour_that_rome_skips_or_has_twice_is_unverified(raw):
    assert not read_closing(raw, Source.NATIONAL).verified


@pytest.mark.parametrize(
    "raw", ["", "tomorrow", "31/02/2026", "2026-13-01", "0", "-1", "99999999999999999999", "0001-01-01", "1e12", "٢٠٢٦"]
)
@pytest.mark.parametrize("source", list(Source))
def test_what_is_no_date_is_refused(raw, source):
    with pytest.raises(UnreadableDate):
        read_closing(raw, source)


@given(st.dates(date(1995, 1, 1), date(2099, 12, 31)))
def test_any_day_of_a_topic_closes_at_17_of_the_same_day(day):
    milliseconds = int(
        (datetime(day.year, day.month, day.day, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC))
        / timedelta(milliseconds=1)
    )

    for raw in (day.isoformat(), f"{day}T00:00:00.000+0000", str(milliseconds)):
        local = read_closing(raw, Source.EU_TOPIC).at.astimezone(ZoneInfo(BRUSSELS))
        assert (local.date(), local.hour, local.minute) == (day, 17, 0)


@given(st.dates(date(1995, 1, 1), date(2099, 12, 31)), st.times())
def test_any_national_hour_that_rome_shows_once_comes_back_as_written(day, hour):
    written = f"{day:%d/%m/%Y} {hour:%H:%M}"

    reading = read_closing(written, Source.NATIONAL)

    if reading.verified:
        assert f"{reading.at.astimezone(ZoneInfo(ROME)):%d/%m/%Y %H:%M}" == written


ZONES = st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"}))
WALLS = st.datetimes(datetime(1995, 1, 1), datetime(2099, 12, 30))  # noqa: DTZ001 - a clock on a wall has no zone
INSTANTS = WALLS.map(lambda wall: wall.replace(tzinfo=UTC))
NIGHTS = [
    # (zone, day, an hour that is skipped or comes twice)
    ("Europe/Rome", "2026-03-29", "02:30", "2026-03-29T01:30+00:00"),
    ("Europe/Rome", "2026-10-25", "02:30", "2026-10-25T00:30+00:00"),
    ("Europe/Brussels", "2027-03-28", "02:00", "2027-03-28T01:00+00:00"),
    ("Atlantic/Azores", "2026-10-25", "00:15", "2026-10-25T00:15+00:00"),
    ("America/New_York", "2026-11-01", "01:59", "2026-11-01T05:59+00:00"),
    ("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45+00:00"),
]


@given(ZONES, WALLS)
def test_a_time_that_any_clock_shows_once_comes_back_as_written(zone, wall):
    reading = read_on_clock(wall, "", zone)

    assume(reading.verified)
    assert reading.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


@given(ZONES, WALLS)
def test_a_time_is_unverified_just_where_a_clock_skips_it_or_shows_it_twice(zone, wall):
    shown = [
        at
        for at in (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
        if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    ]

    assert read_on_clock(wall, "", zone).verified == (len(shown) == 2 and shown[0] == shown[1])


@pytest.mark.parametrize(("zone", "day", "hour", "at"), NIGHTS)
def test_in_nights_when_clocks_change_the_offset_before_counts_and_the_hour_is_unverified(zone, day, hour, at):
    reading = read_on_clock(datetime.fromisoformat(f"{day}T{hour}"), "", zone)

    assert (reading.at, reading.verified) == (datetime.fromisoformat(at), False)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_an_instant_is_the_same_with_whatever_offset_it_is_written(instant, minutes):
    offset = timezone(timedelta(minutes=minutes))

    written = instant.astimezone(offset).isoformat()

    for source in (Source.EU_INSTANT, Source.EU_CASCADE, Source.NATIONAL):
        assert read_closing(written, source).at == instant


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_a_topic_closes_at_17_on_the_day_that_brussels_has_at_whatever_instant_is_written(instant, minutes):
    written = instant.astimezone(timezone(timedelta(minutes=minutes))).isoformat()

    local = read_closing(written, Source.EU_TOPIC).at.astimezone(ZoneInfo(BRUSSELS))

    assert (local.date(), local.strftime("%H:%M")) == (instant.astimezone(ZoneInfo(BRUSSELS)).date(), "17:00")


@given(st.dates(date(1995, 1, 1), date(2099, 12, 30)))
def test_no_closing_of_a_day_is_before_another_hour_of_that_day(day):
    whole_day = read_closing(day.isoformat(), Source.NATIONAL)

    at_six = read_closing(f"{day}T18:00:00", Source.NATIONAL)

    assert whole_day.at > at_six.at
    assert whole_day.at.astimezone(ZoneInfo(ROME)).date() == day


@given(st.text(max_size=60), st.sampled_from(Source))
def test_no_text_does_worse_than_to_be_refused(text, source):
    try:
        reading = read_closing(text, source)
    except UnreadableDate:
        return

    assert reading.at.year in range(1989, 2101)
