"""Merging by the API, with its refusals; what an idea says of where it went."""

from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from ideas.choices import IdeaState, MergeState, Visibility
from ideas.models import Idea, Member, MergeProposal, ValueChain
from tests.api.conftest import Api, codes
from tests.factories import affiliate, make_idea, make_member, make_organisation

pytestmark = pytest.mark.django_db
PATH = "/api/v1/merges/"


@pytest.fixture
def other_author(chain: ValueChain) -> Member:
    """Who writes the idea into which the researcher's goes."""
    member = make_member("Otto Other", email="other@example.org")
    affiliate(member, make_organisation("Other house"))
    chain.members.add(member)
    return member


@pytest.fixture
def into(other_author: Member, chain: ValueChain) -> Idea:
    """The idea that takes the researcher's in."""
    return make_idea(other_author, chain=chain, title="Wider idea")


def propose(by: Member, idea: Idea, into: Idea, **more: Any) -> Any:
    return Api(by).post(PATH, {"idea": idea.reference, "into": into.pk, **more}, format="json")


def test_two_authors_merge(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    made = propose(researcher, idea, into, reason="One project.")
    path = f"{PATH}{made.json()['id']}/"
    read = Api(other_author).get(path).json()
    done = Api(other_author).post(f"{path}consent/", {}, format="json")

    assert (made.status_code, read) == (201, made.json())
    assert [read[name] for name in ("state", "reason", "joins", "into_consent_by", "ended_at")] == [
        "open", "One project.", True, None, None,
    ]  # fmt: skip
    assert (read["idea"]["title"], read["into"]["reference"]) == (idea.title, into.reference)
    assert read["idea_consent_by"] == read["proposed_by"]
    assert read["proposed_by"]["name"] == researcher.name
    assert (done.status_code, done.json()["state"], done.json()["idea"]["state"]) == (200, "done", "merged")
    assert Idea.objects.get(pk=idea.pk).merged_into == into


def test_who_agrees_may_stay_out_of_the_other_idea(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    made = propose(researcher, idea, into, joins=False)

    Api(other_author).post(f"{PATH}{made.json()['id']}/consent/", {}, format="json")

    assert list(into.authors.all()) == [other_author]


def test_a_proposal_is_declined_with_a_reason_once(idea: Idea, into: Idea, researcher: Member, other_author: Member):
    path = f"{PATH}{propose(researcher, idea, into).json()['id']}/end/"

    declined = Api(other_author).post(path, {"answer": "Not now."}, format="json")
    again = Api(researcher).post(path, {}, format="json")

    assert [declined.json()[name] for name in ("state", "answer")] == ["declined", "Not now."]
    assert declined.json()["ended_by"]["name"] == other_author.name
    assert (again.status_code, codes(again)) == (409, [("merge_ended", None)])


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, [("required", "idea"), ("required", "into")]),
        ({"into": "JVL-2026-0000"}, [("does_not_exist", "into")]),
        ({"into": "9" * 300}, [("does_not_exist", "into")]),
        ({"into": "\x00"}, [("does_not_exist", "into")]),
        ({"into": True}, [("does_not_exist", "into")]),
        ({"into": None}, [("null", "into")]),
        ({"reason": "x" * 1_001}, [("max_length", "reason")]),
        ({"joins": "perhaps"}, [("invalid", "joins")]),
    ],
)
def test_what_is_wrong_is_said(
    idea: Idea, into: Idea, researcher: Member, body: dict[str, Any], refusal: list[tuple[str, str]]
):
    whole = {"idea": idea.reference, "into": into.reference, **body} if body else {}

    answer = Api(researcher).post(PATH, whole, format="json")

    assert (answer.status_code, codes(answer), MergeProposal.objects.count()) == (400, refusal, 0)


def test_an_idea_into_itself_and_a_second_proposal_are_refused(idea: Idea, into: Idea, researcher: Member):
    itself = propose(researcher, idea, idea)
    propose(researcher, idea, into)
    second = propose(researcher, idea, into)

    assert (itself.status_code, codes(itself)) == (400, [("invalid", "into")])
    assert (second.status_code, codes(second)) == (409, [("merge_proposed", None)])


def test_others_neither_propose_nor_see_nor_answer(
    idea: Idea, into: Idea, secret: Idea, researcher: Member, company: Member, outsider: Member
):
    number = propose(researcher, idea, into).json()["id"]

    assert propose(company, idea, into).status_code == 403
    assert codes(propose(outsider, secret, into)) == [("does_not_exist", "idea")]
    assert Api(None).get(PATH).status_code == 401
    for member in (company, outsider):
        api = Api(member)
        assert api.results("merges/") == []
        for rest in ("", "consent/", "end/"):
            method = api.post if rest else api.get
            assert method(f"{PATH}{number}/{rest}").status_code == 404
    assert MergeProposal.objects.get().state == MergeState.OPEN


def test_where_an_idea_went_is_told_to_who_sees_that_one(
    idea: Idea, researcher: Member, company: Member, other_author: Member, chain: ValueChain
):
    hidden = make_idea(other_author, chain=chain, visibility=Visibility.PRIVATE)
    hidden.invited.add(researcher)
    assert Api(company).data(f"ideas/{idea.pk}/")["merged_into"] is None

    made = propose(researcher, idea, hidden)
    Api(other_author).post(f"{PATH}{made.json()['id']}/consent/", {}, format="json")

    told = {one.name: Api(one).data(f"ideas/{idea.pk}/") for one in (researcher, company)}
    assert {row["state"] for row in told.values()} == {IdeaState.MERGED}
    assert (told[researcher.name]["merged_into"], told[company.name]["merged_into"]) == (hidden.reference, None)


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    number: int, into: Idea, researcher: Member, chain: ValueChain, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(number):
        propose(researcher, make_idea(researcher, chain=chain), into)
    api = Api(researcher)

    with django_assert_num_queries(7):
        assert len(api.results("merges/")) == number
