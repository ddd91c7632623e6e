import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ideas.actions.deadlines import keep_dates
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import DeadlineKind, Level
from ideas.models import Call, Deadline, DeadlineChange, Member
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_idea, make_ket, make_member, make_shortlist, make_slot

LIST = "/calls/"
NEW_YORK = "America/New_York"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
QUERIES_OF_VISITOR, QUERIES_OF_MEMBER = 8, 15
QUERIES_OF_DETAIL = 29
QUERIES_OF_COMPARE = 12


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def make_dated_call(
    identifier: str, *dates: tuple[str, datetime], zone: str = "Europe/Brussels", **fields: Any
) -> Call:
    call = make_call(identifier, closes_in=None, **fields)
    Deadline.objects.bulk_create(
        Deadline(call=call, kind=kind, number=number, at=at, zone=zone, changed_at=NOW)
        for number, (kind, at) in enumerate(dates, start=1)
    )
    keep_dates(call)
    return call


def aim(idea: Any, call: Call) -> None:
    type(idea).objects.filter(pk=idea.pk).update(call=call)


# The list -----------------------------------------------------------------------------------------------------------


def test_visitor_reads_the_calls_without_ideas(db, secret):
    call = make_call("AIMED")
    aim(secret, call)

    response = signed_in(None).get(LIST)

    assert response.status_code == 200
    assert [row["identifier"] for _, rows in response.context["groups"] for row in rows] == ["AIMED"]
    assert [row["idea_count"] for _, rows in response.context["groups"] for row in rows] == [0]


def test_private_idea_is_not_counted_for_an_outsider(outsider, researcher, secret):
    aim(secret, make_call("AIMED"))

    counts = {
        member.name: [row["idea_count"] for _, rows in signed_in(member).get(LIST).context["groups"] for row in rows]
        for member in (outsider, researcher)
    }

    assert counts == {outsider.name: [0], researcher.name: [1]}


@pytest.mark.parametrize("calls", [1, 3])
def test_list_takes_a_fixed_number_of_queries(
    calls: int, researcher: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(calls):
        call = make_call(f"CALL-{number}")
        call.value_chains.add(make_chain())
        call.kets.add(make_ket())
        make_idea(researcher, call=call)
    visitor, member = signed_in(None), signed_in(researcher)
    visitor.get(LIST)  # what is kept of all calls is read once

    with django_assert_num_queries(QUERIES_OF_VISITOR):
        visitor.get(LIST)
    with django_assert_num_queries(QUERIES_OF_MEMBER):
        member.get(LIST)


def test_facets_lead_to_addresses_that_narrow(db):
    make_call("EU", programme="Horizon Europe")
    make_call("ER", programme="PR FESR", level=Level.REGIONAL)
    client = english(None)

    level = next(group for group in client.get(LIST).context["facets"] if str(group.title) == "Level")
    response = client.get(LIST + level.facets[0]["url"])

    assert [(str(entry["label"]), entry["count"]) for entry in level.facets] == [("Regional", 1), ("European", 1)]
    assert [row["identifier"] for _, rows in response.context["groups"] for row in rows] == ["ER"]
    assert [(str(chip["kind"]), str(chip["label"]), chip["url"]) for chip in response.context["chips"]] == [
        ("Level", "Regional", "./")
    ]
    assert response.context["total"] == 1


def test_search_keeps_the_filters(db):
    make_call("EU-1")

    response = signed_in(None).get(f"{LIST}?level=european&q=eu-1&cursor=0")

    assert response.context["kept"] == [("level", "european")]
    assert response.context["total"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "level=%00",
        "q=%00x",
        "days=9999999",
        "days=x",
        "cursor=-1",
        "cursor=" + "9" * 30,
        "status=nonsense",
        "ket=" + "x" * 5000,
    ],
)
def test_bad_filters_are_no_error(db, query: str):
    make_call("ONE")

    assert signed_in(None).get(f"{LIST}?{query}").status_code == 200


def test_empty_lists_teach(db):
    assert "No calls yet" in english(None).get(LIST).content.decode()
    assert "No call fits these filters" in english(None).get(f"{LIST}?q=nothing").content.decode()


def test_next_page_keeps_the_filters(db):
    for number in range(41):
        make_call(f"CALL-{number}")

    assert signed_in(None).get(f"{LIST}?level=european").context["next"] == "?level=european&cursor=40"


@pytest.mark.parametrize("path", [LIST, "/calls/one/", "/calls/one/calendar.ics"])
def test_calls_are_read_only(db, path: str):
    make_call("ONE")

    assert signed_in(None).post(path).status_code == 405


@time_machine.travel(NOW, tick=False)
def test_row_says_both_clocks_only_where_they_differ(db):
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime(2026, 9, 15, 15, tzinfo=UTC)))
    near, far = make_member(time_zone="Europe/Rome"), make_member(time_zone="America/New_York")

    rows = {member: signed_in(member).get(LIST).context["groups"][0][1][0] for member in (near, far)}

    assert rows[near]["next_deadline"]["elsewhere"] == ""
    assert rows[far]["next_deadline"]["elsewhere"] == "17:00 Europe/Brussels"


# One call -----------------------------------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("at", "zone", "reader", "clocks"),
    [
        (
            "2026-09-15T15:00Z",
            "Europe/Brussels",
            NEW_YORK,
            ["Tuesday 15 September 2026, 11:00", "Tuesday 15 September 2026, 17:00"],
        ),
        ("2026-02-18T17:00Z", "Europe/Rome", "Europe/Rome", ["Wednesday 18 February 2026, 18:00"]),
        # The weeks in which America has summer time and Europe hasn't.
        (
            "2026-03-10T16:00Z",
            "Europe/Brussels",
            NEW_YORK,
            ["Tuesday 10 March 2026, 12:00", "Tuesday 10 March 2026, 17:00"],
        ),
        # The hour after clocks go back: 02:30 for the second time.
        ("2026-10-25T01:30Z", "Europe/Rome", "UTC", ["Sunday 25 October 2026, 01:30", "Sunday 25 October 2026, 02:30"]),
    ],
)
def test_deadline_is_exact_on_both_clocks(db, at: str, zone: str, reader: str, clocks: list[str]):
    make_dated_call("ONE", (DeadlineKind.SINGLE, datetime.fromisoformat(at)), zone=zone)

    response = english(make_member(time_zone=reader)).get("/calls/one/")

    moment = response.context["moments"][0]
    assert [clock["text"] for clock in moment["clocks"]] == clocks
    assert [clock["zone"] for clock in moment["clocks"]] == list(dict.fromkeys([reader, zone]))
    assert all(text in response.content.decode() for text in clocks)


@time_machine.travel(NOW, tick=False)
def test_every_date_stands_in_order_and_passed_ones_are_marked(db):
    day = timedelta(days=1)
    make_dated_call(
        "ONE",
        (DeadlineKind.CUT_OFF, NOW - day),
        (DeadlineKind.CUT_OFF, NOW + 3 * day),
        (DeadlineKind.OPENING, NOW - 9 * day),
    )

    context = english(None).get("/calls/one/").context

    assert [(moment["kind_label"], moment["passed"]) for moment in context["moments"]] == [
        ("Opening", True),
        ("Cut-off 1", True),
        ("Cut-off 2", False),
    ]
    assert (context["coming"]["kind_label"], context["coming"]["days_left"], context["coming"]["urgent"]) == (
        "Cut-off 2",
        3,
        True,
    )


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ([], "The source gives no dates yet."),
        ([(DeadlineKind.OPENING, 1)], "Opens on Tuesday 2 June 2026, 14:00."),
        ([(DeadlineKind.OPENING, -1)], "Open, without a closing date: often until the budget is exhausted."),
        ([(DeadlineKind.SINGLE, 92)], "Open until Tuesday 1 September 2026, 14:00."),
        ([(DeadlineKind.CLICK_DAY, 1)], "Closing soon, on Tuesday 2 June 2026, 14:00."),
        (
            [(DeadlineKind.STAGE_1, -1), (DeadlineKind.STAGE_2, 92)],
            "The first stage is over; the second one closes on Tuesday 1 September 2026, 14:00.",
        ),
        ([(DeadlineKind.SINGLE, -1)], "Closed since Sunday 31 May 2026, 14:00."),
    ],
)
def test_status_is_said_in_words(db, dates: list[tuple[str, int]], sentence: str):
    make_dated_call("ONE", *((kind, NOW + timedelta(days=days)) for kind, days in dates))

    assert english(None).get("/calls/one/").context["status"]["sentence"] == sentence


def test_unverified_time_is_marked(db):
    call = make_call("ONE")
    call.deadlines.update(verified=False)

    assert "time not verified" in english(None).get("/calls/one/").content.decode()


@pytest.mark.parametrize(
    ("source_status", "opens_in", "closes_in", "noted"),
    [
        ("forthcoming", None, 60, True),
        ("Forthcoming", None, None, True),
        ("forthcoming", 5, 60, False),
        ("forthcoming", None, -1, False),
        ("open", None, 60, False),
    ],
)
def test_a_call_listed_as_forthcoming_without_an_opening_says_so(db, source_status, opens_in, closes_in, noted):
    spans = {"opens_in": opens_in, "closes_in": closes_in}
    make_call(
        "ONE", source_status=source_status,
        **{name: timedelta(days=days) if days is not None else None for name, days in spans.items()},
    )  # fmt: skip

    assert signed_in(None).get("/calls/one/").context["listed_forthcoming"] is noted


def test_deadline_changes_are_kept_in_view(db):
    call = make_call("ONE")
    DeadlineChange.objects.create(
        call=call, kind=DeadlineKind.SINGLE, old_at=datetime(2026, 9, 15, 15, tzinfo=UTC), new_at=None,
        zone="Europe/Brussels", source="eu-topics", note="topics.csv", changed_at=NOW,
    )  # fmt: skip

    response = english(None).get("/calls/one/")

    assert [(change["old"]["text"], change["new"]) for change in response.context["changes"]] == [
        ("Tuesday 15 September 2026, 17:00", None)
    ]
    assert "topics.csv" in response.content.decode()


def test_page_of_the_call_opens_without_a_way_back(db):
    make_call("ONE", url="https://example.org/call")

    assert (
        '<a class="button" href="https://example.org/call" rel="noopener noreferrer external">'
        in signed_in(None).get("/calls/one/").content.decode()
    )


def test_rules_are_said_in_words(db):
    make_call("ONE", rules={"min_countries": 3, "min_laboratories": "many", "unknown": 1})

    assert [(str(rule["label"]), rule["value"]) for rule in english(None).get("/calls/one/").context["rules"]] == [
        ("different countries, at least", 3)
    ]


def test_member_sees_ideas_places_and_shortlists_of_the_call(outsider, researcher, lead, chain):
    call = make_call("ONE")
    idea = make_idea(researcher, chain=chain, call=call, title="Battery line")
    make_slot(idea, expertise="Pilot site")
    shortlist = make_shortlist(lead, chain, idea, call=call, title="For the board")
    draft = make_shortlist(lead, chain, idea, call=call, title="CANARY draft")
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)

    response = signed_in(outsider).get("/calls/one/")

    assert [card["title"] for card in response.context["cards"]] == ["Battery line"]
    assert [slot.expertise for slot in response.context["slots"]] == ["Pilot site"]
    assert response.context["shortlists"] == [shortlist]
    assert draft.title not in response.content.decode()


def test_outsider_and_visitor_learn_nothing_of_a_private_idea(outsider, researcher, secret):
    call = make_call("ONE")
    aim(secret, call)
    make_slot(secret, expertise="CANARY expertise")

    pages = {name: signed_in(member).get("/calls/one/") for name, member in [("outsider", outsider), ("visitor", None)]}

    assert {name: page.content.decode().count("CANARY") for name, page in pages.items()} == {
        "outsider": 0,
        "visitor": 0,
    }
    assert {name: secret.reference in page.content.decode() for name, page in pages.items()} == {
        "outsider": False,
        "visitor": False,
    }
    assert [card["title"] for card in signed_in(researcher).get("/calls/one/").context["cards"]] == ["CANARY title"]


def test_visitor_is_shown_no_idea_at_all(db, researcher):
    make_idea(researcher, call=make_call("ONE"), public_teaser=True, title="CANARY teaser")

    assert "CANARY" not in signed_in(None).get("/calls/one/").content.decode()


@pytest.mark.parametrize("ideas", [1, 3])
def test_detail_takes_a_fixed_number_of_queries(
    ideas: int, researcher: Member, lead: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    call = make_call("ONE")
    for _ in range(ideas):
        idea = make_idea(researcher, call=call)
        make_slot(idea)
        publish_shortlist(by=lead, shortlist=make_shortlist(lead, idea.value_chain, idea, call=call), at=NOW)
    client = signed_in(researcher)
    client.get("/calls/one/")

    with django_assert_num_queries(QUERIES_OF_DETAIL):
        client.get("/calls/one/")


def test_page_tells_where_its_topic_stands(db):
    call = make_call("ONE")

    live = signed_in(None).get("/calls/one/").context["live"]

    assert (live.topic, live.head) == (f"call.{call.pk}", 0)


@pytest.mark.parametrize("path", ["/calls/unknown/", "/calls/unknown/calendar.ics", "/calls/%00/"])
def test_unknown_call_is_not_found(db, path: str):
    assert signed_in(None).get(path).status_code == 404


def test_an_idea_can_be_begun_for_the_call(researcher):
    call = make_call("HORIZON-X")

    page = signed_in(researcher).get(call.get_absolute_url()).content.decode()

    assert page.count(f'href="{reverse("ideas:new")}?call=HORIZON-X"') == 1


def test_what_is_known_of_the_call_is_said(db):
    fields = {"languages": "en, it", "budget_total": 9_000_000, "budget_min": 2_000_000, "trl_min": 4, "trl_max": 6}
    make_call("ONE", **fields)
    make_call("TWO", languages="Any language of the Union")

    facts = {
        slug: {str(fact["label"]): str(fact["value"]) for fact in english(None).get(f"/calls/{slug}/").context["facts"]}
        for slug in ("one", "two")
    }

    assert facts["one"] == {
        "Level": "European",
        "Budget": "€9,000,000",
        "Budget of a project": "€2,000,000",
        "TRL": "4 – 6",
        "Languages of proposals": "English, Italian",
    }
    assert facts["two"]["Languages of proposals"] == "Any language of the Union"


def test_a_call_that_its_source_no_longer_lists_says_so(db):
    make_call("ONE", missing_since=NOW)

    pages = [english(None).get(path).content.decode() for path in ("/calls/one/", LIST)]

    assert ["has not listed this call since 1 June 2026" in pages[0], "no longer listed" in pages[1]] == [True, True]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("days", "first", "last"),
    [([-30, 60], -50, 80), ([-30, -20], -50, 0), ([10, 250], -20.83, 270.83)],
)
def test_its_own_timeline_holds_all_its_dates_and_today_while_it_is_open(
    db, days: list[int], first: float, last: float
):
    make_dated_call("ONE", *((DeadlineKind.CUT_OFF, NOW + timedelta(days=day)) for day in days))

    span = english(None).get("/calls/one/").context["span"]

    assert [round((span[name] - NOW) / timedelta(days=1), 2) for name in ("start", "end")] == [first, last]


def test_a_call_without_dates_has_no_timeline(db):
    make_call("ONE", closes_in=None)

    response = english(None).get("/calls/one/")

    assert (response.context["span"], "span-of__svg" in response.content.decode()) == (None, False)


def test_the_parts_that_dates_change_are_named_for_the_live_page(db):
    make_call("ONE")

    text = signed_in(None).get("/calls/one/").content.decode()

    assert re.findall(r'data-renew="(\w+)"', text) == ["state", "sentence", "span", "changes", "dates"]


def test_staff_are_led_to_what_they_may_do(staff: Member, outsider: Member):
    make_call("ONE")

    shown = {
        member: ["/calls/one/edit/" in signed_in(member).get("/calls/one/").content.decode(),
                 "/calls/new/" in signed_in(member).get(LIST).content.decode()]
        for member in (staff, outsider, None)
    }  # fmt: skip

    assert shown == {staff: [True, True], outsider: [False, False], None: [False, False]}


# Side by side -------------------------------------------------------------------------------------------------------

COMPARE = "/calls/compare/"


def test_calls_stand_side_by_side_as_they_were_asked_for_and_differences_are_marked(db):
    make_call("ONE", programme="Horizon Europe", funder="The Union", trl_min=4)
    make_call("TWO", programme="Horizon Europe", funder="A region", level=Level.REGIONAL)

    response = english(None).get(f"{COMPARE}?call=two&call=one&call=two")

    rows = {row["label"]: (row["cells"], row["differs"]) for row in response.context["rows"]}
    assert [call["identifier"] for call in response.context["calls"]] == ["TWO", "ONE"]
    assert rows["Programme"] == ([["Horizon Europe"], ["Horizon Europe"]], False)
    assert rows["Funder"] == ([["A region"], ["The Union"]], True)
    assert rows["TRL"] == ([[], ["4"]], True)
    assert "Budget" not in rows
    assert [call["without"] for call in response.context["calls"]] == ["?call=one", "?call=two"]


def test_more_than_four_and_unknown_calls_are_said(db):
    for number in range(5):
        make_call(f"CALL-{number}")
    asked = "&".join(f"call=call-{number}" for number in range(5))

    response = english(None).get(f"{COMPARE}?{asked}&call=unknown")

    assert len(response.context["calls"]) == 4
    assert (response.context["left_out"], response.context["unknown"]) == (1, 1)
    assert "Not every call of this address was found." in response.content.decode()


def test_one_call_is_offered_others_of_its_kind(db, chain):
    for name, fields in {
        "ONE": {},
        "NEAR": {},
        "OTHER": {"programme": "LIFE"},
        "CLOSED": {"closes_in": -timedelta(1)},
    }.items():
        make_call(name, **{"programme": "Horizon Europe", **fields}).value_chains.add(chain)

    response = english(None).get(f"{COMPARE}?call=one")

    assert [call["identifier"] for call in response.context["near"]] == ["NEAR"]


@pytest.mark.parametrize("query", ["", "call=", "call=%00", "call=" + "x" * 5000, "call=unknown", "call=%F0%9F%98%80"])
def test_without_calls_to_compare_the_page_teaches(db, query: str):
    response = english(None).get(f"{COMPARE}?{query}")

    assert (response.status_code, "Choose the calls to compare" in response.content.decode()) == (200, True)


def test_the_list_lets_calls_be_chosen_without_scripts(db):
    make_call("ONE")

    text = english(None).get(LIST).content.decode()

    assert f'<form method="get" action="{COMPARE}">' in text
    assert '<input type="checkbox" name="call" value="one">' in text


@pytest.mark.parametrize("calls", [1, 3])
def test_side_by_side_takes_a_fixed_number_of_queries(
    calls: int, db, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(3):
        make_call(f"CALL-{number}").value_chains.add(make_chain())
    visitor = signed_in(None)
    address = COMPARE + "?" + "&".join(f"call=call-{number}" for number in range(calls))
    visitor.get(address)

    with django_assert_num_queries(QUERIES_OF_COMPARE):
        visitor.get(address)
