"""Decisions by many at once: one is staged, each author is told once, and nobody waits in a circle."""

import pytest
from django.utils import timezone

from ideas.actions.decisions import publish_decisions, stage_decision
from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.shortlists import publish_shortlist
from ideas.choices import IdeaState, NotificationKind, Outcome
from ideas.models import BoardCount, Decision, Idea, IdeaTransition, Member, Notification, Shortlist, ValueChain
from tests.concurrency.test_writers import at_once
from tests.factories import make_idea, make_member, make_shortlist

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leads(chain: ValueChain) -> list[Member]:
    leads = [make_member(f"Lead {n}") for n in range(4)]
    chain.leads.add(*leads)
    return leads


@pytest.fixture
def authors(chain: ValueChain) -> list[Member]:
    return [make_member(f"Author {n}") for n in range(3)]


@pytest.fixture
def shortlist(leads: list[Member], authors: list[Member], chain: ValueChain) -> Shortlist:
    return make_shortlist(leads[0], chain, *(make_idea(author, chain=chain) for author in authors))


def stage_all(by: Member, shortlist: Shortlist, outcome: str) -> None:
    for entry in shortlist.entries.all():
        stage_decision(by=by, entry=entry, outcome=outcome, text="Words.", version=0, at=timezone.now())


def told_times(authors: list[Member], *kinds: str) -> list[int]:
    rows = Notification.objects.filter(kind__in=kinds)
    return [rows.filter(member=author).count() for author in authors]


def test_of_leads_who_stage_at_once_one_does_and_the_others_are_told(leads, shortlist):
    entry = shortlist.entries.first()

    def stage(lead: Member) -> int:
        row = stage_decision(
            by=lead, entry=entry, outcome=Outcome.DECLINE, text=lead.name, version=0, at=timezone.now()
        )
        return row.version

    told = at_once([lambda lead=lead: stage(lead) for lead in leads])

    assert sorted(map(str, told)) == ["1", "edited_meanwhile", "edited_meanwhile", "edited_meanwhile"]
    row = Decision.objects.get()
    assert (row.text, row.version) == (row.staged_by.name, 1)
    assert shortlist.changes.filter(act="staged").count() == 1


def test_who_publishes_twice_tells_each_author_once(leads, authors, shortlist):
    stage_all(leads[0], shortlist, Outcome.RESERVE)

    told = at_once(
        [lambda lead=lead: publish_decisions(by=lead, shortlist=shortlist, at=timezone.now()) for lead in leads]
    )

    assert [one for one in told if isinstance(one, str)] == ["nothing_staged"] * 3
    assert told_times(authors, NotificationKind.DECISION_PUBLISHED) == [1, 1, 1]
    assert Decision.objects.filter(published_at=None).count() == 0
    assert shortlist.changes.filter(act="decided").count() == 1


def test_a_list_and_its_decisions_published_at_once_tell_each_author_once(leads, authors, shortlist):
    stage_all(leads[0], shortlist, Outcome.REVISE)

    at_once([
        lambda: publish_shortlist(by=leads[1], shortlist=shortlist, at=timezone.now()),
        lambda: publish_decisions(by=leads[2], shortlist=shortlist, at=timezone.now()),
        lambda: publish_shortlist(by=leads[3], shortlist=shortlist, at=timezone.now()),
    ])  # fmt: skip

    kinds = (NotificationKind.INFO_ASKED, NotificationKind.DECISION_PUBLISHED, NotificationKind.IDEA_SHORTLISTED)
    assert told_times(authors, *kinds) == [1, 1, 1]
    assert IdeaTransition.objects.filter(new_state=IdeaState.NEEDS_INFO).count() == 3
    shortlist.refresh_from_db()
    assert (shortlist.state, shortlist.entries.filter(shown=True).count()) == ("published", 0)
    assert BoardCount.objects.get(audience="members", facet="state", value=IdeaState.NEEDS_INFO).count == 3


def test_publishing_against_authors_who_write_and_open_again_ends_right(leads, authors, shortlist):
    """Both take lists before ideas, and ideas before what hangs on them: nobody waits in a circle."""
    stage_all(leads[0], shortlist, Outcome.REVISE)
    publish_decisions(by=leads[0], shortlist=shortlist, at=timezone.now())
    stage_all(leads[0], shortlist, Outcome.SHORTLIST)
    ideas = list(Idea.objects.order_by("pk"))

    def answer(idea: Idea) -> str:
        author = idea.authors.get()
        saved = edit_idea(by=author, idea=idea, content={"approach": "More."}, version=1, at=timezone.now())
        return change_state(by=author, idea=saved, state=IdeaState.OPEN, at=timezone.now()).state

    told = at_once([
        *(lambda idea=idea: answer(idea) for idea in ideas),
        lambda: publish_shortlist(by=leads[1], shortlist=shortlist, at=timezone.now()).state,
    ])  # fmt: skip

    assert told == ["open", "open", "open", "published"]
    assert shortlist.entries.filter(shown=True).count() == 3
    assert told_times(authors, NotificationKind.DECISION_PUBLISHED) == [1, 1, 1]
    # Whichever came first: an answer that the list waited for is told to each lead once, one that came after to nobody.
    answered = Decision.objects.filter(outcome=Outcome.REVISE, answered_at__isnull=False).count()
    assert told_times(leads, NotificationKind.DECISION_ANSWERED) == [answered] * 4
