"""Who reads what of a meeting: nobody's mark before the reveal, and nothing of an idea in which one has an interest.

That no answer tells of a mark is shown by comparing: with another mark given, every answer to everybody else is the
same, letter for letter.
"""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from ideas.actions.meeting_room import come_in, decide_item, give_mark, reveal_marks, turn_meeting, write_note
from ideas.actions.meetings import end_meeting
from ideas.choices import Outcome
from ideas.models import ConflictOfInterest, Idea, Meeting, MeetingItem, MeetingMark, Member, Shortlist, ValueChain
from ideas.queries.topics import followable, meeting_topic
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_idea, make_meeting, make_member, make_shortlist

pytestmark = pytest.mark.django_db
CANARY = "CANARY"
# What differs between two answers that say the same.
PASSING = re.compile(
    r'csrfmiddlewaretoken" value="[^"]*|X-CSRFToken": "[^"]*|client_id" value="[^"]*|nonce="[^"]*'
    r'|data-(?:now|head|after|newest)="[^"]*|<time[^<]*</time>|"at":"[^"]*'
)


@pytest.fixture
def others_idea(other_author: Member, chain: ValueChain) -> Idea:
    """The idea of the meeting: everybody's who sees it, but for its author."""
    return make_idea(other_author, chain=chain, title=f"{CANARY} title", teaser=f"{CANARY} teaser")


@pytest.fixture
def shortlist(lead: Member, chain: ValueChain, others_idea: Idea, idea: Idea) -> Shortlist:
    return make_shortlist(lead, chain, others_idea, idea)


@pytest.fixture
def second(chain: ValueChain) -> Member:
    """A second lead."""
    member = make_member("Sergio Second")
    chain.leads.add(member)
    return member


@pytest.fixture
def meeting(lead: Member, second: Member, staff: Member, shortlist: Shortlist) -> Meeting:
    """Led by the lead; the second lead and cluster staff came. Of the first idea is spoken."""
    meeting = make_meeting(lead, shortlist, begun=True)
    for member in (second, staff):
        come_in(by=member, meeting=meeting, at=timezone.now())
    return meeting


@pytest.fixture
def item(meeting: Meeting) -> MeetingItem:
    return meeting.items.get(position=1)


def addresses(meeting: Meeting) -> list[str]:
    """All that a member of the meeting may ask for that could speak of it."""
    return [
        f"/meetings/{meeting.pk}/",
        f"/meetings/{meeting.pk}/?part=room",
        f"/meetings/{meeting.pk}/minutes/",
        f"/api/v1/meetings/{meeting.pk}/",
        "/api/v1/meetings/",
        f"/shortlists/{meeting.shortlist_id}/",
        f"/api/v1/shortlists/{meeting.shortlist_id}/",
        "/desk/",
        "/notifications/",
    ]


def told(client: Client, meeting: Meeting) -> dict[str, str]:
    cache.clear()
    return {path: PASSING.sub("", client.get(path).content.decode()) for path in addresses(meeting)}


def changes_after(last: int) -> list[tuple[str, str, Any]]:
    rows = Change.objects.filter(pk__gt=last).order_by("pk").select_related("topic")
    return [(row.topic.name, row.kind, row.payload) for row in rows]


def last_change() -> int:
    return Change.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def test_no_answer_to_anybody_depends_on_a_mark_before_the_reveal(lead, second, staff, meeting, item):
    readers = [signed_in(lead), signed_in(staff)]
    answers, rows = [], []
    for halves in (1, 9):
        last = last_change()
        give_mark(by=second, item=item, halves=halves, at=timezone.now())
        rows.append(changes_after(last))
        answers.append([told(client, meeting) for client in readers])

    assert answers[0] == answers[1]
    assert rows[0] == rows[1] == [(f"meeting.{meeting.pk}", "meeting.changed", {"id": meeting.pk, "version": 1})]


def test_no_answer_to_a_press_depends_on_others_marks(lead, second, meeting, item):
    client, answers = signed_in(lead), []
    for halves in (1, 9):
        give_mark(by=second, item=item, halves=halves, at=timezone.now())
        own = client.post(f"/meeting-items/{item.pk}/mark/?part=room", {"halves": 4})
        stale = client.post(f"/meetings/{meeting.pk}/reveal/?part=room", {"version": 0})
        answers.append([PASSING.sub("", answer.content.decode()) for answer in (own, stale)])

    assert answers[0] == answers[1]


def test_that_a_mark_was_given_is_told_and_one_reads_ones_own(lead, second, meeting, item):
    give_mark(by=second, item=item, halves=9, at=timezone.now())

    rooms = [signed_in(member).get(f"/api/v1/meetings/{meeting.pk}/").json() for member in (lead, second)]

    given = [[person["name"] for person in room["people"] if person["has_given"]] for room in rooms]
    assert (given, [room["own_mark"] for room in rooms]) == ([["Sergio Second"]] * 2, [None, 4.5])
    assert [room["agenda"][0]["marks"] for room in rooms] == [[], []]


def test_the_reveal_shows_every_mark_to_everybody_who_takes_part(lead, second, staff, meeting, item):
    give_mark(by=second, item=item, halves=9, at=timezone.now())
    reveal_marks(by=lead, meeting=meeting, version=1, at=timezone.now())

    for member in (lead, second, staff):
        room = signed_in(member).get(f"/api/v1/meetings/{meeting.pk}/").json()
        assert [(one["member"]["name"], one["mark"]) for one in room["agenda"][0]["marks"]] == [("Sergio Second", 4.5)]


def test_marks_that_were_not_revealed_are_in_no_minutes(lead, second, meeting, item):
    client, answers = signed_in(lead), []
    give_mark(by=second, item=item, halves=9, at=timezone.now())
    end_meeting(by=lead, meeting=meeting, version=1, at=timezone.now())
    for halves in (1, 9):
        MeetingMark.objects.update(halves=halves)
        answers.append(told(client, meeting))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("declared", [True, False])
def test_who_has_an_interest_gets_nothing_of_the_idea(lead, second, other_author, chain, meeting, item, declared):
    """Declared, or as the idea's author: no title, mark, note, decision, line or count, while it runs and after."""
    conflicted = second if declared else other_author
    if declared:
        ConflictOfInterest.objects.create(member=second, idea=item.idea, declared_at=timezone.now())
    else:
        chain.leads.add(other_author)
    client = signed_in(conflicted)
    give_mark(by=lead, item=item, halves=9, at=timezone.now())
    write_note(by=lead, meeting=meeting, item=item, body=f"{CANARY} said", at=timezone.now())
    before = told(client, meeting)
    reveal_marks(by=lead, meeting=meeting, version=1, at=timezone.now())
    decide_item(by=lead, item=item, outcome=Outcome.DECLINE, text=f"{CANARY} said", version=2, at=timezone.now())
    during = told(client, meeting)
    room = client.get(f"/api/v1/meetings/{meeting.pk}/").json()
    turn_meeting(by=lead, meeting=meeting, version=3, at=timezone.now())
    end_meeting(by=lead, meeting=meeting, version=4, at=timezone.now())
    after = told(client, meeting)

    found = [(path, text) for texts in (before, during, after) for path, text in texts.items() if CANARY in text]
    # An idea that one sees may be on one's desk for what it is; what was said of it is nowhere.
    assert [path for path, text in found if path != "/desk/" or f"{CANARY} said" in text] == []
    assert (room["current"], room["withheld"], len(room["agenda"])) == (None, "interest", 1)
    assert {line["kind"] for line in room["minutes"]} == {"begun", "came"}
    assert not any(one["has_given"] for one in room["people"])


def test_who_has_an_interest_is_not_waited_for(lead, second, meeting, item):
    ConflictOfInterest.objects.create(member=second, idea=item.idea, declared_at=timezone.now())

    room = signed_in(lead).get(f"/api/v1/meetings/{meeting.pk}/").json()

    assert {one["name"]: one["takes_part"] for one in room["people"]} == {
        "Luca Lead": True, "Sergio Second": False, "Stella Staff": True
    }  # fmt: skip


def test_for_everybody_else_there_is_no_meeting(outsider, company, other_author, meeting, item):
    presses = [f"/meetings/{meeting.pk}/{act}/" for act in ("turn", "reveal", "note", "take", "end", "begin", "timer")]
    for member in (outsider, company, other_author):
        client = signed_in(member)
        reads = [client.get(f"/meetings/{meeting.pk}/{part}") for part in ("", "?part=room", "minutes/")]
        reads.append(client.get(f"/api/v1/meetings/{meeting.pk}/"))
        acts = [client.post(path, {"version": 1, "body": "x", "minutes": 5}) for path in presses]
        acts.append(client.post(f"/meeting-items/{item.pk}/mark/", {"halves": 4}))

        assert {answer.status_code for answer in (*reads, *acts)} == {404}
        assert followable(member, [meeting_topic(meeting.pk)]) == set()
        assert client.get("/api/v1/meetings/").json()["results"] == []


def test_those_who_may_be_in_follow_its_topic(lead, second, staff, meeting):
    topic = meeting_topic(meeting.pk)

    assert [followable(member, [topic]) for member in (lead, second, staff)] == [{topic}] * 3
