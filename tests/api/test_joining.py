import pytest

from ideas.models import Idea, JoinRequest, Member, Organisation
from tests.api.conftest import Api, codes
from tests.cast import signed_in
from tests.factories import make_idea, make_join_request, make_slot

pytestmark = pytest.mark.django_db


def ask(api: Api, idea: Idea, organisation: Organisation, **more: object):
    body = {"idea": idea.reference, "organisation": organisation.pk, "contribution": "A line.", **more}
    return api.post("/api/v1/join-requests/", body, format="json")


def test_company_asks_and_the_author_accepts(
    company: Member, administrator: Member, researcher: Member, firm: Organisation, idea: Idea
):
    slot = make_slot(idea, expertise="Presses")

    asked = ask(Api(company), idea, firm, slot=slot.pk, role="beneficiary", can_coordinate=True)
    path = f"/api/v1/join-requests/{asked.json()['id']}"
    authorised = Api(administrator).post(f"{path}/authorise/", {}, format="json")
    accepted = Api(researcher).post(f"{path}/accept/", {}, format="json")

    assert [(answer.status_code, answer.json()["state"]) for answer in (asked, authorised, accepted)] == [
        (201, "unauthorised"),
        (200, "pending"),
        (200, "accepted"),
    ]
    slot.refresh_from_db()
    assert (slot.filled, asked.json()["slot"], asked.json()["asked_by"]["organisation"]) == (1, slot.pk, "Firm")


def test_decline_needs_a_reason(administrator: Member, researcher: Member, firm: Organisation, idea: Idea):
    request = make_join_request(idea, administrator, firm)
    path = f"/api/v1/join-requests/{request.pk}/decline/"

    without = Api(researcher).post(path, {}, format="json")
    declined = Api(researcher).post(path, {"reason": "Enough presses."}, format="json")
    again = Api(researcher).post(path, {"reason": "Enough presses."}, format="json")

    assert (without.status_code, [attr for _, attr in codes(without)]) == (400, ["reason"])
    assert (declined.json()["state"], declined.json()["reason"]) == ("declined", "Enough presses.")
    assert (again.status_code, codes(again)) == (409, [("wrong_state", None)])


@pytest.mark.parametrize("step", ["accept", "authorise", "decline", "waitlist", "withdraw"])
def test_outsider_finds_no_request(administrator: Member, outsider: Member, firm: Organisation, idea: Idea, step: str):
    request = make_join_request(idea, administrator, firm, contribution="CANARY")
    api = Api(outsider)

    hidden = api.post(f"/api/v1/join-requests/{request.pk}/{step}/", {"reason": "x"}, format="json")
    unknown = api.post(f"/api/v1/join-requests/999/{step}/", {"reason": "x"}, format="json")

    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert (api.get(f"/api/v1/join-requests/{request.pk}/").status_code, api.results("join-requests/")) == (404, [])


def test_company_may_not_accept_itself(administrator: Member, firm: Organisation, idea: Idea):
    request = make_join_request(idea, administrator, firm)

    answer = Api(administrator).post(f"/api/v1/join-requests/{request.pk}/accept/", {}, format="json")

    assert (answer.status_code, codes(answer)) == (403, [("not_allowed", None)])


def test_unknown_step_is_404(administrator: Member, firm: Organisation, idea: Idea):
    request = make_join_request(idea, administrator, firm)

    assert Api(administrator).post(f"/api/v1/join-requests/{request.pk}/eat/", {}, format="json").status_code == 404


def test_secret_idea_and_unknown_idea_are_refused_alike(
    administrator: Member, firm: Organisation, secret: Idea, idea: Idea
):
    def refusal(key: object) -> tuple[int, bytes]:
        body = {"idea": key, "organisation": firm.pk, "contribution": "A line."}
        answer = Api(administrator).post("/api/v1/join-requests/", body, format="json")
        return answer.status_code, answer.content

    assert {refusal(key) for key in (secret.pk, secret.reference, 7, "x\0", None, {}, 10**50)} >= {refusal(7)}
    assert refusal(secret.pk) == refusal(7) == refusal("JVL-2026-0000")


def test_slot_of_a_secret_looks_unknown(administrator: Member, firm: Organisation, secret: Idea, idea: Idea):
    hidden = ask(Api(administrator), idea, firm, slot=make_slot(secret).pk)
    unknown = ask(Api(administrator), idea, firm, slot=10**40)

    assert (hidden.status_code, hidden.content) == (400, unknown.content)
    assert JoinRequest.objects.count() == 0


def test_nobody_asks_for_another_organisation(outsider: Member, firm: Organisation, idea: Idea):
    assert ask(Api(outsider), idea, firm).status_code == 403


def test_asking_twice_is_a_conflict(administrator: Member, firm: Organisation, idea: Idea):
    ask(Api(administrator), idea, firm)

    again = ask(Api(administrator), idea, firm)

    assert (again.status_code, codes(again)) == (409, [("already_asked", None)])


def test_visitor_is_asked_who_they_are(idea: Idea):
    assert Api(None).get("/api/v1/join-requests/").status_code == 401


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    administrator: Member, researcher: Member, firm: Organisation, number: int, django_assert_num_queries
):
    for _ in range(number):
        make_join_request(make_idea(researcher), administrator, firm)
    client = signed_in(researcher)

    with django_assert_num_queries(5):
        assert len(client.get("/api/v1/join-requests/").json()["results"]) == number
