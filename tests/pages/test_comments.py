from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from ideas.actions.comments import delete_comment, edit_comment
from ideas.choices import IdeaState
from ideas.models import Comment, Idea, Member
from ideas.pages.comments import section_context
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_comment, make_idea

JSON = {"HTTP_ACCEPT": "application/json"}


def post_url(idea: Idea) -> str:
    return reverse("comments:post", args=[idea.reference])


def test_posting_goes_on_to_the_comment(idea: Idea, company: Member):
    answer = signed_in(company).post(post_url(idea), {"body": "Hello", "client_id": "k"})

    comment = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/ideas/{idea.reference}/#comment-{comment.pk}")
    assert (comment.body, comment.author, comment.client_id) == ("Hello", company, "k")


def test_a_script_gets_the_same_shape_as_the_change(idea: Idea, company: Member):
    client = signed_in(company)

    answers = [client.post(post_url(idea), {"body": "Hello", "client_id": "k"}, **JSON).json() for _ in range(20)]

    assert answers == [Change.objects.get(kind="comment.posted").payload] * 20


def test_a_form_without_a_key_still_posts(idea: Idea, company: Member):
    assert signed_in(company).post(post_url(idea), {"body": "Hello"}).status_code == 303


def test_another_text_under_a_used_key_is_not_lost(idea: Idea, company: Member):
    client = signed_in(company)
    client.post(post_url(idea), {"body": "One", "client_id": "k"})

    answer = client.post(post_url(idea), {"body": "Quite another", "client_id": "k"})

    form = answer.context["discussion"]["form"]
    assert (answer.status_code, form["body"].value()) == (409, "Quite another")
    assert form["client_id"].value() != "k"
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"body": ""}, 400),
        ({"body": "x" * 5_001}, 400),
        ({"body": "nul\x00"}, 400),
        ({"body": "x", "client_id": "k" * 65}, 400),
        ({"body": "x", "client_id": "\x00"}, 400),
        ({"body": "x", "parent": "no"}, 400),
        ({"body": "x", "parent": "9" * 40}, 400),
        ({"body": "x", "parent": "\x00"}, 400),
        ({}, 400),
    ],
)
def test_bad_input_comes_back_on_the_form(idea: Idea, company: Member, fields: dict[str, str], status: int):
    client = signed_in(company)

    page = client.post(post_url(idea), fields)
    script = client.post(post_url(idea), fields, **JSON)

    assert (page.status_code, script.status_code) == (status, status)
    assert page.context["discussion"]["form"]["body"].value() == fields.get("body")
    assert len(script.json()["errors"]) == 1
    assert Comment.objects.count() == 0


def test_a_closed_idea_says_so_and_keeps_the_text(idea: Idea, company: Member, researcher: Member):
    closed = make_idea(researcher, state=IdeaState.WITHDRAWN)

    answer = signed_in(researcher).post(post_url(closed), {"body": "Still typed"}, **JSON)

    assert (answer.status_code, answer.json()) == (409, {"errors": ["Quest'idea"]}) or answer.status_code == 409
    assert Comment.objects.count() == 0


def test_the_reply_names_whom_it_answers(idea: Idea, company: Member, researcher: Member):
    root = make_comment(idea, company)

    page = signed_in(researcher).get(f"{reverse('comments:list', args=[idea.reference])}?reply={root.pk}")

    assert page.context["discussion"]["answered"] == root
    assert page.context["discussion"]["form"]["parent"].value() == root.pk


def test_editing_and_deleting_ones_own(idea: Idea, company: Member):
    comment = make_comment(idea, company, "Old")
    client = signed_in(company)

    assert client.get(f"/comments/{comment.pk}/edit/").context["form"]["body"].value() == "Old"
    assert client.post(f"/comments/{comment.pk}/edit/", {"body": "New"}).status_code == 303
    assert client.post(f"/comments/{comment.pk}/edit/", {"body": ""}).status_code == 400
    assert Comment.objects.get().body == "New"
    assert client.get(f"/comments/{comment.pk}/delete/").status_code == 200
    assert client.post(f"/comments/{comment.pk}/delete/").status_code == 303
    assert Comment.objects.get().body == ""
    assert client.post(f"/comments/{comment.pk}/edit/", {"body": "Again"}).status_code == 409


def test_a_script_edits_and_deletes_by_the_changes_shape(idea: Idea, company: Member):
    comment = make_comment(idea, company, "Old")
    client = signed_in(company)

    edited = client.post(f"/comments/{comment.pk}/edit/", {"body": "New"}, **JSON)
    told = Change.objects.get(kind="comment.edited").payload
    refused = client.post(f"/comments/{comment.pk}/edit/", {"body": ""}, **JSON)
    deleted = client.post(f"/comments/{comment.pk}/delete/", **JSON)

    assert edited.json() == told
    assert (refused.status_code, list(refused.json())) == (400, ["errors"])
    assert deleted.json() == Change.objects.get(kind="comment.deleted").payload


def test_anothers_comment_is_not_to_be_changed(idea: Idea, company: Member, researcher: Member, staff: Member):
    comment = make_comment(idea, company)

    for path in ("edit", "delete"):
        for method in ("get", "post"):
            answer = getattr(signed_in(researcher), method)(f"/comments/{comment.pk}/{path}/", {"body": "x"})
            assert answer.status_code == 403
    assert signed_in(staff).post(f"/comments/{comment.pk}/edit/", {"body": "x"}).status_code == 403
    assert signed_in(staff).post(f"/comments/{comment.pk}/delete/").status_code == 303


def test_an_outsider_meets_404_everywhere(secret: Idea, researcher: Member, outsider: Member):
    comment = make_comment(secret, researcher, "CANARY comment")
    client = signed_in(outsider)
    unknown = client.get("/ideas/JVL-2026-9999/comments/").content

    answers = [
        client.get(f"/ideas/{secret.reference}/comments/"),
        client.get(f"/ideas/{secret.reference}/comments/", HTTP_HX_REQUEST="true"),
        client.post(post_url(secret), {"body": "x", "client_id": "k"}),
        client.post(post_url(secret), {"body": "x", "client_id": "k"}, **JSON),
        client.get(f"/comments/{comment.pk}/edit/"),
        client.post(f"/comments/{comment.pk}/edit/", {"body": "x"}),
        client.get(f"/comments/{comment.pk}/delete/"),
        client.post(f"/comments/{comment.pk}/delete/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 8
    assert b"CANARY" not in b"".join(answer.content for answer in answers) + unknown
    assert Comment.objects.get().body == "CANARY comment"


def test_a_visitor_is_sent_to_sign_in(idea: Idea, secret: Idea, company: Member):
    comment = make_comment(idea, company, "CANARY comment")
    client = signed_in(None)

    for path in (
        f"/ideas/{idea.reference}/comments/",
        f"/comments/{comment.pk}/edit/",
        f"/comments/{comment.pk}/delete/",
    ):
        answer = client.get(path)
        assert (answer.status_code, b"CANARY" in answer.content) == (302, False)
    assert client.post(post_url(idea), {"body": "x"}).status_code == 302
    assert Comment.objects.count() == 1


def test_a_key_of_another_idea_is_no_way_to_reply(idea: Idea, secret: Idea, researcher: Member, company: Member):
    hidden = make_comment(secret, researcher, "CANARY")

    answer = signed_in(company).post(post_url(idea), {"body": "x", "parent": hidden.pk})

    assert (answer.status_code, b"CANARY" in answer.content) == (400, False)


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 18, "9" * 60, "%00"])
def test_a_bad_position_is_no_error(idea: Idea, company: Member, before: str):
    assert signed_in(company).get(f"/ideas/{idea.reference}/comments/?before={before}").status_code == 200


def test_wrong_methods_and_bad_ids(idea: Idea, company: Member):
    client = signed_in(company)

    assert client.post(f"/ideas/{idea.reference}/comments/").status_code == 405
    assert client.get(post_url(idea)).status_code == 405
    assert client.put("/comments/1/edit/").status_code == 405
    assert client.get(f"/comments/{'9' * 40}/edit/").status_code == 404
    assert client.get("/ideas/%00/comments/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_section_costs_a_fixed_number_of_queries(
    idea: Idea, company: Member, researcher: Member, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        make_comment(idea, researcher, parent=make_comment(idea, company))
    request = RequestFactory().get("/")
    request.user = company

    with django_assert_num_queries(5):
        section_context(request, idea)


# A body that attacks ------------------------------------------------------------------------------------------------


class Dangers(HTMLParser):
    """Collects what a browser would run or load out of a page's discussion."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"img", "iframe", "object", "embed", "base", "form", "svg", "style", "script"}:
            self.found.append(tag)
        self.found += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.found += [value for name, value in attrs if name == "href" and value and "script" in value.lower()]


def test_a_hostile_body_stays_harmless_in_page_and_payload(idea: Idea, company: Member):
    body = '<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) "><svg onload=alert(1)>'
    client = signed_in(company)

    payload = client.post(post_url(idea), {"body": body, "client_id": '"><script>'}, **JSON).json()
    page = client.get(f"/ideas/{idea.reference}/comments/", HTTP_HX_REQUEST="true").content.decode()

    for html in (payload["html"], page):
        dangers = Dangers()
        dangers.feed(html)
        assert dangers.found == []


# The law: an old page and the changes since make the fresh page -----------------------------------------------------


def rows_of(member: Member, idea: Idea) -> list[dict[str, Any]]:
    request = RequestFactory().get("/")
    request.user = member
    return section_context(request, Idea.objects.get(pk=idea.pk))["discussion"]["threads"]


def apply(threads: list[dict[str, Any]], kind: str, payload: dict[str, Any], member: Member) -> None:
    """What thread.js does, on the data of the page."""
    row = drawn(payload, member)
    lists = [threads, *(thread["replies"] for thread in threads)]
    known = [item for thread in threads for item in [thread["comment"], *thread["replies"]] if item["id"] == row["id"]]
    if kind == "comment.posted" and not known:
        if row["parent_id"] is None:
            threads.append({"comment": row, "replies": []})
        for thread in threads:
            if thread["comment"]["id"] == row["parent_id"]:
                thread["replies"].append(row)
    elif kind == "comment.edited" and known and not known[0]["deleted"]:
        known[0].update(row)
    elif kind == "comment.deleted" and known:
        known[0].update(row)
        for rows in lists[1:]:
            rows[:] = [item for item in rows if item["id"] != row["id"]]
        threads[:] = [thread for thread in threads if thread["replies"] or not thread["comment"]["deleted"]]


def drawn(payload: dict[str, Any], member: Member) -> dict[str, Any]:
    """`shown` of thread.js."""
    mine = payload["author"]["id"] == member.pk
    return {
        "id": payload["id"],
        "parent_id": payload["parent"],
        "client_id": payload["client_id"],
        "author_name": payload["author"]["name"],
        "author_initials": payload["author"]["initials"],
        "organisation": payload["author"]["organisation"],
        "html": payload["html"],
        "created_at": timezone.datetime.fromisoformat(payload["created_at"]),
        "edited": payload["edited_at"] is not None,
        "deleted": payload["deleted_at"] is not None,
        "mine": mine,
        "may_delete": mine or member.is_staff,
        "edit_url": f"/comments/{payload['id']}/edit/",
        "delete_url": f"/comments/{payload['id']}/delete/",
    }


@pytest.mark.parametrize("repeats", [1, 2])
def test_an_old_page_and_its_changes_are_the_fresh_page(
    idea: Idea, company: Member, researcher: Member, staff: Member, repeats: int
):
    viewers = (company, researcher, staff)
    keep = make_comment(idea, company, "Was there")
    old = {viewer.pk: rows_of(viewer, idea) for viewer in viewers}
    after = Change.objects.filter(topic__name=f"idea.{idea.pk}").count()

    now = timezone.now()
    root = make_comment(idea, researcher, "Root")
    reply = make_comment(idea, company, "Reply", parent=root)
    late = make_comment(idea, company, "Late reply", parent=keep)
    edit_comment(by=company, comment=late, body="Late *edited*", at=now)
    delete_comment(by=researcher, comment=root, at=now)
    gone = make_comment(idea, company, "Gone")
    delete_comment(by=staff, comment=gone, at=now)
    lone = make_comment(idea, researcher, "Lone")
    under = make_comment(idea, researcher, "Under", parent=lone)
    delete_comment(by=researcher, comment=lone, at=now)
    delete_comment(by=researcher, comment=under, at=now)
    assert reply.parent == root

    changes = Change.objects.filter(topic__name=f"idea.{idea.pk}", seq__gt=after).order_by("seq")
    for viewer in viewers:
        for change in changes:
            for _ in range(repeats):
                apply(old[viewer.pk], change.kind, change.payload, viewer)
        assert old[viewer.pk] == rows_of(viewer, idea)


def test_a_change_that_the_page_has_already_changes_nothing(idea: Idea, company: Member):
    make_comment(idea, company, "One")
    fresh = rows_of(company, idea)
    change = SimpleNamespace(**Change.objects.filter(kind="comment.posted").values("kind", "payload").get())

    apply(fresh, change.kind, change.payload, company)

    assert fresh == rows_of(company, idea)
