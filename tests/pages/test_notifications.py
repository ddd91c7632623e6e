import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from ideas.actions.following import follow, remind_of_deadlines
from ideas.actions.joining import accept_join_request, decline_join_request
from ideas.choices import JOIN_UNSETTLED, NotificationKind
from ideas.models import Deadline, Idea, Member, Notification, Organisation
from ideas.serializers.notifications import sentence
from tests.cast import signed_in
from tests.factories import make_call, make_comment, make_idea, make_join_request


def sentences(client: Client) -> list[str]:
    return [item["sentence"] for item in client.get("/notifications/").context["rows"]]


def test_what_happened_is_said_newest_first(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    make_comment(idea, company)
    request = make_join_request(idea, administrator, firm)
    accept_join_request(by=researcher, request=request, at=timezone.now())
    client, other = signed_in(researcher), signed_in(administrator)
    client.cookies["django_language"] = other.cookies["django_language"] = "en"

    assert sentences(client) == [
        "Anna Administrator asks to join “Open idea” for Firm.",
        "Carlo Company commented on “Open idea”.",
    ]
    assert sentences(other) == ["Ada Researcher accepted Firm into “Open idea”."]


def test_a_no_is_said_as_such(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    request = make_join_request(idea, administrator, firm)
    decline_join_request(by=researcher, request=request, reason="Full", at=timezone.now())

    with translation.override("en"):
        assert [sentence(row) for row in Notification.objects.filter(member=administrator)] == [
            "Ada Researcher declined the request of Firm to join “Open idea”."
        ]


@pytest.mark.parametrize("kind", [*NotificationKind.values, "from.the.future"])
def test_an_old_or_unknown_row_is_no_error(kind: str):
    for data in ({}, {"title": "100 %(x)s %"}, {"state": "expired"}):
        assert "%(" not in sentence(Notification(kind=kind, data=data)).replace("100 %(x)s %", "")


WHEN = "2027-02-18T17:00:00+00:00"
TOLD = {"title": "T", "actor": "A", "organisation": "O", "shortlist": "L", "call": "C", "place": "P", "names": ["N"]}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        *((NotificationKind.JOIN_EXPIRING, {"state": state, "until": WHEN}) for state in JOIN_UNSETTLED),
        (NotificationKind.REVIEW_DUE, {"due": WHEN}),
        (NotificationKind.REVIEW_ASKED, {}),
        (NotificationKind.REVIEW_ASKED, {"due": WHEN}),
        (NotificationKind.PLACE_FREE, {"waiting": ["N"]}),
        (NotificationKind.IDEA_EXPIRING, {"until": "2027-02-18"}),
        (NotificationKind.DEADLINE_CHANGED, {"old_at": WHEN, "new_at": WHEN}),
        (NotificationKind.DEADLINE_CHANGED, {"new_at": WHEN}),
        (NotificationKind.DEADLINE_CHANGED, {}),
    ],
)
def test_what_has_several_words_has_them_in_both_languages(kind: str, data: dict[str, str]):
    row = Notification(kind=kind, data=TOLD | data)
    with translation.override("en"):
        english = sentence(row)
    with translation.override("it"):
        italian = sentence(row)

    common = re.findall(r"\b(?:asks|is|by|to|on|aims|free|taken|review|valid|join)\b", italian)
    assert italian != english
    assert common == []


def test_marking_read_stops_at_what_was_shown(idea: Idea, researcher: Member, company: Member):
    for _ in range(2):
        make_comment(idea, company)
    client = signed_in(researcher)
    shown = client.get("/notifications/").context["newest"]
    make_comment(idea, company)

    answer = client.post("/notifications/read/", {"up_to": shown})

    assert (answer.status_code, answer["Location"]) == (303, "/notifications/")
    assert [row.read_at is None for row in Notification.objects.filter(member=researcher).order_by("id")] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("up_to", ["", "x", "-1", "9" * 40, "\x00"])
def test_a_bad_mark_marks_nothing(idea: Idea, researcher: Member, company: Member, up_to: str):
    make_comment(idea, company)

    assert signed_in(researcher).post("/notifications/read/", {"up_to": up_to}).status_code == 303
    assert Notification.objects.filter(read_at=None).count() == 1


def test_nobody_reads_or_marks_anothers(idea: Idea, researcher: Member, company: Member, outsider: Member):
    make_comment(idea, company)

    assert sentences(signed_in(outsider)) == []
    signed_in(outsider).post("/notifications/read/", {"up_to": Notification.objects.get().pk})
    assert Notification.objects.get().read_at is None


def test_what_became_private_is_no_longer_told(idea: Idea, company: Member, researcher: Member):
    make_comment(idea, company)
    make_comment(idea, researcher)
    Idea.objects.filter(pk=idea.pk).update(audience="", title="CANARY title")

    page = signed_in(company).get("/notifications/")

    assert (page.context["rows"], b"CANARY" in page.content) == ([], False)


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in():
    client = signed_in(None)

    assert client.get("/notifications/").status_code == 302
    assert client.post("/notifications/read/", {"up_to": 1}).status_code == 302


def test_wrong_methods(researcher: Member):
    client = signed_in(researcher)

    assert client.post("/notifications/").status_code == 405
    assert client.get("/notifications/read/").status_code == 405


def test_the_header_counts_and_says_where_to_go_on(idea: Idea, researcher: Member, company: Member):
    make_comment(idea, company)

    page = signed_in(researcher).get("/notifications/")

    bell = page.context["bell"]
    assert (bell.position.topic, bell.position.head) == (f"member.{researcher.pk}", 1)
    assert (bell.unread.count, bell.unread.newest) == (1, Notification.objects.get().pk)
    assert page.content.decode().count("data-unread>1<") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(
    researcher: Member, company: Member, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        make_comment(make_idea(researcher), company)
    client = signed_in(researcher)

    with django_assert_num_queries(10):
        client.get("/notifications/")


def test_a_reminder_of_a_date_that_moved_since_says_so(company: Member):
    call = make_call("HORIZON-1", closes_in=timedelta(days=7))
    Deadline.objects.update(changed_at=timezone.now() - timedelta(days=99))
    follow(by=company, call=call, at=timezone.now() - timedelta(days=99))
    remind_of_deadlines(at=timezone.now())
    client = signed_in(company)
    shown = [client.get("/notifications/").context["rows"][0]["outdated"]]

    Deadline.objects.update(at=timezone.now() + timedelta(days=9))

    shown.append(client.get("/notifications/").context["rows"][0]["outdated"])
    assert shown == [False, True]
