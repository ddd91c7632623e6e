import pytest
from django.test import Client

from ideas.models import ConflictOfInterest, Review
from tests.cast import signed_in
from tests.factories import make_member, make_review, make_shortlist

REVIEWS = "/api/v1/reviews/"
MARKS = {"excellence": "4.0", "impact": None, "implementation": "3.5"}


def send(client: Client, method: str, path: str, body: object = None):
    return getattr(client, method)(path, body if body is not None else {}, content_type="application/json")


def code_of(answer) -> str:
    return str(answer.json()["errors"][0]["code"])


def test_a_lead_opens_a_round_asks_and_reads_what_it_comes_to(lead, chain, idea, company):
    shortlist = make_shortlist(lead, chain, idea)
    client, path = signed_in(lead), f"/api/v1/shortlists/{shortlist.pk}"

    missing = client.get(f"{path}/round/").status_code
    made = send(client, "put", f"{path}/round/", {"weights": {"impact": 1.5}, "own": ["For the region"]})
    asked = send(client, "post", f"{path}/reviews/", {"entry": shortlist.entries.get().pk, "members": [company.pk]})
    by_rule = send(client, "post", f"{path}/reviews/", {"wanted": 2})

    assert (missing, made.status_code) == (404, 200)
    assert (made.json()["weights"], [one["code"] for one in made.json()["criteria"]][-1]) == ({"impact": "1.5"}, "own1")
    assert [(row["asked"], row["done"], len(row["reviewers"])) for row in asked.json()] == [(1, 0, 1)]
    assert [row["asked"] for row in by_rule.json()] == [2]


@pytest.mark.parametrize(
    "body",
    [{}, {"wanted": 0}, {"wanted": 10**40}, {"wanted": 2, "entry": 1}, {"entry": 1}, {"entry": 1, "members": ["x"]},
     {"entry": 1, "members": [10**40]}, {"entry": 10**40, "members": []}, []],
)  # fmt: skip
def test_a_wrong_ask_is_refused(lead, shortlist, body):
    answer = send(signed_in(lead), "post", f"/api/v1/shortlists/{shortlist.pk}/reviews/", body)

    assert answer.status_code in (400, 404)


@pytest.mark.parametrize(
    "body",
    [{"weights": {"impact": 6}}, {"weights": {"impact": "NaN"}}, {"weights": {"charm": 1}}, {"weights": []},
     {"own": ["a\x00b"]}, {"own": ["x" * 81]}, {"due": "soon"}, {"scheme": "x"}],
)  # fmt: skip
def test_a_wrong_round_is_refused(lead, shortlist, body):
    assert send(signed_in(lead), "put", f"/api/v1/shortlists/{shortlist.pk}/round/", body).status_code == 400


def test_a_reviewer_saves_and_hands_in(company, lead, review):
    client, path = signed_in(company), f"{REVIEWS}{review.pk}/"

    saved = send(client, "patch", path, {"version": 0, "marks": {"excellence": "4.0"}})
    stale = send(client, "patch", path, {"version": 0, "aside": "Other"})
    incomplete = send(client, "post", f"{path}done/", {"version": 1})
    done = send(client, "post", f"{path}done/", {"version": 1, "marks": MARKS, "confidence": "low"})

    assert (saved.status_code, saved.json()["state"], saved.json()["version"]) == (200, "draft", 1)
    assert (stale.status_code, code_of(stale)) == (409, "review_changed")
    assert (incomplete.status_code, {row["attr"] for row in incomplete.json()["errors"]}) == (
        400, {"mark-impact", "mark-implementation", "confidence"},
    )  # fmt: skip
    assert (done.json()["state"], done.json()["overall"], done.json()["marks"]) == ("done", "11.25", MARKS)
    assert signed_in(lead).get(path).json()["overall"] == "11.25"


@pytest.mark.parametrize(
    "body",
    [{}, {"version": "x"}, {"version": 10**40}, {"version": 0, "marks": {"impact": "4.25"}},
     {"version": 0, "marks": {"impact": 4}}, {"version": 0, "marks": []}, {"version": 0, "confidence": "sure"},
     {"version": 0, "remarks": {"impact": "a\x00b"}}, {"version": 0, "aside": "x" * 3_001}],
)  # fmt: skip
def test_a_wrong_review_is_refused(company, review, body):
    assert send(signed_in(company), "patch", f"{REVIEWS}{review.pk}/", body).status_code == 400


def test_opened_again_declined_and_taken_back(company, lead, review, shortlist, idea, chain):
    client, path = signed_in(company), f"{REVIEWS}{review.pk}/"
    send(client, "post", f"{path}done/", {"version": 0, "marks": MARKS, "confidence": "low"})

    again = send(client, "post", f"{path}reopen/")
    declined = send(client, "post", f"{path}decline/", {"reason": "No time."})
    twice = send(client, "post", f"{path}decline/", {"reason": "No time."})
    second = make_member()
    chain.members.add(second)
    other = make_review(lead, shortlist, idea, second)
    gone = send(signed_in(lead), "delete", f"{REVIEWS}{other.pk}/")

    assert [answer.json()["state"] for answer in (again, declined)] == ["draft", "declined"]
    assert (twice.status_code, code_of(twice)) == (409, "wrong_state")
    assert (gone.status_code, Review.objects.filter(pk=other.pk).exists()) == (204, False)


def test_a_lead_begins_their_own(lead, outsider, shortlist):
    entry = shortlist.entries.get().pk

    answer = send(signed_in(lead), "post", REVIEWS, {"entry": entry})
    unknown = send(signed_in(outsider), "post", REVIEWS, {"entry": entry})

    assert (answer.status_code, answer.json()["state"], unknown.status_code) == (201, "draft", 404)


def test_one_lists_one_s_own_reviews(company, lead, review):
    rows = [signed_in(one).get(REVIEWS).json()["results"] for one in (company, lead)]

    assert [[row["id"] for row in found] for found in rows] == [[review.pk], []]


def test_outsiders_find_nothing(outsider, company, shortlist, review):
    client, path = signed_in(outsider), f"/api/v1/shortlists/{shortlist.pk}"
    paths = (f"{path}/round/", f"{path}/reviews/", f"{REVIEWS}{review.pk}/", f"{REVIEWS}{'9' * 300}/")

    assert [client.get(one).status_code for one in paths] == [404] * 4
    assert client.get(REVIEWS).json()["results"] == []
    assert [Client().get(one).status_code for one in paths] == [401] * 4


def test_an_interest_is_said_listed_and_taken_back(lead, staff, outsider, idea):
    client = signed_in(lead)

    said = send(client, "post", "/api/v1/conflicts/", {"idea": idea.reference, "reason": "My sister."})
    lists = [signed_in(one).get("/api/v1/conflicts/").json()["results"] for one in (lead, staff, outsider)]
    refused = send(signed_in(outsider), "post", "/api/v1/conflicts/", {"idea": idea.reference})
    gone = send(client, "delete", f"/api/v1/conflicts/{idea.reference}/")

    assert (said.status_code, said.json()["reason"], [len(rows) for rows in lists]) == (201, "My sister.", [1, 1, 0])
    assert (refused.status_code, gone.status_code, ConflictOfInterest.objects.count()) == (403, 204, 0)
