from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from icalendar import Calendar

from ideas.actions.deadlines import Origin, change_deadlines
from ideas.actions.following import follow
from ideas.actions.members import renew_feed
from ideas.actions.plans import add_milestone
from ideas.choices import DeadlineKind, Level
from ideas.exchange.calls import DeadlineRow
from ideas.exchange.deadlines import Reading
from ideas.models import Call, Deadline, Member, ValueChain
from ideas.queries.members import feed_token
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_member, make_partner

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PUBLIC = ["/calendar/all.ics", "/calendar/level/european.ics", "/calendar/chain/moves.ics"]


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def make_dated(identifier: str, *dates: tuple[str, datetime], zone: str = "Europe/Brussels", **fields: Any) -> Call:
    call = make_call(identifier, closes_in=None, **fields)
    for number, (kind, at) in enumerate(dates, start=1):
        Deadline.objects.create(call=call, kind=kind, number=number, at=at, told_at=at, zone=zone, changed_at=NOW)
    return call


def own_address(member: Member) -> str:
    return f"/calendar/{feed_token(member)}.ics"


def events(response: Any) -> list[Any]:
    return list(Calendar.from_ical(response.content).events)


def titles(response: Any) -> list[str]:
    return [str(event["SUMMARY"]) for event in events(response)]


def move(call: Call, *dates: datetime) -> None:
    """What an import does with a call's closings."""
    rows = [
        DeadlineRow(DeadlineKind.CUT_OFF, Reading(at, "Europe/Brussels", "raw"), number)
        for number, at in enumerate(dates, start=1)
    ]
    change_deadlines(call, rows, Origin(by=None, source="eu-portal", note="", at=NOW))


# One's own calendar -------------------------------------------------------------------------------------------------


def test_a_calendar_program_needs_only_the_address(company: Member):
    call = make_dated("ONE", (DeadlineKind.SINGLE, NOW + 30 * DAY), programme="Horizon Europe")
    follow(by=company, call=call, at=NOW)
    make_dated("TWO", (DeadlineKind.SINGLE, NOW + 30 * DAY))

    answer = signed_in(None).get(own_address(company))

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    event = events(answer)[0]
    assert titles(answer) == ["Scadenza: ONE"]
    assert event["UID"] == f"deadline-{call.deadlines.get().pk}@testserver"
    assert event["URL"] == "http://testserver/calls/one/"
    assert event["CATEGORIES"].cats == ["Horizon Europe", "Europeo"]
    assert [alarm["TRIGGER"].dt.days for alarm in event.subcomponents] == [-30, -14, -7, -2, -1]


def test_nobody_between_keeps_or_passes_on_ones_own_calendar(company: Member):
    answer = signed_in(None).get(own_address(company))

    assert (answer["Cache-Control"], answer["Referrer-Policy"], answer["X-Robots-Tag"]) == (
        "private, no-cache",
        "no-referrer",
        "noindex",
    )


def test_a_calendar_speaks_its_owners_language_whoever_asks(company: Member):
    company.language = "en"
    company.save()
    follow(by=company, call=make_dated("ONE", (DeadlineKind.SINGLE, NOW + DAY)), at=NOW)

    answer = signed_in(None).get(own_address(company), headers={"accept-language": "it"})

    assert (titles(answer), answer["Content-Language"]) == (["Deadline: ONE"], "en")


def test_two_members_have_two_calendars(company: Member, outsider: Member):
    follow(by=company, call=make_dated("ONE", (DeadlineKind.SINGLE, NOW + DAY)), at=NOW)

    assert [titles(signed_in(None).get(own_address(member))) for member in (company, outsider)] == [
        ["Scadenza: ONE"],
        [],
    ]


def test_the_steps_of_ones_plans_stand_in_it_and_in_nobody_elses(
    researcher: Member, administrator: Member, outsider: Member, staff: Member, firm: Any
):
    call = make_dated("ONE", (DeadlineKind.SINGLE, NOW + 30 * DAY))
    idea = make_idea(researcher, at=NOW, call=call, deadline=call.deadlines.get(), title="CANARY")
    add_milestone(by=researcher, idea=idea, content={"name": "Letters", "days_before": 10}, at=NOW)
    make_partner(idea, administrator, firm)
    for member in (outsider, staff):
        follow(by=member, call=call, at=NOW)

    answers = [signed_in(None).get(own_address(member)) for member in (researcher, administrator)]
    others = [signed_in(None).get(own_address(member)) for member in (outsider, staff)]

    seen = ["Scadenza: ONE", f"Letters · {idea.reference}"]
    assert [titles(answer) for answer in answers] == [seen, seen]
    assert [titles(answer) for answer in others] == [["Scadenza: ONE"]] * 2
    assert [word in other.content.decode() for other in others for word in ("CANARY", idea.reference)] == [False] * 4


def test_a_new_address_makes_the_old_one_worthless(company: Member):
    old = own_address(company)

    renew_feed(by=company)

    assert (signed_in(None).get(old).status_code, signed_in(None).get(own_address(company)).status_code) == (404, 200)


def test_who_is_no_member_any_more_has_no_calendar(company: Member):
    address = own_address(company)
    company.is_active = False
    company.save()

    assert signed_in(None).get(address).status_code == 404


@pytest.mark.parametrize(
    "guess",
    [
        "{pk}", "{pk}-", "{pk}-{secret}x", "0{pk}-{secret}", "+{pk}-{secret}", " {pk}-{secret}", "{pk}-%00", "%00",
        "-{secret}", "x-{secret}", "²-{secret}", "٣-{secret}", "9" * 300 + "-{secret}", "999999-{secret}",
        "{pk}-é", "{pk}-" + "0" * 40,
    ],
)  # fmt: skip
def test_no_guess_opens_a_calendar(guess: str, company: Member):
    secret = feed_token(company).partition("-")[2]

    assert signed_in(None).get(f"/calendar/{guess.format(pk=company.pk, secret=secret)}.ics").status_code == 404


def test_the_secret_of_one_member_opens_no_others_calendar(company: Member, outsider: Member):
    secret = feed_token(company).partition("-")[2]

    assert signed_in(outsider).get(f"/calendar/{outsider.pk}-{secret}.ics").status_code == 404


@pytest.mark.parametrize("calls", [1, 3])
def test_a_calendar_takes_a_fixed_number_of_queries(calls: int, researcher: Member, django_assert_num_queries: Any):
    for number in range(calls):
        call = make_dated(f"CALL-{number}", (DeadlineKind.SINGLE, NOW + DAY))
        idea = make_idea(researcher, at=NOW, call=call, deadline=call.deadlines.get())
        add_milestone(by=researcher, idea=idea, content={"name": "Letters", "days_before": 1}, at=NOW)

    with django_assert_num_queries(10):
        assert len(events(signed_in(None).get(own_address(researcher)))) == 2 * calls


# A date that moves --------------------------------------------------------------------------------------------------


def test_a_moved_date_is_the_same_event_with_a_higher_sequence(company: Member):
    call = make_dated("ONE", (DeadlineKind.CUT_OFF, NOW + 30 * DAY))
    follow(by=company, call=call, at=NOW)
    before = events(signed_in(None).get(own_address(company)))[0]

    move(call, NOW + 40 * DAY)

    after = events(signed_in(None).get(own_address(company)))[0]
    assert (after["UID"], after.start) == (before["UID"], NOW + 40 * DAY)
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


def test_a_date_that_is_gone_is_the_same_event_cancelled(company: Member):
    call = make_dated("ONE", (DeadlineKind.CUT_OFF, NOW + 30 * DAY), (DeadlineKind.CUT_OFF, NOW + 60 * DAY))
    follow(by=company, call=call, at=NOW)
    before = events(signed_in(None).get(own_address(company)))

    move(call, NOW + 30 * DAY)

    after = events(signed_in(None).get(own_address(company)))
    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    assert [(str(event["STATUS"]), event["SEQUENCE"]) for event in after] == [("CONFIRMED", 0), ("CANCELLED", 1)]


def test_an_unchanged_calendar_is_not_sent_again(company: Member):
    call = make_dated("ONE", (DeadlineKind.CUT_OFF, NOW + 30 * DAY))
    follow(by=company, call=call, at=NOW)
    address = own_address(company)
    etag = signed_in(None).get(address)["ETag"]

    same = signed_in(None).get(address, headers={"if-none-match": etag})
    move(call, NOW + 40 * DAY)
    other = signed_in(None).get(address, headers={"if-none-match": etag})

    assert (same.status_code, same.content, same["ETag"], same["Cache-Control"]) == (
        304,
        b"",
        etag,
        "private, no-cache",
    )
    assert (other.status_code, other["ETag"] == etag) == (200, False)


@pytest.mark.parametrize("field", ["title", "programme", "level"])
def test_whatever_is_written_of_a_call_is_news(field: str, company: Member):
    call = make_dated("ONE", (DeadlineKind.SINGLE, NOW + 30 * DAY))
    follow(by=company, call=call, at=NOW)
    etag = signed_in(None).get(own_address(company))["ETag"]

    Call.objects.update(**{field: Level.NATIONAL if field == "level" else "Another"})

    answer = signed_in(None).get(own_address(company), headers={"if-none-match": etag})
    assert answer.status_code == 200


# For everybody ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_may_have_the_calls_of_a_level_or_a_chain(address: str, chain: ValueChain):
    make_dated("ONE", (DeadlineKind.SINGLE, NOW + DAY)).value_chains.add(chain)

    answer = signed_in(None).get(f"{address}?lang=en")

    assert titles(answer) == ["Deadline: ONE"]
    assert events(answer)[0].subcomponents == []
    assert (answer["Cache-Control"], answer["Content-Language"]) == ("no-cache", "en")


@pytest.mark.parametrize("address", [*PUBLIC, "/calls/one/calendar.ics"])
def test_a_public_calendar_holds_no_idea(address: str, researcher: Member, staff: Member, chain: ValueChain):
    call = make_dated("ONE", (DeadlineKind.SINGLE, NOW + DAY))
    call.value_chains.add(chain)
    idea = make_idea(researcher, at=NOW, call=call, deadline=call.deadlines.get(), title="CANARY")
    add_milestone(by=researcher, idea=idea, content={"name": "CANARY", "days_before": 1}, at=NOW)

    shown = [signed_in(member).get(address).content.decode() for member in (None, researcher, staff)]

    assert ["CANARY" in page or idea.reference in page for page in shown] == [False] * 3


@pytest.mark.parametrize(
    ("address", "accepted", "language"),
    [("?lang=it", "en", "it"), ("", "en", "en"), ("", "it", "it"), ("?lang=xx", "en", "en"), ("?lang=%00", "it", "it")],
)
def test_a_public_calendar_speaks_the_language_that_its_address_asks_for(address: str, accepted: str, language: str):
    answer = signed_in(None).get(f"/calendar/all.ics{address}", headers={"accept-language": accepted})

    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize(
    "address", ["/calendar/chain/unknown.ics", "/calendar/level/unknown.ics", "/calls/unknown/calendar.ics"]
)
def test_an_unknown_calendar_is_not_found(address: str):
    assert signed_in(None).get(address).status_code == 404


@pytest.mark.parametrize("address", [*PUBLIC, "/calls/one/calendar.ics", "/calendar/"])
def test_calendars_are_read_only(address: str, chain: ValueChain):
    make_call("ONE")

    assert signed_in(None).post(address).status_code == 405


@pytest.mark.parametrize("calls", [1, 3])
def test_a_public_calendar_takes_a_fixed_number_of_queries(calls: int, django_assert_num_queries: Any):
    for number in range(calls):
        make_dated(f"CALL-{number}", (DeadlineKind.SINGLE, NOW + DAY))

    with django_assert_num_queries(2):
        signed_in(None).get("/calendar/all.ics")


# One call -----------------------------------------------------------------------------------------------------------


def test_the_file_of_a_call_has_every_date_of_it():
    stages = [datetime(2025, 4, 8, 15, tzinfo=UTC), datetime(2027, 9, 14, 15, tzinfo=UTC)]
    make_dated("ONE", (DeadlineKind.STAGE_1, stages[0]), (DeadlineKind.STAGE_2, stages[1]))

    answer = signed_in(None).get("/calls/one/calendar.ics", headers={"accept-language": "en"})

    assert answer["Content-Disposition"] == 'attachment; filename="one.ics"'
    assert titles(answer) == ["First stage: ONE", "Second stage: ONE"]
    assert [event.start for event in events(answer)] == stages


def test_a_guessed_hour_is_said_to_be_one():
    make_dated("ONE", (DeadlineKind.SINGLE, NOW + DAY)).deadlines.update(verified=False)

    event = events(signed_in(None).get("/calls/one/calendar.ics", headers={"accept-language": "en"}))[0]

    assert event["STATUS"] == "TENTATIVE"
    assert str(event["DESCRIPTION"]).splitlines() == [
        "Call ONE",
        "Tuesday 2 June 2026, 14:00 (Europe/Brussels)",
        "The time is not verified: check it at the source.",
        "http://testserver/calls/one/",
    ]


def test_a_call_without_dates_has_an_empty_file():
    make_call("ONE", closes_in=None)

    assert events(signed_in(None).get("/calls/one/calendar.ics")) == []


# The page -----------------------------------------------------------------------------------------------------------


def test_a_member_is_given_their_own_address_and_no_others(company: Member, outsider: Member):
    page = signed_in(company).get("/calendar/")

    shown = page.content.decode()
    assert shown.count(f"http://testserver{own_address(company)}") == 2
    assert shown.count(f"webcal://testserver{own_address(company)}") == 1
    assert feed_token(outsider) not in shown
    assert "no-store" in page["Cache-Control"]


def test_a_visitor_is_given_what_is_for_everybody(chain: ValueChain):
    shown = signed_in(None).get("/calendar/", headers={"accept-language": "en"}).content.decode()

    assert 'href="http://testserver/calendar/chain/moves.ics?lang=en"' in shown
    assert 'href="http://testserver/calendar/level/regional.ics?lang=en"' in shown
    assert 'href="http://testserver/calendar/all.ics?lang=en"' in shown
    assert "/account/login/?next=/calendar/" in shown


def test_a_member_makes_a_new_address(company: Member):
    old = own_address(company)

    answer = signed_in(company).post("/calendar/renew/")

    company.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, "/calendar/")
    assert (company.feed_number, own_address(company) == old) == (2, False)


def test_a_visitor_has_no_address_to_renew():
    assert signed_in(None).post("/calendar/renew/")["Location"] == "/account/login/?next=/calendar/renew/"


def test_nobody_renews_an_address_by_following_a_link(company: Member):
    assert signed_in(company).get("/calendar/renew/").status_code == 405


@pytest.mark.parametrize("chains", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(chains: int, django_assert_num_queries: Any):
    ValueChain.objects.bulk_create(ValueChain(code=f"C{number}", slug=f"c{number}") for number in range(chains))

    with django_assert_num_queries(1):
        signed_in(None).get("/calendar/")


# The feed and the page ----------------------------------------------------------------------------------------------

HOSTILE = [
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:y", "a;b,c\\d\\n", "\\", "😀🏳️‍🌈 👨‍👩‍👧", "\u202egnp.exe\u2066",
    "a\u2028b\u2029c\x85d", "è" * 76, "字" * 100, "x" * 100, ":;=\"'<b>&amp;", "\tBEGIN:VALARM", "e\u0301 ﷽",
    "=cmd|' /C calc'!A0", "%0d%0aATTENDEE:x",
]  # fmt: skip
ZONES = ["Europe/Brussels", "Europe/Rome", "UTC", "Europe/London", "America/New_York", "Africa/Casablanca"]
# Nights on which clocks change; the other dates go over three years in steps that meet every hour.
NIGHTS = [datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2027, 3, 28, 0, 30, tzinfo=UTC)]
STEP = timedelta(hours=60, minutes=59)


def make_500_dates(member: Member) -> None:
    """20 calls of 25 cut-offs each, in all the zones, with names that want to break the file."""
    rows = []
    for number in range(20):
        text = HOSTILE[number % len(HOSTILE)]
        call = make_call(f"CALL-{number}", closes_in=None, title=text, programme=text)
        Call.objects.filter(pk=call.pk).update(identifier=f"{number} {text}")
        follow(by=member, call=call, at=NOW)
        for nth in range(25):
            place = number * 25 + nth
            at = NIGHTS[nth % 2] + timedelta(minutes=7 * place % 240) if nth < 10 else NOW + place * STEP
            zone = ZONES[place % len(ZONES)]
            rows.append(
                Deadline(call=call, kind=DeadlineKind.CUT_OFF, number=nth + 1, at=at, zone=zone, changed_at=NOW)
            )
    Deadline.objects.bulk_create(rows)


def on_pages(reader: Member) -> dict[str, tuple[str, str]]:
    """What the pages of the calls show of each date: {uid: (the call's own clock, name of the date)}."""
    shown, client = {}, signed_in(reader)
    for number in range(20):
        page = client.get(f"/calls/call-{number}/", headers={"accept-language": "en"})
        text = page.content.decode()
        uids = {d.at: f"deadline-{d.pk}@testserver" for d in Deadline.objects.filter(call__slug=f"call-{number}")}
        for moment in page.context["moments"]:
            clock = moment["clocks"][-1]["text"]
            assert clock in text
            shown[uids[moment["at"]]] = (clock, moment["kind_label"])
    return shown


def on_clock(start: datetime, zone: str) -> str:
    """An instant as a page writes it: "Tuesday 2 June 2026, 14:00"."""
    local = start.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def test_what_two_other_programs_read_is_what_the_page_shows():
    member = make_member(language="en", time_zone="Asia/Kolkata")
    make_500_dates(member)
    zones = {f"deadline-{pk}@testserver": zone for pk, zone in Deadline.objects.values_list("pk", "zone")}

    body = signed_in(None).get(own_address(member)).content.decode()
    first = [(str(event["UID"]), event.start, str(event["SUMMARY"])) for event in Calendar.from_ical(body).events]
    other = [(event.uid.value, event.dtstart.value, event.summary.value) for event in vobject.readOne(body).vevent_list]

    shown = on_pages(member)
    assert len(shown) == 500
    for read in (first, other):
        assert {uid: (on_clock(start, zones[uid]), title.partition(":")[0]) for uid, start, title in read} == shown
    assert [(uid, title) for uid, _, title in first] == [(uid, title) for uid, _, title in other]
