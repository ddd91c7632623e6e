"""A deadline is the same instant wherever it is shown, on the reader's clock and on the call's."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from ideas.actions.deadlines import keep_dates
from ideas.actions.following import follow, remind_of_deadlines
from ideas.actions.mails import make_mails
from ideas.choices import DeadlineKind
from ideas.models import Call, Deadline, Mail
from ideas.moments import EXACT, clocks, days_left, elsewhere, moment
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_member

DAY = timedelta(days=1)
# Hypothesis wants them without a zone.
FIRST, LAST = datetime(2024, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001
# (instant, the call's zone, the reader's zone)
CASES = [
    ("2026-09-15T15:00Z", "Europe/Brussels", "Europe/Rome"),
    ("2026-09-15T15:00Z", "Europe/Brussels", "America/New_York"),
    ("2026-02-18T17:00Z", "Europe/Rome", "Asia/Kathmandu"),  # a quarter of an hour beside the others
    ("2026-03-10T16:00Z", "Europe/Brussels", "America/New_York"),  # summer there, winter here
    ("2026-03-29T00:59Z", "Europe/Rome", "Europe/London"),  # a minute before clocks go forward
    ("2026-03-29T01:00Z", "Europe/Rome", "Europe/Brussels"),
    ("2026-10-25T00:30Z", "Europe/Rome", "UTC"),  # 02:30 for the first time
    ("2026-10-25T01:30Z", "Europe/Rome", "Europe/Rome"),  # 02:30 for the second time
    ("2026-12-31T23:30Z", "Europe/Brussels", "Pacific/Kiritimati"),  # next year for both, at other hours
    ("2026-05-31T22:00Z", "Europe/Brussels", "America/St_Johns"),  # the first of June here, the last of May there
]


def instants(text: str) -> set[datetime]:
    """Every exact moment that a piece of a page names."""
    return {datetime.fromisoformat(found) for found in re.findall(r'datetime="(\d{4}-\d\d-\d\dT[^"]+)"', text)}


def main_of(client: Client, path: str) -> str:
    text: str = client.get(path).content.decode()
    return text[text.index("<main") : text.index("</main>")].replace("&nbsp;", " ")


@pytest.mark.django_db
@pytest.mark.parametrize(("instant", "zone", "readers"), CASES)
def test_a_deadline_is_the_same_wherever_it_is_shown(instant: str, zone: str, readers: str):
    at = datetime.fromisoformat(instant)
    own, theirs = at.astimezone(ZoneInfo(readers)), at.astimezone(ZoneInfo(zone))
    member = make_member(time_zone=readers, language="en")
    call = make_call("SAME", closes_in=None, title="The same everywhere")
    Deadline.objects.create(call=call, kind=DeadlineKind.SINGLE, at=at, zone=zone, changed_at=at - 90 * DAY)
    keep_dates(call)
    call.refresh_from_db()
    idea = make_idea(member, call=call, at=at - 80 * DAY)
    with time_machine.travel(at - 3 * DAY, tick=False):
        client = signed_in(member)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        follow(by=member, call=call, at=at - 60 * DAY)
        remind_of_deadlines(at=timezone.now())
        make_mails(at=timezone.now())
        pages = {
            "list": main_of(client, "/calls/?q=SAME"),
            "timeline": main_of(client, "/calls/timeline/?months=3"),
            "month": main_of(client, f"/calls/month/?m={own:%Y-%m}"),
            "call": main_of(client, "/calls/same/"),
            "compare": main_of(client, "/calls/compare/?call=same"),
        }
        page, board = main_of(client, f"/ideas/{idea.reference}/"), main_of(client, "/")
        api = client.get(f"/api/v1/calls/{call.pk}/").json()["deadlines"][0]
        feed = Calendar.from_ical(client.get("/calendar/all.ics").content)
        file = Calendar.from_ical(client.get("/calls/same/calendar.ics").content)
        with timezone.override(readers), translation.override("en"):
            exact, there = date_format(own, EXACT), elsewhere(at, zone)
            short = date_format(own, "j M Y, H:i")
    mail = Mail.objects.get()

    assert {name: instants(text) for name, text in pages.items()} == {name: {at} for name in pages}
    assert at in instants(page)
    assert at in instants(board)
    assert datetime.fromisoformat(api["at"]) == at
    assert api["at"] == theirs.isoformat()
    assert {at} == {event.end.astimezone(UTC) for calendar in (feed, file) for event in calendar.events}
    hour = f"{own:%H:%M}"
    assert [name for name, text in pages.items() if hour not in text] == []
    assert f">{hour}</time>" in pages["month"]
    assert exact in pages["call"]
    assert exact in page
    assert (f"on {exact}" in mail.subject, exact in mail.body) == (True, True)
    assert [name for name in ("list", "timeline", "compare") if short not in pages[name]] == []
    differ = own.utcoffset() != theirs.utcoffset()
    assert bool(there) is differ
    if differ:
        assert [name for name in ("list", "timeline", "month", "compare") if there not in pages[name]] == []
        assert there in mail.body
        assert date_format(theirs, EXACT) in pages["call"]


ZONES = st.sampled_from(sorted({zone for case in CASES for zone in case[1:]}))


@settings(deadline=None)
@given(at=st.datetimes(FIRST, LAST), zone=ZONES, readers=ZONES)
def test_both_clocks_say_the_same_instant(at: datetime, zone: str, readers: str):
    instant = at.replace(tzinfo=UTC, second=0, microsecond=0)
    with timezone.override(readers), translation.override("en"):
        shown = moment(Deadline(call=Call(), kind="single", at=instant, zone=zone), instant - DAY)
        said = clocks(instant, zone)

    read = [
        [
            wall.replace(tzinfo=ZoneInfo(clock["zone"]), fold=fold).astimezone(UTC)
            for fold in (0, 1)  # an hour that comes twice is one of the two
        ]
        for clock in said
        for wall in [datetime.strptime(clock["text"], "%A %d %B %Y, %H:%M")]  # noqa: DTZ007 - a wall clock
    ]
    assert [instant in either for either in read] == [True] * len(said)
    assert [clock["zone"] for clock in said] == list(dict.fromkeys([readers, zone]))
    assert datetime.fromisoformat(shown["iso"]) == instant
    assert shown["iso"][11:16] == shown["hour"]


@settings(deadline=None)
@given(
    at=st.datetimes(FIRST, LAST),
    ahead=st.timedeltas(timedelta(0), timedelta(days=40)),
    zone=ZONES,
)
def test_days_left_are_midnights_of_the_readers_clock(at: datetime, ahead: timedelta, zone: str):
    now = at.replace(tzinfo=UTC)
    with timezone.override(zone):
        left = days_left(now + ahead, now)

    first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (now, now + ahead))
    assert left == (last - first).days
