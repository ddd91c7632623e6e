from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from ideas.actions.shortlists import publish_shortlist
from ideas.choices import ChainStatus, IdeaState, Visibility
from ideas.models import Idea, Member, Shortlist
from ideas.queries.shortlists import (
    curated_chains,
    open_shortlists_for,
    published_shortlists_for,
    shortlist_rows,
    shortlists_visible_to,
    with_entries,
)
from ideas.serializers.shortlists import ShortlistSerializer
from tests.factories import make_call, make_chain, make_idea, make_shortlist

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def half_hidden(lead: Member, researcher: Member, chain) -> Shortlist:
    """A published list whose first idea went private afterwards."""
    ideas = [make_idea(researcher, chain=chain, title=title) for title in ("CANARY", "Seen", "Also seen")]
    shortlist = make_shortlist(lead, chain, *ideas)
    publish_shortlist(by=lead, shortlist=shortlist, at=NOW)
    Idea.objects.filter(pk=ideas[0].pk).update(visibility=Visibility.PRIVATE, audience="")
    return shortlist


def test_drafts_are_for_leads_and_staff(lead, staff, researcher, outsider, chain, idea):
    draft, published = make_shortlist(lead, chain), make_shortlist(lead, chain, idea)
    publish_shortlist(by=lead, shortlist=published, at=NOW)

    seen = [set(shortlists_visible_to(member)) for member in (lead, staff, researcher, outsider, AnonymousUser())]

    assert seen == [{draft, published}, {draft, published}, {published}, {published}, set()]


def test_what_a_member_may_not_see_is_neither_listed_nor_counted(half_hidden, outsider, researcher):
    seen = {
        member.name: (
            [entry.idea.title for entry in with_entries(shortlists_visible_to(member), member).get().seen_entries],
            shortlist_rows(member).get().entry_count,
        )
        for member in (outsider, researcher)
    }

    assert seen == {
        outsider.name: (["Seen", "Also seen"], 2),
        researcher.name: (["CANARY", "Seen", "Also seen"], 3),
    }


def test_positions_leave_no_gap_that_would_tell(half_hidden, outsider):
    shortlist = with_entries(shortlists_visible_to(outsider), outsider).get()

    entries = ShortlistSerializer(shortlist).data["entries"]

    assert [(entry["title"], entry["position"]) for entry in entries] == [("Seen", 1), ("Also seen", 2)]


def test_places_count_each_list_by_itself(lead, researcher, chain):
    ideas = [make_idea(researcher, chain=chain) for _ in range(2)]
    for _ in range(2):
        make_shortlist(lead, chain, *ideas)

    lists = with_entries(shortlists_visible_to(lead), lead)

    assert [[entry.place for entry in shortlist.seen_entries] for shortlist in lists] == [[1, 2], [1, 2]]


def test_an_idea_fits_the_drafts_of_its_chains_that_lack_it(
    lead, staff, researcher, outsider, chain, other_chain, idea
):
    lacking, having = make_shortlist(lead, chain), make_shortlist(lead, chain, idea)
    elsewhere, done = (
        make_shortlist(staff, other_chain),
        make_shortlist(lead, chain, make_idea(researcher, chain=chain)),
    )
    publish_shortlist(by=lead, shortlist=done, at=NOW)

    assert set(open_shortlists_for(lead, idea)) == {lacking}
    assert set(open_shortlists_for(staff, idea)) == {lacking}
    assert set(open_shortlists_for(outsider, idea)) == set()
    assert {having, elsewhere, done} & set(open_shortlists_for(staff, idea)) == set()


def test_a_draft_idea_fits_no_list(lead, researcher, chain):
    make_shortlist(lead, chain)

    assert set(open_shortlists_for(lead, make_idea(researcher, chain=chain, state=IdeaState.DRAFT))) == set()


def test_leads_curate_their_chains_and_staff_all(lead, staff, researcher, chain, other_chain):
    retired = make_chain("RETIRED", status=ChainStatus.RETIRED)
    retired.leads.add(lead)

    assert list(curated_chains(lead)) == [chain]
    assert set(curated_chains(staff)) == {chain, other_chain}
    assert list(curated_chains(researcher)) == list(curated_chains(AnonymousUser())) == []


def test_lists_of_a_call_are_the_published_ones(lead, researcher, chain, idea):
    call = make_call()
    make_shortlist(lead, chain, idea, call=call)
    published = make_shortlist(lead, chain, idea, call=call)
    publish_shortlist(by=lead, shortlist=published, at=NOW)

    assert published_shortlists_for(researcher, call) == [published]
    assert published_shortlists_for(lead, call) == [published]
    assert published_shortlists_for(AnonymousUser(), call) == []
