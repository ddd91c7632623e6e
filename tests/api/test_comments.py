import pytest
from django.utils import timezone

from ideas.actions.comments import delete_comment
from ideas.choices import IdeaState
from ideas.models import Comment, Idea, Member
from realtime.models import Change
from tests.api.conftest import Api, codes
from tests.cast import signed_in
from tests.factories import make_comment, make_idea

pytestmark = pytest.mark.django_db


def test_comment_is_posted_once(company: Member, idea: Idea):
    api = Api(company)
    body = {"body": "**Good** idea.", "client_id": "c1"}

    first = api.post(f"/api/v1/ideas/{idea.pk}/comments/", body, format="json")
    again = api.post(f"/api/v1/ideas/{idea.reference}/comments/", body, format="json")

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    shown = first.json()
    assert (first.status_code, shown["html"], shown["client_id"], shown["author"]["organisation"]) == (
        201,
        "<p><strong>Good</strong> idea.</p>\n",
        "c1",
        "Firm",
    )
    assert Comment.objects.count() == 1
    assert Change.objects.filter(kind="comment.posted").count() == 1


def test_reply_goes_under_its_comment(company: Member, researcher: Member, idea: Idea):
    parent = make_comment(idea, researcher)
    body = {"body": "Yes.", "client_id": "c1", "parent": parent.pk}

    answer = Api(company).post(f"/api/v1/ideas/{idea.pk}/comments/", body, format="json")

    assert (answer.status_code, answer.json()["parent"]) == (201, parent.pk)


def test_parent_of_another_idea_looks_unknown(company: Member, researcher: Member, idea: Idea, secret: Idea):
    elsewhere = make_comment(secret, researcher, "CANARY")

    def refusal(parent: int) -> tuple[int, bytes]:
        body = {"body": "Yes.", "client_id": "c1", "parent": parent}
        answer = Api(company).post(f"/api/v1/ideas/{idea.pk}/comments/", body, format="json")
        return answer.status_code, answer.content

    assert refusal(elsewhere.pk) == refusal(10**30)
    assert refusal(elsewhere.pk)[0] == 400


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("required", "body"), ("required", "client_id")]),
        ({"body": " ", "client_id": "c"}, [("blank", "body")]),
        ({"body": "x" * 5001, "client_id": "c"}, [("max_length", "body")]),
        ({"body": "x", "client_id": "c" * 65}, [("max_length", "client_id")]),
        ({"body": "*" * 2000, "client_id": "c"}, [("too_many_marks", "body")]),
        ({"body": "a\0b", "client_id": "c"}, [("null_characters_not_allowed", "body")]),
        ([], [("invalid", "non_field_errors")]),
    ],
)
def test_bad_comment_is_named_by_field(company: Member, idea: Idea, body: object, expected: list[tuple[str, str]]):
    answer = Api(company).post(f"/api/v1/ideas/{idea.pk}/comments/", body, format="json")

    assert (answer.status_code, sorted(codes(answer))) == (400, sorted(expected))
    assert Comment.objects.count() == 0


def test_list_is_in_the_order_of_time_without_deleted_ones(company: Member, researcher: Member, idea: Idea):
    first, gone, last = (make_comment(idea, researcher, text) for text in ("One", "CANARY", "Three"))
    delete_comment(by=researcher, comment=gone, at=timezone.now())

    assert [row["id"] for row in Api(company).results(f"ideas/{idea.pk}/comments/")] == [first.pk, last.pk]


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    company: Member, researcher: Member, idea: Idea, number: int, django_assert_num_queries
):
    for _ in range(number):
        make_comment(idea, researcher)
    client = signed_in(company)

    with django_assert_num_queries(7):
        assert len(client.get(f"/api/v1/ideas/{idea.pk}/comments/").json()["results"]) == number


def test_writer_edits_and_deletes(company: Member, idea: Idea):
    comment, api = make_comment(idea, company, "Frist"), Api(company)

    edited = api.patch(f"/api/v1/comments/{comment.pk}/", {"body": "First"}, format="json")
    deleted = api.delete(f"/api/v1/comments/{comment.pk}/")
    again = api.delete(f"/api/v1/comments/{comment.pk}/")
    late = api.patch(f"/api/v1/comments/{comment.pk}/", {"body": "Late"}, format="json")

    assert (edited.status_code, edited.json()["body"], edited.json()["edited_at"] is not None) == (200, "First", True)
    assert (deleted.status_code, again.status_code) == (204, 204)
    assert (late.status_code, codes(late)) == (409, [("comment_deleted", None)])


def test_others_may_not_edit_it(researcher: Member, company: Member, idea: Idea):
    comment = make_comment(idea, company)

    answer = Api(researcher).patch(f"/api/v1/comments/{comment.pk}/", {"body": "Mine"}, format="json")

    assert (answer.status_code, codes(answer)) == (403, [("not_allowed", None)])


@pytest.mark.parametrize("method", ["get", "post"])
def test_outsider_finds_no_comments_of_a_secret(outsider: Member, researcher: Member, secret: Idea, method: str):
    make_comment(secret, researcher, "CANARY")
    api = Api(outsider)
    body = {"body": "x", "client_id": "c"}

    hidden = getattr(api, method)(f"/api/v1/ideas/{secret.pk}/comments/", body, format="json")
    unknown = getattr(api, method)("/api/v1/ideas/1/comments/", body, format="json")

    assert (hidden.status_code, hidden.content) == (404, unknown.content)


def test_outsider_cannot_touch_a_secrets_comment(outsider: Member, researcher: Member, secret: Idea):
    comment, api = make_comment(secret, researcher, "CANARY"), Api(outsider)

    answers = [
        api.patch(f"/api/v1/comments/{comment.pk}/", {"body": "x"}, format="json"),
        api.delete(f"/api/v1/comments/{comment.pk}/"),
        api.delete("/api/v1/comments/999/"),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[2].content)}


def test_visitor_reads_no_comments(researcher: Member, chain: object):
    idea = make_idea(researcher, public_teaser=True)

    assert Api(None).get(f"/api/v1/ideas/{idea.pk}/comments/").status_code == 401


def test_withdrawn_idea_takes_no_comments(researcher: Member):
    idea = make_idea(researcher, state=IdeaState.WITHDRAWN)

    answer = Api(researcher).post(f"/api/v1/ideas/{idea.pk}/comments/", {"body": "x", "client_id": "c"}, format="json")

    assert (answer.status_code, codes(answer)) == (409, [("commenting_closed", None)])
