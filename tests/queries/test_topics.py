import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from ideas.choices import IdeaState, Visibility
from ideas.models import Idea, Member, ValueChain
from ideas.queries.topics import board_topic, call_topic, followable, idea_topic, member_topic, shortlist_topic
from tests.factories import make_call, make_idea, make_shortlist

pytestmark = pytest.mark.django_db


def test_members_follow_what_they_see(company: Member, idea: Idea, secret: Idea):
    call = make_call()
    asked = [idea_topic(idea.pk), idea_topic(secret.pk), call_topic(call.pk), member_topic(company.pk)]

    assert followable(company, asked) == {idea_topic(idea.pk), call_topic(call.pk), member_topic(company.pk)}
    assert followable(secret.created_by, [idea_topic(secret.pk)]) == {idea_topic(secret.pk)}


def test_a_private_idea_is_refused_like_an_unknown_one(outsider: Member, staff: Member, secret: Idea):
    for viewer in (outsider, staff, AnonymousUser()):
        assert followable(viewer, [idea_topic(secret.pk), idea_topic(secret.pk + 1)]) == set()


def test_visitors_follow_calls_alone(idea: Idea, researcher: Member, lead: Member, chain: ValueChain):
    shown = make_idea(researcher, chain=chain, public_teaser=True)
    made, call = make_shortlist(lead, chain, idea), make_call()
    asked = [idea_topic(shown.pk), member_topic(researcher.pk), shortlist_topic(made.pk), board_topic("members+")]

    assert followable(AnonymousUser(), [*asked, call_topic(call.pk)]) == {call_topic(call.pk)}


def test_nobody_follows_anothers_bell(company: Member, researcher: Member):
    assert followable(company, [member_topic(researcher.pk)]) == set()


def test_drafts_of_others_are_refused(company: Member, researcher: Member, chain: ValueChain):
    idea = make_idea(researcher, chain=chain, state=IdeaState.DRAFT)

    assert followable(company, [idea_topic(idea.pk)]) == set()


def test_boards_are_followed_by_their_audience(company: Member, outsider: Member, researcher: Member):
    chain = ValueChain.objects.get(code="MOVES")
    idea = make_idea(researcher, chain=chain, visibility=Visibility.VALUE_CHAIN)
    topic = board_topic(idea.audience)

    assert (followable(company, [topic]), followable(outsider, [topic])) == ({topic}, set())


def test_lists_in_preparation_are_for_the_leads(company: Member, lead: Member, chain: ValueChain):
    topic = shortlist_topic(make_shortlist(lead, chain).pk)

    assert (followable(company, [topic]), followable(lead, [topic])) == (set(), {topic})


@pytest.mark.parametrize(
    "topic",
    ["", "idea", "idea.", "idea.x", "idea.-1", "idea.１", "idea." + "9" * 40, "idea.1 ", "secret.1", "~", "\x00"],
)
def test_nonsense_is_refused_quietly(company: Member, topic: str):
    assert followable(company, [topic]) == set()


def test_an_inactive_member_follows_what_a_visitor_does(company: Member, idea: Idea):
    company.is_active = False

    assert followable(company, [idea_topic(idea.pk), member_topic(company.pk)]) == set()


@pytest.mark.parametrize("number", [1, 3])
def test_many_topics_cost_as_many_queries_as_one(
    researcher: Member,
    company: Member,
    chain: ValueChain,
    lead: Member,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
):
    topics = [idea_topic(make_idea(researcher, chain=chain).pk) for _ in range(number)]
    topics += [call_topic(make_call().pk) for _ in range(number)]
    topics += [shortlist_topic(make_shortlist(lead, chain).pk) for _ in range(number)]

    with django_assert_num_queries(5):
        followable(company, topics)
