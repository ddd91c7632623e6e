from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.ideas import change_state
from ideas.choices import IdeaState
from ideas.models import Idea, Member, Organisation, ValueChain
from ideas.queries.today import Today, waiting_for
from tests.factories import make_call, make_idea, make_join_request, make_review, make_round, make_shortlist

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_each_is_told_what_is_theirs_to_do(
    researcher: Member, company: Member, administrator: Member, lead: Member, outsider: Member,
    idea: Idea, firm: Organisation, chain: ValueChain,
):  # fmt: skip
    make_join_request(idea, company, firm)
    make_join_request(make_idea(researcher, chain=chain), administrator, firm)
    make_idea(researcher, chain=chain, state=IdeaState.DRAFT)
    make_shortlist(lead, chain, idea)

    assert waiting_for(researcher, NOW) == Today(answer=1, drafts=1)
    assert waiting_for(administrator, NOW) == Today(authorise=1)
    assert waiting_for(lead, NOW) == Today(shortlists=1, leads=1)
    assert waiting_for(company, NOW) == Today()
    assert waiting_for(outsider, NOW) == Today()


def test_reviewers_are_told_of_reviews_to_write_unless_they_have_an_interest_by_now(
    lead: Member, company: Member, administrator: Member, idea: Idea, chain: ValueChain
):
    shortlist = make_shortlist(lead, chain, idea)
    make_round(lead, shortlist)
    make_review(lead, shortlist, idea, company)
    make_review(lead, shortlist, idea, lead, "4.0", "4.0", "4.0")

    before = [waiting_for(member, NOW).to_review for member in (company, lead, administrator)]
    idea.authors.add(company)

    assert (before, waiting_for(company, NOW).to_review) == ([1, 0, 0], 0)


def test_it_costs_one_query_and_a_visitor_none(researcher: Member, django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(1):
        waiting_for(researcher, NOW)
    with django_assert_num_queries(0):
        assert waiting_for(AnonymousUser(), NOW) == Today()


def test_author_is_told_of_ideas_whose_call_has_closed(researcher: Member, outsider: Member, chain: ValueChain):
    call = make_call("A", closes_in=timedelta(days=3))
    for state in (IdeaState.OPEN, IdeaState.PREPARING, IdeaState.PARKED):
        make_idea(researcher, chain=chain, call=call, state=state)

    assert waiting_for(researcher, NOW) == Today()
    assert waiting_for(researcher, NOW + timedelta(days=4)) == Today(stranded=2)
    assert waiting_for(outsider, NOW + timedelta(days=4)) == Today()


def test_author_is_told_of_ideas_about_which_a_reviewer_asked(
    researcher: Member, lead: Member, company: Member, idea: Idea, chain: ValueChain
):
    make_idea(researcher, chain=chain)

    change_state(by=lead, idea=idea, state=IdeaState.NEEDS_INFO, reason="Who owns it?", at=NOW)

    found = [waiting_for(member, NOW) for member in (researcher, lead, company)]
    assert found == [Today(asked=1), Today(leads=1), Today()]
