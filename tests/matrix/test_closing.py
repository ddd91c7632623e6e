"""What somebody saw and may see no more: nothing of it reaches them, by no way."""

from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.joining import withdraw_join_request
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import IdeaState, Visibility
from ideas.errors import Conflict
from ideas.models import Idea, Member, Notification, Organisation, Shortlist, ValueChain
from ideas.queries.topics import followable, idea_topic, plan_topic, shortlist_topic
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import make_idea, make_join_request, make_partner, make_shortlist

pytestmark = pytest.mark.django_db


def close(idea: Idea, **content: Any) -> Idea:
    """Make it private, under a name that nobody else may read."""
    content = {"visibility": Visibility.PRIVATE, "title": "CANARY", **content}
    return edit_idea(by=idea.created_by, idea=idea, content=content, version=idea.version, at=timezone.now())


def checks() -> list[str]:
    """The topics whose followers are checked before they are told anything more."""
    rows = Change.objects.filter(topic__name="~", kind="topic").order_by("pk")
    return [row.payload["id"] for row in rows]


def test_followers_of_an_idea_that_closes_are_checked_before_its_new_name_is_told(idea: Idea):
    close(idea)

    assert checks() == [idea_topic(idea.pk)]
    assert Change.objects.get(topic__name="board.members", kind="card.gone").payload["id"] == idea.pk


def test_who_is_no_longer_invited_is_checked(researcher: Member, outsider: Member, chain: ValueChain):
    shown = make_idea(researcher, chain=chain, visibility=Visibility.PRIVATE, invited=[outsider])

    close(shown, invited=[])

    assert checks() == [idea_topic(shown.pk)]
    assert followable(outsider, [idea_topic(shown.pk)]) == set()


def test_who_is_no_longer_an_author_is_checked(idea: Idea, outsider: Member):
    idea = close(idea, authors=[outsider])
    before = len(checks())

    close(idea, authors=[])

    assert checks()[before:] == [idea_topic(idea.pk), plan_topic(idea.pk)]


def test_an_edit_that_hides_nothing_checks_nobody(idea: Idea, outsider: Member):
    edit_idea(by=idea.created_by, idea=idea, content={"invited": [outsider]}, version=1, at=timezone.now())

    assert checks() == []


def test_people_of_a_partner_that_leaves_are_checked(idea: Idea, administrator: Member, firm: Organisation):
    partner = make_partner(idea, administrator, firm)

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert checks() == [idea_topic(idea.pk), plan_topic(idea.pk)]


def test_partner_that_has_left_a_private_idea_reads_nothing_more(
    idea: Idea, administrator: Member, company: Member, firm: Organisation
):
    partner = make_partner(idea, administrator, firm)
    close(idea)
    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    seen = {
        (member.name, path): (answer.status_code, "CANARY" in answer.content.decode())
        for member in (administrator, company)
        for path in (f"/ideas/{idea.reference}/", f"/api/v1/ideas/{idea.pk}/", "/join-requests/", "/notifications/")
        for answer in [signed_in(member).get(path)]
    }

    assert {found for (_, path), found in seen.items() if "ideas" in path} == {(404, False)}
    assert {found for (_, path), found in seen.items() if "ideas" not in path} == {(200, False)}


def test_the_name_of_a_closed_idea_is_not_told_to_who_waits(idea: Idea, administrator: Member, firm: Organisation):
    make_join_request(idea, administrator, firm)
    idea = close(idea)

    change_state(by=idea.created_by, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    assert list(Notification.objects.filter(member=administrator)) == []


@pytest.fixture
def hidden_list(lead: Member, researcher: Member, chain: ValueChain) -> Shortlist:
    """A published list whose only idea was closed afterwards."""
    only = make_idea(researcher, chain=chain)
    shortlist = make_shortlist(lead, chain, only, title="A list")
    publish_shortlist(by=lead, shortlist=shortlist, at=timezone.now())
    close(only)
    return shortlist


def test_a_published_list_without_an_idea_that_one_sees_is_like_an_unknown_one(
    hidden_list: Shortlist, outsider: Member, lead: Member, staff: Member, researcher: Member
):
    for member in (outsider, lead, staff):
        client = signed_in(member)
        pages = [client.get(f"/shortlists/{pk}/") for pk in (hidden_list.pk, 10**9)]
        answers = [client.get(f"/api/v1/shortlists/{pk}/") for pk in (hidden_list.pk, 10**9)]
        assert [answer.status_code for answer in (*pages, *answers)] == [404] * 4
        assert answers[0].content == answers[1].content
        assert client.get("/api/v1/shortlists/").json()["results"] == []
        assert ("A list" in client.get("/shortlists/").content.decode()) is False
        assert followable(member, [shortlist_topic(hidden_list.pk)]) == set()

    assert signed_in(researcher).get(f"/shortlists/{hidden_list.pk}/").status_code == 200


def test_a_list_that_looks_empty_is_refused_like_an_empty_one(lead: Member, researcher: Member, chain: ValueChain):
    only = make_idea(researcher, chain=chain)
    shortlist = make_shortlist(lead, chain, only)
    close(only)

    with pytest.raises(Conflict, match="empty_shortlist"):
        publish_shortlist(by=lead, shortlist=shortlist, at=timezone.now())
