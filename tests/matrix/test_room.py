"""What partners say among themselves, on an idea that everybody sees: nobody else finds a word, a count or a trace."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from ideas.actions.joining import withdraw_join_request
from ideas.actions.mails import make_mails
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.choices import NotificationKind, SearchKind
from ideas.models import Comment, Idea, JoinRequest, Mail, Member, Notification, SearchEntry
from ideas.queries.topics import followable, idea_topic, member_topic, plan_topic
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import affiliate, make_comment, make_member, make_organisation, make_partner

pytestmark = pytest.mark.django_db
CANARY = "CANARYROOM"
# The asker waits for an answer, the reader was invited to read, the leaver was a partner's administrator and wrote.
OTHERS = ("visitor", "outsider", "lead", "staff", "asker", "reader", "leaver")
TEAM = ("researcher", "company", "administrator")
PAGES = (
    "/ideas/{ref}/", "/ideas/{ref}/?room=partners", "/ideas/{ref}/?room=partners&reply={comment}",
    "/ideas/{ref}/comments/", "/ideas/{ref}/comments/?room=partners",
    "/ideas/{ref}/comments/?room=partners&before={big}", "/ideas/{ref}/comments/rooms/?room=partners",
    "/ideas/{ref}/history/", "/ideas/{ref}/consortium/", "/ideas/{ref}/sheet/",
    "/ideas/{ref}/attachments/?room=partners", "/ideas/{ref}/pitch/", "/ideas/{ref}/partner-search/",
    "/ideas/{ref}/partner-search.txt", "/", "/?mine=1", f"/?q={CANARY}", f"/search/?q={CANARY}", "/search/?q=CANAR*",
    "/search/suggestions/?q=CANAR", "/export/ideas.json", "/export/ideas.csv", "/insights/", "/notifications/",
    "/join-requests/", "/calendar/all.ics", "/api/v1/ideas/", "/api/v1/ideas/{id}/", "/api/v1/ideas/{id}/comments/",
    "/api/v1/ideas/{id}/comments/?audience=partners", "/api/v1/join-requests/",
)  # fmt: skip


@pytest.fixture
def reader(idea: Idea) -> Member:
    member = make_member("Rita Reader")
    idea.invited.add(member)
    return member


@pytest.fixture
def leaver(idea: Idea) -> Member:
    """Was on the team, wrote into the room, and left."""
    member, organisation = make_member("Leo Leaver"), make_organisation("Left")
    affiliate(member, organisation, "administrator")
    request = make_partner(idea, member, organisation)
    make_comment(idea, member, "I was here.", audience="partners")
    withdraw_join_request(by=member, request=request, at=timezone.now())
    return member


@pytest.fixture
def said(idea: Idea, partner: JoinRequest, leaver: Member, researcher: Member, company: Member) -> Comment:
    """A thread of the room with the canary in both of its comments."""
    first = make_comment(idea, researcher, f"{CANARY} first", audience="partners")
    make_comment(idea, company, f"{CANARY} answer", audience="partners", parent=first)
    return first


@pytest.fixture(params=OTHERS)
def other(request: pytest.FixtureRequest) -> Member | None:
    return None if request.param == "visitor" else request.getfixturevalue(request.param)


@pytest.fixture(params=OTHERS[1:])
def member(request: pytest.FixtureRequest) -> Member:
    """Any of them who is signed in: visitors are asked to sign in whatever there is."""
    found: Member = request.getfixturevalue(request.param)
    return found


def text_of(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")


def get(client: Client, path: str, said: Comment) -> str:
    cache.clear()
    filled = path.format(ref=said.idea.reference, id=said.idea_id, comment=said.pk, big=10**9)
    return text_of(client.get(filled))


def test_nobody_else_finds_a_word_of_it(said: Comment, other: Member | None):
    client = signed_in(other)

    shown = {path: get(client, path, said) for path in PAGES}

    # A search says what was searched for: there the whole sentences are looked for.
    words = {path: (f"{CANARY} first", f"{CANARY} answer") if CANARY in path else (CANARY,) for path in shown}
    assert [path for path, text in shown.items() if any(word in text for word in words[path])] == []


def test_nobody_else_learns_that_there_is_a_room(said: Comment, other: Member | None):
    client = signed_in(other)

    page, asked = (get(client, path, said) for path in ("/ideas/{ref}/", "/ideas/{ref}/?room=partners"))

    for text in (page, asked):
        assert ("room=partners#discussion" in text, plan_topic(said.idea_id) in text) == (False, False)
    assert 'class="tabs"' not in get(client, "/ideas/{ref}/comments/rooms/?room=partners", said)


@pytest.mark.parametrize("name", TEAM)
def test_the_team_reads_it_in_its_own_tab_alone(request: pytest.FixtureRequest, said: Comment, name: str):
    client = signed_in(request.getfixturevalue(name))

    room, opened = (get(client, path, said) for path in ("/ideas/{ref}/?room=partners", "/ideas/{ref}/"))

    assert (f"{CANARY} first" in room, f"{CANARY} answer" in room, CANARY in opened) == (True, True, False)
    assert 'class="tabs"' in opened


def test_the_api_finds_it_for_the_team_alone(said: Comment, other: Member | None, company: Member):
    path = f"/api/v1/ideas/{said.idea_id}/comments/?audience=partners"

    mine, theirs = signed_in(company).get(path), signed_in(other).get(path)

    assert [row["audience"] for row in mine.json()["results"]] == ["partners"] * 3
    assert theirs.status_code == (401 if other is None else 404)


def test_one_comment_of_it_is_like_an_unknown_one(said: Comment, member: Member):
    client, told = signed_in(member), []

    for pk in (said.pk, 10**9):
        answers = [
            client.get(f"/comments/{pk}/edit/"), client.post(f"/comments/{pk}/edit/", {"body": "x"}),
            client.get(f"/comments/{pk}/delete/"), client.post(f"/comments/{pk}/delete/"),
            client.patch(f"/api/v1/comments/{pk}/", {"body": "x"}, content_type="application/json"),
            client.delete(f"/api/v1/comments/{pk}/"),
        ]  # fmt: skip
        told.append([answer.status_code for answer in answers])

    assert told == [[404] * 6] * 2
    said.refresh_from_db()
    assert (said.body, said.deleted_at) == (f"{CANARY} first", None)


def test_nobody_else_writes_into_it_nor_answers_it_outside(said: Comment, member: Member):
    client, page, api = signed_in(member), f"/ideas/{said.idea.reference}/comments/post/", said.idea_id
    before = Comment.objects.count()

    answers = [
        client.post(f"{page}?room=partners", {"body": "In"}),
        client.post(page, {"body": "Under it", "parent": said.pk}),
        *(
            client.post(f"/api/v1/ideas/{api}/comments/", {"client_id": "k", **body}, content_type="application/json")
            for body in (
                {"body": "In", "audience": "partners"},
                {"body": "In", "audience": "partners", "parent": said.pk},
                {"body": "In", "audience": "partners", "parent": 10**9},
                {"body": "Under it", "parent": said.pk},
            )
        ),
    ]

    assert [answer.status_code for answer in answers] == [404, 400, 403, 403, 403, 400]
    assert Comment.objects.count() == before


def test_nothing_of_it_is_on_a_topic_that_others_follow(said: Comment, other: Member | None):
    topics = sorted(set(Change.objects.values_list("topic__name", flat=True)))
    heard = followable(other, topics) if other else set()

    told = json.dumps([row.payload for row in Change.objects.filter(topic__name__in=heard)])

    assert (CANARY in told, plan_topic(said.idea_id) in heard) == (False, False)
    everywhere = set(Change.objects.filter(kind="comment.posted").values_list("topic__name", flat=True))
    assert everywhere == {plan_topic(said.idea_id)}


def test_it_counts_and_moves_nothing_that_others_see(idea: Idea, partner: JoinRequest, researcher: Member):
    idea.refresh_from_db()
    before, boards = (idea.comment_count, idea.activity_at), Change.objects.filter(topic__name__startswith="board.")
    cards = boards.count()

    comment = make_comment(idea, researcher, CANARY, audience="partners")
    idea.refresh_from_db()

    assert ((idea.comment_count, idea.activity_at), boards.count()) == (before, cards)
    assert not SearchEntry.objects.filter(kind=SearchKind.COMMENT, object_id=comment.pk).exists()
    assert list(Change.objects.filter(topic__name=idea_topic(idea.pk), kind="comment.posted")) == []


def test_the_bell_and_the_mail_tell_the_team_alone(said: Comment, other: Member | None, company: Member):
    told = Notification.objects.filter(kind=NotificationKind.ROOM_POSTED, data__actor="Ada Researcher")

    assert {row.member.name for row in told} == {"Anna Administrator"}
    assert (
        other is None
        or not Notification.objects.filter(member=other, kind=NotificationKind.ROOM_POSTED)
        .exclude(data__actor="Leo Leaver")
        .exists()
    )


def test_who_leaves_loses_what_they_were_told(
    idea: Idea, partner: JoinRequest, administrator: Member, researcher: Member
):
    make_comment(idea, researcher, CANARY, audience="partners")
    client = signed_in(administrator)
    bell = client.get("/notifications/").content.decode()

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())
    make_mails(at=timezone.now())

    row = Notification.objects.get(member=administrator, kind=NotificationKind.ROOM_POSTED)
    assert (f'href="{row.url}' in bell, f'href="{row.url}' in client.get("/notifications/").content.decode()) == (
        True, False,
    )  # fmt: skip
    assert not Mail.objects.filter(member=administrator, body__contains="room=partners").exists()
    assert plan_topic(idea.pk) not in followable(administrator, [plan_topic(idea.pk), member_topic(administrator.pk)])
    assert client.get(f"/ideas/{idea.reference}/?room=partners").content.decode().count(CANARY) == 0


def test_a_preview_as_a_partner_shows_the_room_and_as_others_none(said: Comment, researcher: Member):
    client = signed_in(researcher)

    seen = {
        kind: CANARY in client.get(f"/ideas/{said.idea.reference}/preview/?as={kind}&room=partners").content.decode()
        for kind in ("partner", "member", "chain", "visitor")
    }

    assert seen == {"partner": True, "member": False, "chain": False, "visitor": False}


def test_in_a_merge_it_stays_with_those_who_were_its_readers(
    idea: Idea, into: Idea, said: Comment, partner: JoinRequest, researcher: Member, other_author: Member,
    administrator: Member, outsider: Member,
):  # fmt: skip
    make_partner(into, outsider, outsider.organisations.get())
    proposal = propose_merge(by=researcher, idea=idea, into=into, at=timezone.now())
    consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())

    def reads(member: Member) -> tuple[bool, bool]:
        client = signed_in(member)
        old = text_of(client.get(f"/ideas/{idea.reference}/?stay&room=partners"))
        new = text_of(client.get(f"/ideas/{into.reference}/?room=partners"))
        return CANARY in old, CANARY in new

    assert [reads(one) for one in (researcher, administrator)] == [(True, False)] * 2
    assert [reads(one) for one in (other_author, outsider)] == [(False, False)] * 2
    said.refresh_from_db()
    into.refresh_from_db()
    assert (said.idea, into.comment_count) == (idea, 0)
    partner.refresh_from_db()
    withdraw_join_request(by=administrator, request=partner, at=timezone.now())
    assert reads(administrator) == (False, False)
