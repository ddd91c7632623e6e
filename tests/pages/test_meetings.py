from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone, translation
from docx import Document
from pytest_django import DjangoAssertNumQueries

from ideas.actions.meeting_room import come_in, decide_item, give_mark, reveal_marks, write_note
from ideas.actions.meetings import end_meeting
from ideas.choices import MeetingState, Outcome
from ideas.models import Meeting, MeetingMark, Member, Shortlist, ValueChain
from ideas.serializers.meetings import mean_of, mean_text, spread_text
from ideas.templatetags.marks import mark_plot
from tests.cast import signed_in
from tests.factories import make_idea, make_meeting, make_shortlist

QUERIES_OF_ROOM = 23
QUERIES_OF_MINUTES = 14


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, researcher: Member) -> Shortlist:
    ideas = (make_idea(researcher, chain=chain, title=f"Idea {name}", problem="Why.") for name in "ABC")
    return make_shortlist(lead, chain, *ideas)


@pytest.fixture
def running(lead: Member, staff: Member, shortlist: Shortlist) -> Meeting:
    meeting = make_meeting(lead, shortlist, begun=True)
    come_in(by=staff, meeting=meeting, at=timezone.now())
    return meeting


@pytest.fixture
def ended(lead: Member, staff: Member, running: Meeting) -> Meeting:
    """One idea was marked, noted and decided."""
    item = running.items.get(position=1)
    give_mark(by=staff, item=item, halves=7, at=timezone.now())
    give_mark(by=lead, item=item, halves=8, at=timezone.now())
    write_note(by=staff, meeting=running, item=item, body="Who coordinates?", at=timezone.now())
    reveal_marks(by=lead, meeting=running, version=1, at=timezone.now())
    decide_item(by=lead, item=item, outcome=Outcome.SHORTLIST, version=2, at=timezone.now())
    return end_meeting(by=lead, meeting=running, version=3, at=timezone.now())


def page_of(meeting: Meeting, act: str = "") -> str:
    return f"/meetings/{meeting.pk}/{act}"


def english(member: Member) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_visitor_is_asked_to_sign_in(running):
    response = signed_in(None).get(page_of(running))

    assert (response.status_code, response["Location"]) == (302, f"/account/login/?next={page_of(running)}")


# Planning -----------------------------------------------------------------------------------------------------------


def test_lead_plans_a_meeting_from_the_list(lead, shortlist):
    client = signed_in(lead)
    assert f"/shortlists/{shortlist.pk}/meetings/new/" in client.get(f"/shortlists/{shortlist.pk}/").content.decode()

    response = client.post(
        f"/shortlists/{shortlist.pk}/meetings/new/", {"title": "Board", "starts_at": "2026-12-01T10:00"}
    )

    meeting = Meeting.objects.get()
    assert (response.status_code, response["Location"]) == (303, page_of(meeting))
    assert meeting.starts_at.isoformat() == "2026-12-01T09:00:00+00:00"
    assert page_of(meeting) in client.get(f"/shortlists/{shortlist.pk}/").content.decode()


def test_a_title_that_is_missing_is_asked_for_and_the_time_stays(lead, shortlist):
    response = signed_in(lead).post(
        f"/shortlists/{shortlist.pk}/meetings/new/", {"title": "", "starts_at": "2026-12-01T10:00"}
    )

    assert (response.status_code, list(response.context["form"].errors)) == (400, ["title"])
    assert 'value="2026-12-01T10:00"' in response.content.decode()


def test_nobody_else_plans(outsider, company, shortlist):
    for member in (outsider, company):
        assert signed_in(member).get(f"/shortlists/{shortlist.pk}/meetings/new/").status_code == 404


def test_the_agenda_is_changed_by_buttons(lead, shortlist):
    meeting, client = make_meeting(lead, shortlist), signed_in(lead)
    last = meeting.items.get(position=3)

    moved = client.post(f"/meeting-items/{last.pk}/move/", {"position": 1, "version": 0})
    dropped = client.post(f"/meeting-items/{last.pk}/drop/", {"version": 1})
    stale = client.post(f"/meeting-items/{meeting.items.first().pk}/drop/", {"version": 1})

    assert [answer.status_code for answer in (moved, dropped, stale)] == [303, 303, 409]
    assert [row["title"] for row in stale.context["agenda"]] == ["Idea A", "Idea B"]


# The room, without scripts ------------------------------------------------------------------------------------------


def test_a_meeting_goes_from_its_beginning_to_its_end_by_forms_alone(lead, shortlist):
    meeting, client = make_meeting(lead, shortlist), signed_in(lead)
    first = meeting.items.get(position=1)
    presses = [
        ("begin/", {"version": 0}),
        (f"/meeting-items/{first.pk}/mark/", {"halves": 7}),
        ("reveal/", {"version": 1}),
        ("timer/", {"minutes": 5, "version": 2}),
        (f"/meeting-items/{first.pk}/decide/", {"outcome": "reserve", "text": "", "staged": 0, "version": 3}),
        ("note/", {"body": "A line.", "item": first.pk, "client_id": "1"}),
        ("turn/", {"step": 1, "version": 4}),
        ("turn/", {"to": meeting.items.get(position=3).pk, "version": 5}),
        ("end/", {"version": 6}),
    ]

    codes = []
    for path, data in presses:
        answer = client.post(path if path.startswith("/") else page_of(meeting, path), data)
        codes.append(answer.status_code)
        assert client.get(page_of(meeting)).status_code == 200

    meeting.refresh_from_db()
    assert (codes, meeting.state) == ([303] * len(presses), MeetingState.ENDED)


def test_a_stale_press_shows_the_truth_and_says_why(lead, running):
    client = english(lead)
    client.post(page_of(running, "turn/"), {"step": 1, "version": 1})

    response = client.post(page_of(running, "turn/?part=room"), {"step": 1, "version": 1})

    assert response.status_code == 409
    assert response.context["current"]["idea"].title == "Idea B"
    assert "The meeting has moved on meanwhile." in response.content.decode()


def test_what_was_noted_stays_in_its_field_where_it_is_refused(lead, running):
    response = signed_in(lead).post(page_of(running, "note/"), {"body": "y" * 501})

    assert response.status_code == 400
    assert "y" * 501 in response.content.decode()


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("turn/", {"version": "x"}),
        ("turn/", {"version": 1, "to": "9" * 300}),
        ("turn/", {"version": "٣"}),
        ("timer/", {"version": 1, "minutes": "1e9"}),
        ("timer/", {"version": 1, "minutes": -5}),
        ("pass/", {"version": 1, "to": "\x00"}),
        ("note/", {"body": "\x00"}),
        ("reveal/", {}),
        ("add/", {"idea": "9" * 300}),
    ],
)
def test_odd_presses_are_refused_in_words(lead, running, act, data):
    response = signed_in(lead).post(page_of(running, act), data)

    assert response.status_code in {400, 409}
    assert response.context["refused"]


@pytest.mark.parametrize("halves", ["11", "-1", "3.5", "x", "", "9" * 300])
def test_odd_marks_are_refused(lead, running, halves):
    item = running.items.get(position=1)

    response = signed_in(lead).post(f"/meeting-items/{item.pk}/mark/", {"halves": halves})

    assert (response.status_code, MeetingMark.objects.count()) == (400, 0)


def test_opening_the_room_writes_once_that_somebody_came(lead, staff, shortlist):
    meeting, client = make_meeting(lead, shortlist, begun=True), signed_in(staff)

    for _ in range(2):
        client.get(page_of(meeting))

    assert list(meeting.minutes.filter(kind="came").values_list("by__name", flat=True)) == ["Luca Lead", "Stella Staff"]


def test_a_room_costs_the_same_whatever_was_said(
    lead, staff, running, django_assert_num_queries: DjangoAssertNumQueries
):
    client = signed_in(lead)
    client.get(page_of(running))
    item = running.items.get(position=1)

    with django_assert_num_queries(QUERIES_OF_ROOM):
        client.get(page_of(running, "?part=room"))
    for number in range(3):
        write_note(by=staff, meeting=running, item=item, body=f"Line {number}", at=timezone.now())
    give_mark(by=staff, item=item, halves=7, at=timezone.now())
    give_mark(by=lead, item=item, halves=8, at=timezone.now())
    with django_assert_num_queries(QUERIES_OF_ROOM):
        client.get(page_of(running, "?part=room"))


def test_a_room_costs_the_same_with_one_idea_and_with_three(
    lead, chain, researcher, django_assert_num_queries: DjangoAssertNumQueries
):
    for titles in ("A", "ABC"):
        ideas = (make_idea(researcher, chain=chain, title=title) for title in titles)
        meeting = make_meeting(lead, make_shortlist(lead, chain, *ideas), begun=True)
        client = signed_in(lead)
        client.get(page_of(meeting))

        with django_assert_num_queries(QUERIES_OF_ROOM):
            client.get(page_of(meeting, "?part=room"))


@pytest.mark.parametrize(
    ("halves", "mean", "spread"),
    [
        ((7,), "3.5", "One mark"),
        ((8, 8), "4", "All agree"),
        ((7, 8, 8), "3.83", "Close together: from 3.5 to 4"),
        ((4, 8), "3", "Some way apart: from 2 to 4"),
        ((0, 9), "2.25", "Far apart: from 0 to 4.5"),
    ],
)
def test_marks_are_summed_up_in_words(halves, mean, spread):
    marks = [MeetingMark(halves=one) for one in halves]

    with translation.override("en"):
        assert (mean_text(mean_of(marks)), spread_text(marks)) == (mean, spread)


def test_dots_of_the_same_mark_stand_on_each_other():
    rows = [{"name": name, "initials": name, "halves": halves, "text": ""} for name, halves in (("A", 7), ("B", 7))]

    drawn = mark_plot(rows, 7)

    assert [(dot["x"], dot["y"]) for dot in drawn["dots"]] == [(300, 50), (300, 22)]
    assert (drawn["mean"], drawn["height"]) == (300, 90)


# Minutes ------------------------------------------------------------------------------------------------------------


def test_the_minutes_say_who_came_what_was_marked_noted_and_decided(lead, ended):
    response = english(lead).get(page_of(ended, "minutes/"))

    first = response.context["agenda"][0]
    assert ("Came", "Luca Lead, Stella Staff") in [(row["label"], row["value"]) for row in response.context["facts"]]
    assert [(row["name"], row["text"]) for row in first["marks"]["rows"]] == [
        ("Stella Staff", "3.5"), ("Luca Lead", "4")
    ]  # fmt: skip
    assert (first["marks"]["mean"], first["outcome"]) == ("3.75", "shortlist")
    assert [line["text"] for line in first["lines"]] == ["Who coordinates?", "Decision: Shortlist"]


def test_there_are_no_minutes_before_the_end(lead, running):
    assert signed_in(lead).get(page_of(running, "minutes/")).status_code == 404


def test_the_minutes_leave_as_a_document(lead, ended):
    response = english(lead).get(page_of(ended, "minutes.docx"))

    document = Document(BytesIO(b"".join(response)))  # type: ignore[arg-type]
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "Minutes: A meeting" in text
    assert "Who coordinates? (Stella Staff)" in text
    assert "Close together: from 3.5 to 4" in text
    assert ("Stella Staff" in cells, "3.5" in cells, "Luca Lead, Stella Staff" in cells) == (True, True, True)


def test_minutes_cost_the_same_with_one_idea_and_with_three(
    lead, chain, researcher, django_assert_num_queries: DjangoAssertNumQueries
):
    for titles in ("A", "ABC"):
        ideas = (make_idea(researcher, chain=chain, title=title) for title in titles)
        meeting = make_meeting(lead, make_shortlist(lead, chain, *ideas), begun=True)
        end_meeting(by=lead, meeting=meeting, version=1, at=timezone.now())
        client = signed_in(lead)

        with django_assert_num_queries(QUERIES_OF_MINUTES):
            client.get(page_of(meeting, "minutes/"))
