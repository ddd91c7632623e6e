from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from ideas.exchange.ical_out import Appointment, mark_of, write_calendar

BRUSSELS = "Europe/Brussels"
ROME = "Europe/Rome"


def appointment(at: datetime, zone: str = BRUSSELS, **fields: Any) -> Appointment:
    fields = {"uid": "deadline-7@example.org", "sequence": 0, "summary": "Deadline: HORIZON-TEST", **fields}
    return Appointment(at=at, zone=zone, changed_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), **fields)


def written(*appointments: Appointment, language: str = "en") -> bytes:
    return write_calendar("HORIZON-TEST", appointments, language=language)


def events(body: bytes) -> list[Any]:
    return [part for part in Calendar.from_ical(body).walk() if part.name == "VEVENT"]


def lines(body: bytes) -> list[str]:
    return body.replace(b"\r\n ", b"").decode().split("\r\n")


def test_an_hour_in_brussels_stands_on_its_own_clock_with_its_zone_described():
    body = written(appointment(datetime(2026, 9, 15, 15, 0, tzinfo=UTC)))

    assert "DTSTART;TZID=Europe/Brussels:20260915T170000" in lines(body)
    assert events(body)[0].start == datetime(2026, 9, 15, 15, 0, tzinfo=UTC)
    assert lines(body).count("TZID:Europe/Brussels") == 1


def test_a_regional_call_keeps_its_hour_in_rome():
    body = written(appointment(datetime(2026, 2, 18, 18, 0, tzinfo=ZoneInfo(ROME)), ROME))

    assert "DTSTART;TZID=Europe/Rome:20260218T180000" in lines(body)


def test_an_hour_that_the_clock_shows_twice_is_written_in_utc():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    body = written(appointment(first), appointment(first + timedelta(hours=1)))

    starts = [line for line in lines(body[body.index(b"BEGIN:VEVENT") :]) if line.startswith("DTSTART")]
    assert starts == [
        "DTSTART:20261025T003000Z",
        "DTSTART:20261025T013000Z",
    ]


@settings(deadline=None)
@given(
    at=st.integers(946_684_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    zone=st.sampled_from([BRUSSELS, ROME, "UTC", "America/New_York", "Asia/Kolkata"]),
)
def test_every_instant_comes_back_to_the_second(at: datetime, zone: str):
    body = written(appointment(at, zone))

    assert events(body)[0].start.astimezone(UTC) == at


def test_an_event_carries_what_calendars_need_to_tell_a_change():
    at = datetime(2026, 9, 15, 15, 0, tzinfo=UTC)

    event = events(
        written(appointment(at, sequence=3, url="https://example.org/calls/x/", categories=("Horizon Europe", "A, B")))
    )[0]

    assert event["UID"] == "deadline-7@example.org"
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert event["URL"] == "https://example.org/calls/x/"
    assert event["CATEGORIES"].cats == ["Horizon Europe", "A, B"]
    assert event["STATUS"] == "CONFIRMED"


def test_a_guessed_hour_is_tentative():
    assert events(written(appointment(datetime(2026, 9, 15, tzinfo=UTC), certain=False)))[0]["STATUS"] == "TENTATIVE"


def test_no_deadline_is_a_calendar_without_events():
    body = written()

    assert events(body) == []
    # RFC 5545 §3.6 wants something in it.
    assert lines(body).count("BEGIN:VTIMEZONE") == 1


def test_the_same_appointments_give_the_same_bytes():
    given_twice = appointment(datetime(2026, 9, 15, 15, 0, tzinfo=UTC))

    assert written(given_twice) == written(given_twice)


def test_a_zone_without_a_rule_is_written_in_utc():
    body = written(appointment(datetime(2026, 9, 15, 15, 0, tzinfo=UTC), "Africa/Casablanca"))

    assert "DTSTART:20260915T150000Z" in lines(body)
    assert "BEGIN:VTIMEZONE" not in lines(body)


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_years_that_no_clock_knows_are_written_in_utc(at: datetime):
    assert events(written(appointment(at)))[0].start == at


def test_a_deadline_has_no_length():
    body = written(appointment(datetime(2026, 9, 15, 15, 0, tzinfo=UTC)))

    assert not [line for line in lines(body) if line.startswith(("DTEND", "DURATION"))]
    assert "TRANSP:TRANSPARENT" in lines(body)


def test_a_whole_day_has_no_hour_and_no_zone():
    noon = datetime(2026, 9, 15, 12, 0, tzinfo=ZoneInfo(ROME))

    body = written(appointment(noon, ROME, all_day=True))

    assert "DTSTART;VALUE=DATE:20260915" in lines(body)
    assert "BEGIN:VTIMEZONE" not in lines(body)


def test_what_is_gone_is_cancelled():
    body = written(appointment(datetime(2026, 9, 15, tzinfo=UTC), cancelled=True, certain=False))

    assert events(body)[0]["STATUS"] == "CANCELLED"


def test_alarms_ring_so_many_days_before():
    event = events(written(appointment(datetime(2026, 9, 15, tzinfo=UTC), alarms=(30, 1))))[0]

    assert [(alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) for alarm in event.subcomponents] == [
        ("DISPLAY", timedelta(days=-30), "Deadline: HORIZON-TEST"),
        ("DISPLAY", timedelta(days=-1), "Deadline: HORIZON-TEST"),
    ]


def test_the_calendar_has_a_name_and_says_how_often_to_ask():
    body = write_calendar("JVL: a,b", [], language="en")

    assert [line for line in lines(body) if line.startswith(("NAME", "X-WR", "REFRESH", "X-PUB"))] == [
        "NAME:JVL: a\\,b",
        "X-WR-CALNAME:JVL: a\\,b",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]


def test_the_mark_changes_with_whatever_is_written():
    first = appointment(datetime(2026, 9, 15, 15, 0, tzinfo=UTC))
    others = [
        mark_of("other", [first], language="en"),
        mark_of("name", [first], language="it"),
        mark_of("name", [], language="en"),
        mark_of("name", [replace(first, sequence=1)], language="en"),
        mark_of("name", [replace(first, alarms=(7,))], language="en"),
        mark_of("name", [replace(first, summary="Other")], language="en"),
    ]

    assert mark_of("name", [first], language="en") == mark_of("name", [replace(first)], language="en")
    assert len({*others, mark_of("name", [first], language="en")}) == 7


def test_no_mark_turns_the_direction_of_what_stands_beside_it():
    event = events(written(appointment(datetime(2026, 9, 15, tzinfo=UTC), summary="a\u202egnp\u2066.b")))[0]

    assert event["SUMMARY"] == "agnp.b"


@pytest.mark.parametrize(
    "text", ["a\r\nATTENDEE:mailto:x@example.org", "a\rb", "a\nb", "è; , \\ " * 40, "a\u2028b\x85c", "a\x00\x07b"]
)
def test_no_text_breaks_out_of_its_line(text: str):
    body = written(appointment(datetime(2026, 9, 15, tzinfo=UTC), summary=text, description=text, categories=(text,)))

    assert b"\r" not in body.replace(b"\r\n", b"")
    assert not [line for line in lines(body) if line.startswith("ATTENDEE")]
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert events(body)[0]["SUMMARY"] == " ".join(text.translate({0: None, 7: None}).split())
