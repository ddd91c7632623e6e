import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from ideas.choices import IdeaState
from ideas.models import Idea, Member, Organisation, ValueChain
from ideas.queries.today import Today, waiting_for
from tests.factories import make_idea, make_join_request, make_shortlist

pytestmark = pytest.mark.django_db


def test_each_is_told_what_is_theirs_to_do(
    researcher: Member, company: Member, administrator: Member, lead: Member, outsider: Member,
    idea: Idea, firm: Organisation, chain: ValueChain,
):  # fmt: skip
    make_join_request(idea, company, firm)
    make_join_request(make_idea(researcher, chain=chain), administrator, firm)
    make_idea(researcher, chain=chain, state=IdeaState.DRAFT)
    make_shortlist(lead, chain, idea)

    assert waiting_for(researcher) == Today(answer=1, drafts=1)
    assert waiting_for(administrator) == Today(authorise=1)
    assert waiting_for(lead) == Today(shortlists=1)
    assert waiting_for(company) == Today()
    assert waiting_for(outsider) == Today()


def test_it_costs_one_query_and_a_visitor_none(researcher: Member, django_assert_num_queries: DjangoAssertNumQueries):
    with django_assert_num_queries(1):
        waiting_for(researcher)
    with django_assert_num_queries(0):
        assert waiting_for(AnonymousUser()) == Today()
