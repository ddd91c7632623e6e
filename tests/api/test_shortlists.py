import pytest
from django.utils import timezone

from ideas.actions.shortlists import publish_shortlist
from ideas.choices import Visibility
from ideas.models import Idea, Member, Shortlist, ValueChain
from tests.api.conftest import Api, codes
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_shortlist

pytestmark = pytest.mark.django_db


def test_lead_makes_fills_orders_and_publishes(lead: Member, researcher: Member, chain: ValueChain):
    make_call("HORIZON-1")
    first, second = make_idea(researcher, chain=chain), make_idea(researcher, chain=chain)
    api = Api(lead)
    body = {"value_chain": "MOVES", "title": "Board", "call": "HORIZON-1"}

    made = api.post("/api/v1/shortlists/", body, format="json")
    path = f"/api/v1/shortlists/{made.json()['id']}"
    for idea in (first, second):
        filled = api.post(f"{path}/entries/", {"idea": idea.reference, "rationale": "Strong"}, format="json")
    entry = filled.json()["entries"][1]["id"]
    version = filled.json()["version"]
    moved = api.post(f"{path}/entries/{entry}/move/", {"position": 1, "version": version}, format="json")
    stale = api.post(f"{path}/entries/{entry}/move/", {"position": 2, "version": version}, format="json")
    published = api.post(f"{path}/publish/")

    assert (made.status_code, filled.status_code, moved.status_code) == (201, 201, 200)
    assert [row["idea"] for row in moved.json()["entries"]] == [second.pk, first.pk]
    assert (stale.status_code, codes(stale)) == (409, [("stale_order", None)])
    assert (published.status_code, published.json()["state"]) == (200, "published")


def test_rationale_is_written_and_an_entry_is_removed(lead: Member, chain: ValueChain, idea: Idea):
    shortlist = make_shortlist(lead, chain, idea)
    path = f"/api/v1/shortlists/{shortlist.pk}/entries/{shortlist.entries.get().pk}/"

    written = Api(lead).patch(path, {"rationale": "Best"}, format="json")
    removed = Api(lead).delete(path)

    assert written.json()["entries"][0]["rationale"] == "Best"
    assert (removed.status_code, removed.json()["entries"]) == (200, [])


def test_member_sees_published_lists_only(company: Member, lead: Member, chain: ValueChain, idea: Idea):
    draft = make_shortlist(lead, chain, idea, title="CANARY")
    shown = publish_shortlist(by=lead, shortlist=make_shortlist(lead, chain, idea), at=timezone.now())
    api = Api(company)

    assert [row["id"] for row in api.results("shortlists/")] == [shown.pk]
    assert api.get(f"/api/v1/shortlists/{draft.pk}/").content == api.get("/api/v1/shortlists/999/").content


def test_entry_that_one_may_not_see_leaves_no_gap(
    outsider: Member, lead: Member, researcher: Member, chain: ValueChain
):
    hidden = make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN, title="CANARY")
    seen = make_idea(researcher, chain=chain)
    shortlist = publish_shortlist(by=lead, shortlist=make_shortlist(lead, chain, hidden, seen), at=timezone.now())

    answer = Api(outsider).get(f"/api/v1/shortlists/{shortlist.pk}/")

    assert [(row["idea"], row["position"]) for row in answer.json()["entries"]] == [(seen.pk, 1)]
    assert b"CANARY" not in answer.content


def test_published_list_changes_no_more(lead: Member, researcher: Member, chain: ValueChain, idea: Idea):
    shortlist = publish_shortlist(by=lead, shortlist=make_shortlist(lead, chain, idea), at=timezone.now())
    other = make_idea(researcher, chain=chain)

    answer = Api(lead).post(f"/api/v1/shortlists/{shortlist.pk}/entries/", {"idea": other.pk}, format="json")

    assert (answer.status_code, codes(answer)) == (409, [("already_published", None)])


def test_only_leads_make_lists(company: Member, chain: ValueChain):
    answer = Api(company).post("/api/v1/shortlists/", {"value_chain": "MOVES", "title": "Mine"}, format="json")

    assert (answer.status_code, codes(answer), Shortlist.objects.count()) == (403, [("not_allowed", None)], 0)


def test_secret_cannot_be_added_by_who_does_not_see_it(lead: Member, chain: ValueChain, idea: Idea, secret: Idea):
    shortlist = make_shortlist(lead, chain, idea)

    def refusal(key: int) -> tuple[int, bytes]:
        answer = Api(lead).post(f"/api/v1/shortlists/{shortlist.pk}/entries/", {"idea": key}, format="json")
        return answer.status_code, answer.content

    assert refusal(secret.pk) == refusal(7)
    assert refusal(7)[0] == 400


@pytest.mark.parametrize("body", [{"position": 0, "version": 1}, {"position": 10**30, "version": 1}, {"version": "x"}])
def test_bad_moves_are_refused(lead: Member, chain: ValueChain, idea: Idea, body: dict[str, object]):
    shortlist = make_shortlist(lead, chain, idea)
    path = f"/api/v1/shortlists/{shortlist.pk}/entries/{shortlist.entries.get().pk}/move/"

    assert Api(lead).post(path, body, format="json").status_code == 400


def test_visitor_is_asked_who_they_are():
    assert Api(None).get("/api/v1/shortlists/").status_code == 401


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    lead: Member, researcher: Member, chain: ValueChain, number: int, django_assert_num_queries
):
    for _ in range(number):
        make_shortlist(lead, chain, make_idea(researcher, chain=chain), make_idea(researcher, chain=chain))
    client = signed_in(lead)

    with django_assert_num_queries(6):
        assert len(client.get("/api/v1/shortlists/").json()["results"]) == number
