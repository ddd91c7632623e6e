import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client

from ideas.actions.calls import RESERVED
from ideas.actions.deadlines import keep_dates
from ideas.choices import DeadlineKind
from ideas.models import Call, Candidate, Deadline, DeadlineChange, Member
from ideas.urls.calls import pages
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_ket, make_member

NEW = "/calls/new/"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def row(kind="single", day="2027-04-14", hour="17:00", zone="Europe/Brussels", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "day": day, "hour": hour, "zone": zone, "verified": "on", **fields}


def form(*rows: dict[str, Any], initial: int = 0, **fields: Any) -> dict[str, Any]:
    """What a browser sends: the rows of dates, each also an empty spare one."""
    sent = {"title": "A call", "identifier": "BANDO-2027", "level": "regional", "language": "en", **fields}
    sent |= {"dates-TOTAL_FORMS": str(len(rows) + 1), "dates-INITIAL_FORMS": str(initial)}
    spare = {"kind": "", "day": "", "hour": "", "zone": "", "verified": "on"}
    for number, one in enumerate([*rows, spare]):
        sent |= {f"dates-{number}-{name}": value for name, value in one.items()}
    return sent


def as_drawn(client: Client, path: str) -> dict[str, Any]:
    """The form of a known call as its page draws it, ready to be sent back."""
    context = client.get(path).context
    sent: dict[str, Any] = dict(_values(context["form"]))
    sent |= {f"dates-{name}": str(value) for name, value in context["rows"].management_form.initial.items()}
    for one in context["rows"]:
        sent |= {f"{one.prefix}-{name}": value for name, value in _values(one)}
    return sent


def _values(drawn: Any) -> Any:
    """(name, what the browser sends) of each field that isn't empty."""
    for name in drawn.fields:
        value = drawn[name].value()
        if value is True:
            yield name, "on"
        elif isinstance(value, time):
            yield name, f"{value:%H:%M}"
        elif value not in (None, False, ""):
            yield name, value


def errors_of(response: Any) -> dict[str, list[str]]:
    """{field: errors} of the form and of its rows ("0.zone")."""
    context = response.context
    found = {name: list(errors) for name, errors in context["form"].errors.items() if name != "__all__"}
    for number, one in enumerate(context["rows"]):
        found |= {f"{number}.{name}": list(errors) for name, errors in one.errors.items()}
    return found


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [NEW, "/calls/one/edit/"])
def test_others_than_staff_have_no_form(outsider, lead, path):
    make_call("ONE")

    answers = [getattr(signed_in(member), method)(path) for member in (outsider, lead) for method in ("get", "post")]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert signed_in(None).get(path)["Location"] == f"/account/login/?next={path}"


def test_only_staff_are_led_there(staff, lead):
    make_call("ONE")
    links = ["/calls/new/", "/calls/tags/", "/imports/", "/candidates/", "/calls/one/edit/"]

    led = {
        who: [link for link in links for page in ("/calls/", "/calls/one/") if f'href="{link}"' in text(client, page)]
        for who, client in (("staff", english(staff)), ("lead", english(lead)), ("visitor", english(None)))
    }

    assert led == {"staff": links, "lead": [], "visitor": []}


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_unknown_call_is_not_found(staff):
    assert signed_in(staff).get("/calls/unknown/edit/").status_code == 404


def test_every_page_behind_calls_is_kept_from_being_a_call():
    words = {re.match(r"calls/(\w+)/", str(page.pattern)) for page in pages["calls"]}

    assert {word[1] for word in words if word} - RESERVED == set()


# A new call ---------------------------------------------------------------------------------------------------------


def test_staff_write_a_call(staff):
    chain, ket = make_chain(), make_ket()

    response = english(staff).post(
        NEW,
        form(
            row("opening", "2027-01-10", "00:00", "Europe/Rome"), row(),
            budget_total="€ 5.000.000", budget_max="250000,50", trl_min="4", trl_max="6",
            languages="Italian, English", value_chains=[chain.pk], kets=[ket.pk],
        ),
    )  # fmt: skip

    assert (response.status_code, response["Location"]) == (303, "/calls/bando-2027/")
    call = Call.objects.get()
    assert (int(call.budget_total), str(call.budget_max), call.trl_max) == (5_000_000, "250000.50", 6)
    assert (call.rules, call.languages) == ({}, "Italian, English")
    assert (list(call.value_chains.all()), list(call.kets.all())) == ([chain], [ket])
    assert [(one.kind, one.local.isoformat(), one.raw) for one in call.deadlines.all()] == [
        ("opening", "2027-01-10T00:00:00+01:00", "2027-01-10 00:00 Europe/Rome"),
        ("single", "2027-04-14T17:00:00+02:00", "2027-04-14 17:00 Europe/Brussels"),
    ]


@pytest.mark.parametrize("name", ["kind", "day", "hour", "zone"])
def test_a_date_without_its_zone_or_anything_else_is_refused_beside_the_field(staff, name):
    response = english(staff).post(NEW, form(row(**{name: ""})))

    assert (response.status_code, list(errors_of(response))) == (400, [f"0.{name}"])
    assert 'value="BANDO-2027"' in response.content.decode()
    assert Call.objects.count() == 0


def test_no_zone_is_chosen_beforehand(staff):
    rows = english(staff).get(NEW).context["rows"]

    assert {one["zone"].value() for one in rows} == {None}


@pytest.mark.parametrize(
    ("reader", "zone", "words"),
    [
        ("Europe/Rome", "Europe/Brussels", "Wednesday 14 April 2027, 17:00 in Brussels. Your clock shows the same."),
        (
            "UTC", "Europe/Rome",
            "Wednesday 14 April 2027, 17:00 in Rome is Wednesday 14 April 2027, 15:00 on your clock (UTC).",
        ),
    ],
)  # fmt: skip
def test_a_refused_form_says_each_date_in_words(reader, zone, words):
    member = make_member(is_staff=True, time_zone=reader, language="en")

    response = english(member).post(NEW, form(row(zone=zone), title=""))

    assert response.status_code == 400
    assert response.context["rows"][0].words == words
    assert words in response.content.decode()


@pytest.mark.parametrize(("day", "hour", "zone"), [
    ("2027-03-28", "02:30", "Europe/Rome"),
    ("2027-03-28", "01:00", "Europe/London"),
    ("2027-03-14", "02:00", "America/New_York"),
])  # fmt: skip
def test_an_hour_that_does_not_exist_is_refused_in_words(staff, day, hour, zone):
    response = english(staff).post(NEW, form(row(day=day, hour=hour, zone=zone)))

    assert (response.status_code, list(errors_of(response))) == (400, ["0.hour"])
    assert "this hour doesn't exist" in errors_of(response)["0.hour"][0]


@pytest.mark.parametrize(("which", "at"), [("first", "2026-10-25T00:30+00:00"), ("second", "2026-10-25T01:30+00:00")])
def test_an_hour_that_comes_twice_is_asked_for(staff, which, at):
    twice = row(day="2026-10-25", hour="02:30", zone="Europe/Rome")

    asked = english(staff).post(NEW, form(twice))
    english(staff).post(NEW, form({**twice, "which": which}))

    assert (asked.status_code, list(errors_of(asked))) == (400, ["0.which"])
    assert Deadline.objects.get().at == datetime.fromisoformat(at)


def test_more_rows_keep_what_is_typed_and_complain_of_nothing(staff):
    response = english(staff).post(NEW, form(row(zone=""), title="", funder="The Region", act="add"))

    assert response.status_code == 200
    assert (len(response.context["rows"].forms), response.context["form"]["funder"].value()) == (5, "The Region")
    assert response.context["rows"][0]["hour"].value() == "17:00"
    assert [one["verified"].value() for one in response.context["rows"]] == [True] * 5
    assert "field__error" not in response.content.decode()
    assert Call.objects.count() == 0


def test_a_row_that_is_taken_away_is_not_kept_whatever_it_says(staff):
    english(staff).post(NEW, form(row(), row(day="nonsense", DELETE="on")))

    assert Deadline.objects.count() == 1


def test_a_tick_on_an_empty_row_is_no_date(staff):
    sent = form(row(), **{"dates-1-DELETE": "on"})
    del sent["dates-1-verified"]

    assert english(staff).post(NEW, sent).status_code == 303
    assert Deadline.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": "nul \x00"}, "title"),
        ({"identifier": "x" * 121}, "identifier"),
        ({"level": "moon"}, "level"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"budget_total": "a lot"}, "budget_total"),
        ({"budget_total": "9" * 40}, "budget_total"),
        ({"budget_total": "٣٣"}, "budget_total"),
        ({"expected_grants": "-1"}, "expected_grants"),
        ({"trl_min": "10"}, "trl_min"),
        ({"trl_min": "6", "trl_max": "4"}, "trl_max"),
        ({"value_chains": ["9" * 300]}, "value_chains"),
        ({"value_chains": ["\x00"]}, "value_chains"),
        ({"kets": ["nonsense"]}, "kets"),
        ({"dates-0-day": "20270414"}, "0.day"),
        ({"dates-0-day": "0001-01-01"}, "0.day"),
        ({"dates-0-day": "9999-12-31"}, "0.day"),
        ({"dates-0-hour": "25:00"}, "0.hour"),
        ({"dates-0-zone": "Mars/Olympus"}, "0.zone"),
        ({"dates-0-zone": "\x00"}, "0.zone"),
        ({"dates-0-kind": "opening\x00"}, "0.kind"),
        ({"dates-0-deadline": "9" * 5000}, "0.deadline"),
    ],
)
def test_bad_input_is_named_beside_its_field(staff, fields, where):
    response = english(staff).post(NEW, {**form(row()), **fields})

    assert (response.status_code, list(errors_of(response))) == (400, [where])
    assert Call.objects.count() == 0


@pytest.mark.parametrize("total", ["", "x", "-1", "9" * 400, "1000000", "٣"])
def test_a_tampered_number_of_rows_is_no_crash(staff, total):
    saved = english(staff).post(NEW, form(**{"dates-TOTAL_FORMS": total}))
    more = english(staff).post(NEW, form(act="add", **{"dates-TOTAL_FORMS": total}))

    assert saved.status_code in {303, 400}
    assert more.status_code == 200


def test_an_identifier_that_is_taken_is_said_beside_it(staff):
    make_call("BANDO-2027")

    response = english(staff).post(NEW, form())

    assert (response.status_code, list(errors_of(response))) == (400, ["identifier"])


def test_dates_that_contradict_each_other_are_said_above_the_form(staff):
    response = english(staff).post(NEW, form(row(), row(day="2027-05-01")))

    assert response.status_code == 400
    assert response.context["form"].non_field_errors() == ["Only one date may be: Deadline."]


# Of news ------------------------------------------------------------------------------------------------------------


def make_news(**fields: Any) -> Candidate:
    return Candidate.objects.create(
        source="rss", source_key="1", title="Bando batterie", url="https://example.org/b", summary="Text",
        found_at=NOW, **fields,
    )  # fmt: skip


def test_a_new_call_can_be_made_of_news(staff):
    news = make_news()
    client = english(staff)

    shown = client.get(f"{NEW}?candidate={news.pk}").context["form"]
    client.post(f"{NEW}?candidate={news.pk}", form())

    assert [shown[name].value() for name in ("title", "url", "summary")] == [
        "Bando batterie", "https://example.org/b", "Text",
    ]  # fmt: skip
    news.refresh_from_db()
    assert (news.call, news.settled_by) == (Call.objects.get(), staff)


def test_news_of_which_there_is_a_call_leads_to_it(staff):
    news = make_news(call=make_call("ONE"))

    assert signed_in(staff).get(f"{NEW}?candidate={news.pk}")["Location"] == "/calls/one/"


@pytest.mark.parametrize("key", ["0", "x", "", "9" * 300, "%00", "٣"])
def test_unknown_news_is_not_found(staff, key):
    assert signed_in(staff).get(f"{NEW}?candidate={key}").status_code == 404


# A known call -------------------------------------------------------------------------------------------------------


def test_saving_what_was_drawn_changes_nothing(staff):
    call = make_call("ONE", budget_total=1500, trl_min=4, rules={"min_countries": 3}, url="https://example.org/")
    call.value_chains.add(make_chain())
    exact = datetime(2027, 10, 31, 1, 30, 44, 5, tzinfo=UTC)  # 02:30 for the second time, and 44 seconds
    Deadline.objects.create(call=call, kind="cut_off", at=exact, zone="Europe/Rome", changed_at=NOW)
    keep_dates(call)
    client = english(staff)
    before = Call.objects.values().get(), list(call.deadlines.values())

    response = client.post("/calls/one/edit/", as_drawn(client, "/calls/one/edit/"))

    assert response.status_code == 303
    assert (Call.objects.values().get(), list(call.deadlines.values())) == before
    assert DeadlineChange.objects.count() == 0


def test_a_moved_date_keeps_its_reason(staff):
    make_call("ONE")
    client = english(staff)
    sent = as_drawn(client, "/calls/one/edit/")

    client.post("/calls/one/edit/", {**sent, "dates-0-day": "2027-05-01", "dates-0-hour": "12:00", "note": "Moved"})

    change = DeadlineChange.objects.get()
    assert (change.note, change.by) == ("Moved", staff)
    assert Deadline.objects.get().local.isoformat() == "2027-05-01T12:00:00+02:00"


def test_a_zone_of_its_own_stays_to_choose(staff):
    call = make_call("ONE", zone="Atlantic/Reykjavik")
    client = english(staff)

    client.post("/calls/one/edit/", as_drawn(client, "/calls/one/edit/") | {"title": "Changed"})

    assert call.deadlines.get().zone == "Atlantic/Reykjavik"
    assert Call.objects.get().title == "Changed"


def test_somebody_elses_save_is_shown_beside_ones_own(staff):
    call = make_call("ONE")
    client = english(staff)
    mine = as_drawn(client, "/calls/one/edit/") | {"title": "Mine"}
    Call.objects.update(title="Theirs")
    call.deadlines.update(at=NOW + timedelta(days=200))

    refused = client.post("/calls/one/edit/", mine)
    again = client.post("/calls/one/edit/", {**mine, "version": refused.context["form"]["version"].value()})

    assert refused.status_code == 409
    differences = [(str(one["label"]), one["theirs"], one["mine"]) for one in refused.context["differences"]]
    assert differences[0] == ("Title", "Theirs", "Mine")
    assert [label for label, _theirs, _mine in differences] == ["Title", "Dates"]
    assert refused.context["form"]["title"].value() == "Mine"
    assert (again.status_code, Call.objects.get().title) == (303, "Mine")


@pytest.mark.parametrize("dates", [1, 3])
def test_form_takes_a_fixed_number_of_queries(staff, dates, django_assert_num_queries):
    call = make_call("ONE", closes_in=None)
    for number in range(1, dates + 1):
        Deadline.objects.create(
            call=call,
            kind=DeadlineKind.CUT_OFF,
            number=number,
            at=NOW + timedelta(days=number),
            zone="UTC",
            changed_at=NOW,
        )
    client = english(staff)

    with django_assert_num_queries(14):
        client.get("/calls/one/edit/")
