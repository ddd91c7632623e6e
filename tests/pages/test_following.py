from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ideas.actions.following import choose_reminders_of_call, follow
from ideas.models import Call, CallFollow, Idea, Member, Organisation, ValueChain
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket, make_partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db: None) -> Call:
    return make_call("HORIZON-1", title="Batteries for boats", programme="Horizon Europe")


def reader(member: Member) -> Client:
    client = signed_in(member)
    client.cookies["django_language"] = "en"
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_call_is_followed_and_unfollowed_from_its_page_without_scripts(company: Member, call: Call):
    client = reader(company)
    assert "Unfollow" not in text(client.get("/calls/horizon-1/"))

    answer = client.post("/following/follow/", {"call": "horizon-1", "next": "/calls/horizon-1/"})

    assert (answer.status_code, answer["Location"]) == (303, "/calls/horizon-1/")
    row = CallFollow.objects.get(member=company, call=call)
    assert f'action="/following/{row.pk}/unfollow/"' in text(client.get("/calls/horizon-1/"))

    answer = client.post(f"/following/{row.pk}/unfollow/", {"next": "/calls/horizon-1/"})

    assert (answer.status_code, CallFollow.objects.count()) == (303, 0)


def test_one_goes_on_on_this_site_only(company: Member, call: Call):
    answer = reader(company).post("/following/follow/", {"call": "horizon-1", "next": "https://evil.example/"})

    assert answer["Location"] == "/following/"


def test_the_page_lists_what_is_followed_and_why(company: Member, call: Call, chain: ValueChain):
    make_ket("NANO")
    client = reader(company)
    for body in ({"call": "horizon-1"}, {"value_chain": "MOVES"}, {"ket": "NANO"}, {"programme": "Horizon Europe"}):
        client.post("/following/follow/", body)
    idea = make_idea(company, call=make_call("TARGET"), title="My own idea")

    page = client.get("/following/")

    shown = [(one["call"].identifier, one["row"] is not None, one["ideas"]) for one in page.context["calls"]]
    assert sorted(shown) == [("HORIZON-1", True, []), ("TARGET", False, [idea])]
    assert [thing["query"] for thing in page.context["things"]] == [
        "value_chain=MOVES", "ket=NANO", "programme=Horizon+Europe",
    ]  # fmt: skip
    assert "My own idea" in text(page)


def test_an_idea_that_a_partner_sees_no_more_is_not_named(
    researcher: Member, administrator: Member, firm: Organisation, call: Call
):
    idea = make_idea(researcher, call=call, title="CANARY")
    make_partner(idea, administrator, firm)
    assert "CANARY" in text(reader(administrator).get("/following/"))

    Idea.objects.update(audience="")
    administrator.affiliations.all().delete()

    assert "CANARY" not in text(reader(administrator).get("/following/"))


def test_lead_times_and_mail_are_chosen_in_general(company: Member):
    body = {
        "lead_days": ["30", "1"], "mail_deadlines": "daily", "mail_calls": "never", "mail_ideas": "at_once",
        "mail_reviews": "weekly",
    }  # fmt: skip

    answer = reader(company).post("/following/choices/", body)

    company.refresh_from_db()
    assert (answer.status_code, company.lead_days) == (303, [30, 1])
    assert company.mail == {"deadlines": "daily", "calls": "never", "ideas": "at_once", "reviews": "weekly"}


@pytest.mark.parametrize(
    "wrong",
    [{"lead_days": "3"}, {"lead_days": "9" * 300}, {"lead_days": "\x00"}, {"mail_ideas": "hourly"}, {"mail_ideas": ""}],
)
def test_what_is_wrong_is_said_beside_it_and_the_rest_stays(company: Member, wrong: dict[str, str]):
    body = {
        "lead_days": ["14"], "mail_deadlines": "weekly", "mail_calls": "never", "mail_ideas": "at_once",
        "mail_reviews": "daily", **wrong,
    }  # fmt: skip

    answer = reader(company).post("/following/choices/", body)

    company.refresh_from_db()
    assert (answer.status_code, company.mail) == (400, {})
    assert set(answer.context["form"].errors) == set(wrong)
    assert answer.context["form"]["mail_deadlines"].value() == "weekly"


@pytest.mark.parametrize(
    ("body", "days"),
    [
        ({"own": "1", "lead_days": ["7", "2"]}, [7, 2]),
        ({"own": "1"}, []),
        ({"own": "", "lead_days": ["7"]}, None),
    ],
)
def test_a_call_has_lead_times_of_its_own(company: Member, call: Call, body: dict[str, Any], days: list[int] | None):
    choose_reminders_of_call(by=company, call=call, lead_days=[30], at=timezone.now())

    answer = reader(company).post("/following/calls/horizon-1/reminders/", body)

    assert (answer.status_code, answer["Location"]) == (303, f"/following/#call-{call.pk}")
    assert CallFollow.objects.get().lead_days == days


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"call": "nowhere"},
        {"call": "\x00"},
        {"ket": "x" * 500},
        {"value_chain": "٣"},
        {"programme": "\x00"},
        {"programme": "Nowhere"},
        {"call": "horizon-1", "programme": "Horizon Europe"},
    ],
)
def test_what_cant_be_followed_is_said(company: Member, call: Call, body: dict[str, str]):
    client = reader(company)

    answer = client.post("/following/follow/", body)

    assert (answer.status_code, CallFollow.objects.count()) == (303, 0)
    assert [str(message) for message in client.get("/following/").context["messages"]] != []


@pytest.mark.parametrize("pk", ["1", "9" * 300, "٣"])
def test_nobody_touches_what_others_follow(company: Member, outsider: Member, call: Call, pk: str):
    row = follow(by=company, call=call, at=timezone.now())
    client = reader(outsider)

    answers = [client.post(f"/following/{number}/unfollow/").status_code for number in (row.pk, pk)]

    assert set(answers) <= {303, 404}
    assert CallFollow.objects.count() == 1
    assert "HORIZON-1" not in text(client.get("/following/"))


def test_a_visitor_is_sent_to_sign_in(call: Call):
    client = signed_in(None)

    assert client.get("/following/").status_code == 302
    for path in ("follow/", "choices/", "1/unfollow/", "calls/horizon-1/reminders/"):
        assert client.post(f"/following/{path}").status_code == 302
        assert client.get(f"/following/{path}").status_code == 405
    assert "/account/login/?next=%2Fcalls%2Fhorizon-1%2F" in text(client.get("/calls/horizon-1/"))


def test_a_list_that_is_narrowed_offers_to_follow_what_exists(company: Member, chain: ValueChain, call: Call):
    make_ket("NANO")
    follow(by=company, value_chain=chain, at=timezone.now())
    query = "?value_chain=MOVES&value_chain=%00&ket=NANO&ket=NONE&programme=Horizon+Europe&programme=Invented"

    page = reader(company).get(f"/calls/{query}")

    assert [(choice["value"], choice["row"] is not None) for choice in page.context["follow_choices"]] == [
        ("Horizon Europe", False), ("MOVES", True), ("NANO", False),
    ]  # fmt: skip
    assert "follow_choices" in signed_in(None).get(f"/calls/{query}").context
    assert "/following/follow/" not in text(signed_in(None).get(f"/calls/{query}"))


def test_who_is_on_a_team_reads_so_on_the_call(researcher: Member, call: Call):
    make_idea(researcher, call=call)

    assert "Your idea aims at this call, so you follow it" in text(reader(researcher).get("/calls/horizon-1/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_a_fixed_number_of_queries(company: Member, count: int, django_assert_num_queries: Any):
    for _ in range(count):
        follow(by=company, call=make_call(), at=timezone.now())
        make_idea(company, call=make_call(closes_in=timedelta(days=20)))
        follow(by=company, ket=make_ket(), at=timezone.now())
    client = reader(company)

    with django_assert_num_queries(12):
        client.get("/following/")
