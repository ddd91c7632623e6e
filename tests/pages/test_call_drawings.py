import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.deadlines import keep_dates
from ideas.choices import DeadlineKind, Visibility
from ideas.models import Call, Deadline, Member
from ideas.templatetags.timeline import Scale, timeline
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_idea, make_member

pytestmark = pytest.mark.django_db
MONTH, TIMELINE = "/calls/month/", "/calls/timeline/"
NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NASTY = ["", "x", "2026", "2026-00", "2026-13", "1999-12", "9999-12", "２０２６-０６", "2026-06-01", "\x00", "9" * 300]
QUERIES_OF_MONTH, QUERIES_OF_TIMELINE = 8, 14


def make_dated_call(identifier: str, *dates: tuple[str, datetime], **fields: Any) -> Call:
    call = make_call(identifier, closes_in=None, **fields)
    Deadline.objects.bulk_create(
        Deadline(call=call, kind=kind, number=number, at=at, changed_at=NOW)
        for number, (kind, at) in enumerate(dates, start=1)
    )
    keep_dates(call)
    return call


def english(member: Member | None = None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def days_of(response: Any) -> dict[str, list[str]]:
    """{day: identifiers} of those that have any."""
    days = [day for week in response.context["weeks"] for day in week["days"] if day]
    return {day["iso"]: [entry["identifier"] for entry in day["entries"]] for day in days if day["entries"]}


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


# The month ----------------------------------------------------------------------------------------------------------


def test_a_month_is_weeks_from_monday_with_their_numbers():
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime(2027, 4, 14, 15, tzinfo=UTC)))

    weeks = english().get(f"{MONTH}?m=2027-04").context["weeks"]

    assert [week["number"] for week in weeks] == [13, 14, 15, 16, 17]
    assert [day["number"] if day else None for day in weeks[0]["days"]] == [None, None, None, "1", "2", "3", "4"]
    assert [day["number"] if day else None for day in weeks[-1]["days"]] == ["26", "27", "28", "29", "30", None, None]


def test_the_first_week_of_a_year_may_be_the_last_of_the_one_before():
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime(2027, 1, 14, 15, tzinfo=UTC)))

    assert [week["number"] for week in english().get(f"{MONTH}?m=2027-01").context["weeks"]] == [53, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("at", "zone", "day", "hour"),
    [
        ("2026-06-30T22:30Z", "Europe/Rome", None, None),  # in Rome it is July already
        ("2026-06-30T22:30Z", "America/New_York", "2026-06-30", "18:30"),
        ("2026-05-31T22:00Z", "Europe/Rome", "2026-06-01", "00:00"),
        ("2026-06-15T21:59Z", "Europe/Rome", "2026-06-15", "23:59"),
        ("2026-06-15T21:59Z", "Pacific/Kiritimati", "2026-06-16", "11:59"),
    ],
)
def test_a_date_stands_on_its_readers_day(at: str, zone: str, day: str | None, hour: str | None):
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime.fromisoformat(at)))

    response = english(make_member(time_zone=zone)).get(f"{MONTH}?m=2026-06")

    assert days_of(response) == ({day: ["ONE"]} if day else {})
    if hour:
        assert f">{hour}</time>" in response.content.decode()


@pytest.mark.parametrize(
    ("at", "day"),
    [("2026-10-24T23:30Z", "2026-10-25"), ("2026-10-25T22:59Z", "2026-10-25"), ("2026-10-25T23:00Z", "2026-10-26")],
)
def test_the_day_of_twenty_five_hours_keeps_its_dates(at: str, day: str):
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime.fromisoformat(at)))

    assert days_of(english(make_member(time_zone="Europe/Rome")).get(f"{MONTH}?m=2026-10")) == {day: ["ONE"]}


def test_every_kind_has_its_sign_and_its_name():
    make_dated_call("ONE", *((kind, NOW) for kind in DeadlineKind.values))

    text = english().get(f"{MONTH}?day=2026-06-17").content.decode()

    day = text[text.index('id="day"') :]
    assert [f"#k-{kind}" in day for kind in DeadlineKind.values] == [True] * len(DeadlineKind.values)
    assert [f'<span class="visually-hidden">{label}: </span>' in day for label in ("Opening", "Click day")] == [
        True
    ] * 2
    assert [f'id="k-{kind}"' in text for kind in DeadlineKind.values] == [True] * len(DeadlineKind.values)


def test_a_crowded_day_says_how_much_more_there_is_and_opens_whole():
    for number in range(5):
        make_dated_call(f"CALL-{number}", (DeadlineKind.SINGLE, NOW + number * timedelta(minutes=1)))
    client = english()

    response = client.get(MONTH)
    (day,) = [day for week in response.context["weeks"] for day in week["days"] if day and day["entries"]]
    opened = client.get(MONTH + day["url"]).context["opened"]

    assert ([entry["identifier"] for entry in day["entries"]], day["more"]) == (["CALL-0"], "4 more")
    assert day["url"] == "?day=2026-06-17#day"
    assert [entry["identifier"] for entry in opened["entries"]] == [f"CALL-{number}" for number in range(5)]
    assert opened["more"] == 0


def test_turning_the_pages_keeps_the_filters():
    make_dated_call("ONE", (DeadlineKind.SINGLE, NOW))

    context = english().get(f"{MONTH}?level=european&m=2026-12&day=2026-12-01&cursor=40").context

    assert context["turn"] == {
        "before": "?level=european&m=2026-11",
        "after": "?level=european&m=2027-01",
        "today": "?level=european",
    }
    assert [(str(tab["label"]), tab["url"], tab["current"]) for tab in context["tabs"]] == [
        ("List", "/calls/?level=european", False),
        ("Month", "/calls/month/?level=european", True),
        ("Timeline", "/calls/timeline/?level=european", False),
    ]


def test_filters_narrow_the_month():
    make_dated_call("ONE", (DeadlineKind.SINGLE, NOW)).value_chains.add(make_chain("MOVES"))
    make_dated_call("TWO", (DeadlineKind.SINGLE, NOW))

    assert days_of(english().get(f"{MONTH}?value_chain=MOVES")) == {"2026-06-17": ["ONE"]}


@pytest.mark.parametrize("text", NASTY)
def test_a_month_that_is_none_is_this_one(text: str):
    make_dated_call("ONE", (DeadlineKind.SINGLE, NOW))

    responses = [
        english().get(MONTH, {"m": text, "day": text}),
        english().get(TIMELINE, {"from": text, "months": text}),
    ]

    assert [response.status_code for response in responses] == [200, 200]
    assert days_of(responses[0]) == {"2026-06-17": ["ONE"]}


@pytest.mark.parametrize("calls", [1, 3])
def test_the_month_takes_a_fixed_number_of_queries(
    calls: int, researcher: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(calls):
        make_dated_call(f"CALL-{number}", (DeadlineKind.SINGLE, NOW), (DeadlineKind.OPENING, NOW - DAY))
    client = signed_in(researcher)
    client.get(MONTH)  # what is kept of all calls is read once

    with django_assert_num_queries(QUERIES_OF_MONTH):
        client.get(MONTH)


# The timeline -------------------------------------------------------------------------------------------------------


def rows_of(response: Any) -> list[str]:
    return [row["identifier"] for row in response.context["rows"]]


def test_calls_of_which_something_lies_in_the_span_stand_in_the_order_of_the_list():
    make_dated_call("LATER", (DeadlineKind.SINGLE, NOW + 60 * DAY))
    make_dated_call("SOON", (DeadlineKind.OPENING, NOW - 90 * DAY), (DeadlineKind.SINGLE, NOW + 6 * DAY))
    make_dated_call("THROUGH", (DeadlineKind.OPENING, NOW - 99 * DAY), (DeadlineKind.SINGLE, NOW + 500 * DAY))
    make_dated_call("OPEN-END", (DeadlineKind.OPENING, NOW - 900 * DAY))
    make_dated_call("JUST-CLOSED", (DeadlineKind.SINGLE, NOW - 5 * DAY))
    make_dated_call("LONG-CLOSED", (DeadlineKind.SINGLE, NOW - 50 * DAY))
    make_dated_call("FAR", (DeadlineKind.OPENING, NOW + 400 * DAY), (DeadlineKind.SINGLE, NOW + 500 * DAY))
    make_dated_call("DATELESS")

    response = english().get(TIMELINE)

    assert rows_of(response) == ["SOON", "LATER", "THROUGH", "OPEN-END", "JUST-CLOSED"]
    assert (response.context["total"], response.context["shown_total"]) == (8, 5)


def test_a_span_is_chosen_and_moved_and_its_filters_stay():
    make_dated_call("ONE", (DeadlineKind.SINGLE, NOW + DAY))

    context = english().get(f"{TIMELINE}?level=european&months=24&from=2026-05&cursor=0").context

    local = [timezone.localtime(context[name]).date().isoformat() for name in ("start", "end")]
    assert local == ["2026-05-01", "2028-05-01"]
    assert [(one["label"], one["current"]) for one in context["ranges"]] == [
        ("3 months", False), ("6 months", False), ("12 months", False), ("24 months", True),
    ]  # fmt: skip
    assert context["ranges"][0]["url"] == "?level=european&months=3&from=2026-05"
    assert context["turn"]["after"] == "?level=european&months=24&from=2027-05"
    assert context["turn"]["today"] == "?level=european&months=24"


def test_the_next_page_of_rows_keeps_the_span():
    for number in range(41):
        make_dated_call(f"CALL-{number:02}", (DeadlineKind.SINGLE, NOW + number * DAY))

    first = english().get(f"{TIMELINE}?months=6")
    second = english().get(TIMELINE + first.context["next"])

    assert (len(rows_of(first)), first.context["next"]) == (40, "?months=6&cursor=40")
    assert (rows_of(second), second.context["next"]) == (["CALL-40"], "")


def test_ideas_stand_where_they_aim_for_those_who_may_see_them(researcher: Member, outsider: Member):
    call = make_dated_call("ONE", (DeadlineKind.SINGLE, NOW + 9 * DAY))
    idea = make_idea(researcher, call=call, acronym="OPENLY")
    make_idea(researcher, call=call, acronym="CANARY", visibility=Visibility.PRIVATE, public_teaser=True)

    pages = {who: english(member).get(TIMELINE) for who, member in
             {"author": researcher, "outsider": outsider, "visitor": None}.items()}  # fmt: skip

    shown = {who: sorted(one["label"] for one in page.context["rows"][0]["ideas"]) for who, page in pages.items()}
    assert shown == {"author": ["CANARY", "OPENLY"], "outsider": ["OPENLY"], "visitor": []}
    assert [page.content.decode().count("CANARY") for page in (pages["outsider"], pages["visitor"])] == [0, 0]
    assert [one["at"] for one in pages["outsider"].context["rows"][0]["ideas"]] == [call.closes_at]
    assert idea.reference in pages["outsider"].content.decode()


def test_the_table_says_what_the_picture_shows():
    make_dated_call(
        "ONE",
        (DeadlineKind.OPENING, NOW - DAY),
        (DeadlineKind.STAGE_1, NOW + 30 * DAY),
        (DeadlineKind.MILESTONE, NOW + 40 * DAY),
        (DeadlineKind.STAGE_2, NOW + 90 * DAY),
    )

    text = english(make_member(time_zone="America/New_York")).get(TIMELINE).content.decode()

    picture, table = text.split("<table", 1)
    drawn = re.findall(r"\n(Opening|First stage|Second stage|The cluster(?:&#x27;|')s own date): ", picture)
    told = re.findall(r"(Opening|First stage|Second stage|The cluster(?:&#x27;|')s own date): <time", table)
    assert (len(drawn), drawn) == (4, told)
    assert table.count("(14:00 Europe/Brussels)") == picture.count("(14:00 Europe/Brussels)") == 4
    assert 'aria-hidden="true"' in picture[picture.index("span-of__svg") :]


@pytest.mark.parametrize("calls", [1, 3])
def test_the_timeline_takes_a_fixed_number_of_queries(
    calls: int, researcher: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(calls):
        call = make_dated_call(f"CALL-{number}", (DeadlineKind.SINGLE, NOW + DAY), (DeadlineKind.OPENING, NOW - DAY))
        make_idea(researcher, call=call)
    client = signed_in(researcher)
    client.get(TIMELINE)

    with django_assert_num_queries(QUERIES_OF_TIMELINE):
        client.get(TIMELINE)


@pytest.mark.parametrize("path", [MONTH, TIMELINE])
def test_without_calls_the_page_teaches(path: str):
    assert "No calls yet" in english().get(path).content.decode()
    make_call("ONE")
    assert "No call fits these filters" in english().get(f"{path}?q=nothing").content.decode()


@pytest.mark.parametrize("path", [MONTH, TIMELINE])
def test_the_drawings_are_only_read(path: str):
    assert signed_in(None).post(path).status_code == 405


# Its geometry -------------------------------------------------------------------------------------------------------


def drawn(*moments: tuple[str, datetime], ideas: tuple[datetime, ...] = (), start: int = -10, end: int = 90) -> Any:
    row = {
        "url": "/",
        "moments": [
            {"kind": kind, "at": at, "kind_label": kind, "urgent": False, "passed": at < NOW} for kind, at in moments
        ],
        "ideas": [{"at": at, "label": "I", "title": "I", "url": "/"} for at in ideas],
    }
    return timeline([row], NOW + start * DAY, NOW + end * DAY, NOW)["rows"][0]


def test_instants_lie_in_proportion_and_never_outside():
    scale = Scale(NOW, NOW + 10 * DAY)

    assert [scale.x(NOW + days * DAY) for days in (-5, 0, 2.5, 10, 11)] == [0, 0, 25, 100, 100]


def test_a_bar_goes_from_the_opening_to_the_last_closing():
    row = drawn(
        (DeadlineKind.OPENING, NOW), (DeadlineKind.CUT_OFF, NOW + 20 * DAY), (DeadlineKind.CUT_OFF, NOW + 40 * DAY)
    )

    assert row["bar"] == {"from": 10.0, "to": 50.0, "past": None, "is_open": False}
    assert [mark["x"] for mark in row["marks"]] == [10.0, 30.0, 50.0]


def test_what_is_over_of_a_bar_ends_today():
    row = drawn((DeadlineKind.OPENING, NOW - 5 * DAY), (DeadlineKind.SINGLE, NOW + 5 * DAY))

    assert row["bar"] == {"from": 5.0, "to": 15.0, "past": 10.0, "is_open": False}


def test_an_end_that_nobody_knows_is_drawn_open():
    assert drawn((DeadlineKind.SINGLE, NOW + 10 * DAY))["bar"] == {
        "from": 0.0, "to": 20.0, "past": None, "is_open": True,
    }  # fmt: skip
    assert drawn((DeadlineKind.OPENING, NOW + 10 * DAY))["bar"]["to"] == 100.0


def test_what_lies_outside_is_not_marked():
    row = drawn((DeadlineKind.OPENING, NOW - 99 * DAY), (DeadlineKind.SINGLE, NOW + 99 * DAY), ideas=(NOW + 99 * DAY,))

    assert (row["marks"], row["ideas"], row["bar"]["from"], row["bar"]["to"]) == ([], [], 0.0, 100.0)


def test_marks_that_would_touch_have_one_day_between_them():
    row = drawn(*((DeadlineKind.CUT_OFF, NOW + days * DAY) for days in (0, 1, 2, 3)))

    assert [mark["has_day"] for mark in row["marks"]] == [True, False, False, True]


def test_ideas_that_aim_at_one_date_are_one_mark():
    row = drawn((DeadlineKind.SINGLE, NOW + DAY), ideas=(NOW + DAY, NOW + DAY, NOW + 2 * DAY))

    assert [(idea["x"], idea["count"]) for idea in row["ideas"]] == [(11.0, 2), (12.0, 1)]
