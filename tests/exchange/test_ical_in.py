import io
from pathlib import Path

import pytest

from ideas.exchange.calls import CallRow, Options, RefusedRow, UnreadableFile
from ideas.exchange.formats import FORMATS

SAMPLES = Path(__file__).parent / "samples"
CUSTOM_ZONE = """BEGIN:VTIMEZONE
TZID:Our clock
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
END:VTIMEZONE
"""


def event(uid="one", start="DTSTART:20260915T150000Z", summary="Batteries", *lines):
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", start, f"SUMMARY:{summary}", *lines, "END:VEVENT", ""])


def read(*parts, head="", encoding="utf-8", **options):
    text = "\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", *([head] if head else []), "".join(parts) + "END:VCALENDAR", ""]
    )
    return list(FORMATS["ical"](io.BytesIO(text.replace("\n", "\r\n").encode(encoding)), Options(**options)))


def told(row):
    return [(str(one.kind), one.number, one.reading.at.isoformat(), one.reading.verified) for one in row.deadlines]


def start_of(line, **options):
    (row,) = read(event(start=line), **options)
    return row.deadlines[0].reading


def test_calendar_without_dtstamp_is_read():
    with (SAMPLES / "events_without_dtstamp.ics").open("rb") as stream:
        first, second = FORMATS["ical"](stream, Options())

    assert (first.line, first.identifier, first.title) == (6, "ICAL-alpha-paper-deadline", "ALPHA Paper Deadline")
    assert (first.source_key, first.url) == ("ALPHA-deadline-20270408@tracker", "https://alpha.example.org")
    assert first.summary == "A conference on things that are deep and wide and fold where lines do."
    assert told(first) == [("single", 1, "2027-04-08T21:59:00+00:00", False)]
    assert (second.line, second.title) == (20, "ALPHA Conference")


@pytest.mark.parametrize(
    ("line", "at", "zone"),
    [
        ("DTSTART:20260915T150000Z", "2026-09-15T15:00:00+00:00", "Europe/Rome"),
        ("DTSTART;TZID=Europe/Brussels:20260915T170000", "2026-09-15T15:00:00+00:00", "Europe/Brussels"),
        ("DTSTART;TZID=/vendor.org/2026/Europe/Paris:20260115T170000", "2026-01-15T16:00:00+00:00", "Europe/Paris"),
        ('DTSTART;TZID="W. Europe Standard Time":20260915T170000', "2026-09-15T15:00:00+00:00", "Europe/Berlin"),
        ("dtstart;tzid=Europe/Rome:20260218T180000", "2026-02-18T17:00:00+00:00", "Europe/Rome"),
    ],
)
def test_instant_and_clock_are_those_that_the_event_names(line, at, zone):
    reading = start_of(line)

    assert (reading.at.isoformat(), reading.zone, reading.verified) == (at, zone, True)


def test_zone_that_only_the_file_describes_gives_the_instant():
    summer, winter = read(
        CUSTOM_ZONE,
        event("a", "DTSTART;TZID=Our clock:20260715T170000", "A"),
        event("b", "DTSTART;TZID=Our clock:20260115T170000", "B"),
    )

    assert summer.deadlines[0].reading.at.isoformat() == "2026-07-15T14:00:00+00:00"
    assert winter.deadlines[0].reading.at.isoformat() == "2026-01-15T15:00:00+00:00"
    assert winter.deadlines[0].reading.raw == "TZID=Our clock:20260115T170000"


@pytest.mark.parametrize(
    "zone",
    ["", CUSTOM_ZONE.replace("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=SECONDLY"), CUSTOM_ZONE.replace("+0", "+x")],
)
def test_zone_that_is_not_known_or_not_described_well_is_refused(zone):
    (row,) = read(zone, event(start="DTSTART;TZID=Our clock:20260915T170000"))

    assert row == RefusedRow(row.line, "unknown time zone “Our clock”")


def test_time_without_a_zone_is_the_calendar_s_or_a_guess():
    line = "DTSTART:20260915T170000"

    of_calendar = start_of(line, head="X-WR-TIMEZONE:America/New_York")
    guessed = start_of(line)
    chosen = start_of(line, zone="Europe/Helsinki")

    assert (of_calendar.at.isoformat(), of_calendar.verified) == ("2026-09-15T21:00:00+00:00", True)
    assert (guessed.at.isoformat(), guessed.zone, guessed.verified) == (
        "2026-09-15T15:00:00+00:00", "Europe/Rome", False,
    )  # fmt: skip
    assert chosen.at.isoformat() == "2026-09-15T14:00:00+00:00"


def test_hour_that_the_clock_shows_twice_is_unverified():
    reading = start_of("DTSTART;TZID=Europe/Rome:20261025T023000")

    assert (reading.at.isoformat(), reading.verified) == ("2026-10-25T00:30:00+00:00", False)


def test_prefixes_give_the_kind_and_events_of_one_title_are_one_call():
    (row,) = read(
        event("a", "DTSTART:20260301T120000Z", "🚀 Pre-proposal deadline: Batteries 🔋"),
        event("b", "DTSTART:20260901T120000Z", "Full proposal deadline: Batteries 🔋"),
        event("c", "DTSTART:20260101T120000Z", "Opening: Batteries 🔋"),
    )

    assert (row.title, row.identifier, row.source_key) == ("Batteries 🔋", "ICAL-batteries", "a")
    assert told(row) == [
        ("opening", 1, "2026-01-01T12:00:00+00:00", True),
        ("stage_1", 1, "2026-03-01T12:00:00+00:00", True),
        ("stage_2", 1, "2026-09-01T12:00:00+00:00", True),
    ]
    assert row.complete


def test_next_cut_off_is_one_of_several_dates():
    (row,) = read(event(summary="Next cut-off deadline: Batteries"))

    assert ([kind for kind, *_rest in told(row)], row.complete) == (["cut_off"], False)


def test_several_dates_of_one_title_are_cut_offs_in_the_order_of_time():
    (row,) = read(event("a", "DTSTART:20260901T120000Z"), event("b", "DTSTART:20260301T120000Z"))

    assert [(kind, number, at[:7]) for kind, number, at, _sure in told(row)] == [
        ("cut_off", 1, "2026-03"),
        ("cut_off", 2, "2026-09"),
    ]


def test_colon_of_a_title_is_no_prefix():
    (row,) = read(event(summary="HORIZON: Batteries\\, and more"))

    assert row.title == "HORIZON: Batteries, and more"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20260915T150000Z", "DTEND:20260915T150000Z"], [("single", "2026-09-15T15:00")]),
        (["DTSTART:20260915T150000Z", "DTEND:20260915T160000Z"], [("single", "2026-09-15T15:00")]),
        (["DTSTART;VALUE=DATE:20260915", "DURATION:P1D"], [("single", "2026-09-15T21:59")]),
        (
            ["DTSTART;VALUE=DATE:20260901", "DTEND;VALUE=DATE:20260916"],
            [("opening", "2026-08-31T22:00"), ("single", "2026-09-15T21:59")],
        ),
        (
            ["DTSTART:20260901T080000Z", "DTEND:20260915T150000Z"],
            [("opening", "2026-09-01T08:00"), ("single", "2026-09-15T15:00")],
        ),
    ],
)
def test_short_event_means_its_start_and_one_of_many_days_when_it_opens_and_closes(lines, expected):
    (row,) = read(event("one", lines[0], "Batteries", *lines[1:]))

    assert [(kind, at[:16]) for kind, _number, at, _sure in told(row)] == expected


def test_cancelled_event_takes_its_date_away():
    (kept, gone) = read(
        event("a", "DTSTART:20260301T120000Z", "Batteries", "STATUS:CANCELLED"),
        event("b", "DTSTART:20260901T120000Z", "Batteries"),
        event("c", "DTSTART:20260901T120000Z", "Drones", "STATUS:CANCELLED"),
    )

    assert ([at[:7] for _kind, _number, at, _sure in told(kept)], kept.cancelled) == (["2026-09"], False)
    assert (told(gone), gone.cancelled, gone.complete) == ([], True, True)


def test_calendar_of_cancellations_cancels_all():
    (row,) = read(event(), head="METHOD:CANCEL")

    assert (row.deadlines, row.cancelled) == ((), True)


def test_of_an_event_that_stands_twice_the_later_revision_counts():
    (row,) = read(
        event("a", "DTSTART:20260901T120000Z", "Batteries", "SEQUENCE:2"),
        event("a", "DTSTART:20260301T120000Z", "Batteries", "SEQUENCE:1"),
    )

    assert told(row)[0][2] == "2026-09-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (event("a", "DTSTART:20260301T120000Z", "A", "RRULE:FREQ=DAILY"), "the event repeats"),
        (event("a", "DTSTART:20260301T120000Z", "A", "RDATE:20260302T120000Z"), "the event repeats"),
        (event("a", "DTSTART:20260301T120000Z", "A", "RECURRENCE-ID:20260302T120000Z"), "the event repeats"),
        (event(uid=""), "the event has no UID"),
        (event(start="X-DATE:1"), "the event has no date"),
        (event(start="DTSTART:tomorrow"), "“tomorrow” is not a date"),
        (event(start="DTSTART:20261301"), "“20261301” is not a date"),
        (event(start="DTSTART:99991231T235959Z"), "“99991231T235959Z” is not a date"),
        (event(start="DTSTART:٢٠٢٦٠٩١٥"), "“٢٠٢٦٠٩١٥” is not a date"),
        (event(summary=""), "no title"),
        (event(summary="A\x00B"), "title: The text contains a null character"),
        (event(summary="A" * 501), "title has 501 characters; 500 are allowed"),
    ],
)
def test_event_that_cannot_be_read_is_refused_and_stops_no_other(text, reason):
    refused, other = read(text, event("other", summary="Another"))

    assert (refused.line, refused.reason.startswith(reason)) == (3, True), refused
    assert isinstance(other, CallRow)


def test_address_that_cannot_be_followed_costs_the_date_nothing():
    (row,) = read(event("a", "DTSTART:20260301T120000Z", "A", "URL:javascript:alert(1)"))

    assert (row.url, len(row.deadlines)) == ("", 1)


def test_title_without_letters_or_too_long_has_an_identifier_all_the_same():
    kanji, long, longer = read(
        event("a", summary="電池"), event("b", summary="a" * 200), event("c", summary="a" * 199 + "b")
    )

    identifiers = {row.identifier for row in (kanji, long, longer)}
    assert (len(identifiers), max(map(len, identifiers)) <= 120) == (3, True)


def test_windows_1252_is_read_and_remarked_on_once():
    said = []

    first, _second = read(
        event("a", summary="Mobilità"), event("b", summary="Più"), encoding="cp1252", remark=said.append
    )

    assert (first.title, said) == ("Mobilità", ["The file is not UTF-8; it was read as Windows-1252."])


def test_character_that_a_fold_cuts_is_whole():
    content = f"BEGIN:VCALENDAR\r\n{event(summary='Mobilità')}END:VCALENDAR\r\n".encode()
    cut = content.replace("à".encode(), b"\xc3\r\n \xa0")

    (row,) = FORMATS["ical"](io.BytesIO(cut), Options())

    assert row.title == "Mobilità"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "doesn't begin as a calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "doesn't begin as a calendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n", "breaks off"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "damaged on line 3"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 10, "nested too deeply"),
        (b"BEGIN:VCALENDAR\r\nSUMMARY:" + b"x\r\n x" * 100_000, "Line 2 is too long"),
        (
            b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 10_001 + b"END:VCALENDAR",
            "more than 10000 rows",
        ),
    ],
)
def test_what_is_no_calendar_or_a_damaged_one_is_said_to_be(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        list(FORMATS["ical"](io.BytesIO(content), Options()))
