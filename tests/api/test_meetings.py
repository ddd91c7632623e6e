import pytest

from ideas.models import Meeting, Member, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import make_idea, make_meeting, make_shortlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(lead: Member, chain: ValueChain, researcher: Member) -> Meeting:
    ideas = (make_idea(researcher, chain=chain, title=title) for title in "AB")
    return make_meeting(lead, make_shortlist(lead, chain, *ideas), title="Board")


def path_of(meeting: Meeting, act: str = "") -> str:
    return f"/api/v1/meetings/{meeting.pk}/{act}"


def test_a_meeting_is_held_by_the_api(lead: Member, staff: Member, meeting: Meeting):
    leads, other = Api(lead), Api(staff)
    first, second = meeting.items.order_by("position").values_list("pk", flat=True)

    begun = leads.post(path_of(meeting, "begin/"), {"version": 0}, format="json").json()
    marked = other.post(path_of(meeting, "mark/"), {"item": first, "mark": "3.5"}, format="json").json()
    noted = other.post(path_of(meeting, "note/"), {"item": first, "body": "Who leads?"}, format="json").json()
    revealed = leads.post(path_of(meeting, "reveal/"), {"version": 1}, format="json").json()
    turned = leads.post(path_of(meeting, "turn/"), {"version": 2, "item": second}, format="json").json()
    passed = leads.post(path_of(meeting, "pass/"), {"version": 3, "to": staff.pk}, format="json").json()
    taken = leads.post(path_of(meeting, "take/"), {"version": 4}, format="json").json()
    ended = leads.post(path_of(meeting, "end/"), {"version": 5}, format="json").json()

    assert (begun["state"], begun["current"], marked["own_mark"]) == ("running", first, 3.5)
    assert [line["text"] for line in noted["minutes"] if line["kind"] == "note"] == ["Who leads?"]
    assert [(one["mark"], one["member"]["id"]) for one in revealed["agenda"][0]["marks"]] == [(3.5, staff.pk)]
    assert (turned["current"], passed["facilitator"]["id"], taken["facilitator"]["id"]) == (second, staff.pk, lead.pk)
    assert (ended["state"], ended["version"], Api(lead).results("meetings/")[0]["title"]) == ("ended", 6, "Board")


def test_presses_are_refused_with_their_codes(lead: Member, staff: Member, meeting: Meeting):
    leads, other = Api(lead), Api(staff)
    first = meeting.items.get(position=1).pk

    early = leads.post(path_of(meeting, "mark/"), {"item": first, "mark": 3}, format="json")
    leads.post(path_of(meeting, "begin/"), {"version": 0}, format="json")
    stale = leads.post(path_of(meeting, "turn/"), {"version": 0}, format="json")
    others = other.post(path_of(meeting, "turn/"), {"version": 1}, format="json")
    empty = leads.post(path_of(meeting, "reveal/"), {"version": 1}, format="json")

    assert [(answer.status_code, codes(answer)[0][0]) for answer in (early, stale, others, empty)] == [
        (409, "meeting_not_running"), (409, "meeting_moved_on"), (403, "not_allowed"), (409, "no_marks")
    ]  # fmt: skip


@pytest.mark.parametrize("mark", [5.5, -1, 3.3, "x", None, 10**30, "NaN"])
def test_odd_marks_are_refused_beside_their_field(lead: Member, meeting: Meeting, mark: object):
    Api(lead).post(path_of(meeting, "begin/"), {"version": 0}, format="json")
    first = meeting.items.get(position=1).pk

    answer = Api(lead).post(path_of(meeting, "mark/"), {"item": first, "mark": mark}, format="json")

    assert (answer.status_code, codes(answer)[0][1]) == (400, "mark")


def test_nobody_else_learns_of_a_meeting(outsider: Member, company: Member, meeting: Meeting):
    for member in (outsider, company):
        api = Api(member)
        assert api.get(path_of(meeting)).status_code == 404
        assert api.post(path_of(meeting, "begin/"), {"version": 0}, format="json").status_code == 404
        assert api.results("meetings/") == []


def test_visitor_gets_nothing(meeting: Meeting):
    assert Api(None).get(path_of(meeting)).status_code == 401


def test_an_item_of_another_meeting_is_none_of_this_one(lead: Member, meeting: Meeting):
    other = make_meeting(lead, meeting.shortlist)
    Api(lead).post(path_of(meeting, "begin/"), {"version": 0}, format="json")

    answer = Api(lead).post(
        path_of(meeting, "mark/"), {"item": other.items.get(position=1).pk, "mark": 3}, format="json"
    )

    assert answer.status_code == 404
