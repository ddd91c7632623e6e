import pytest
from django.utils import timezone

from ideas.actions.conflicts import declare_conflict
from ideas.choices import JoinState
from ideas.models import Idea, JoinRequest, Member
from ideas.queries.conflicts import conflicted_among, conflicted_ideas, conflicted_members, has_conflict, interests_of
from tests.factories import affiliate, make_idea, make_invitation, make_join_request, make_member, make_organisation


@pytest.fixture
def proposed(idea: Idea, laboratory) -> Idea:
    """The open idea, proposed from the laboratory."""
    idea.organisation = laboratory
    idea.save(update_fields=["organisation"])
    return idea


def kinds(member: Member, idea: Idea) -> list[str]:
    return [one.kind for one in interests_of(member, idea)]


def test_authors_colleagues_and_whoever_said_so_have_an_interest(proposed, researcher, laboratory, lead, company):
    colleague, of_unit, of_parent = (make_member(name) for name in ("Colleague", "Of a unit", "Of the parent"))
    parent = make_organisation("Parent")
    laboratory.parent = parent
    laboratory.save(update_fields=["parent"])
    affiliate(colleague, laboratory)
    affiliate(of_unit, make_organisation("Sister", parent=parent))
    affiliate(of_parent, parent)
    declare_conflict(by=lead, idea=proposed, reason="My sister's.", at=timezone.now())

    people = [researcher, colleague, of_unit, of_parent, lead, company]

    assert set(conflicted_members(proposed)) == {researcher, colleague, of_unit, of_parent, lead}
    assert conflicted_among(people, proposed) == {one.pk for one in people if one != company}
    assert [kinds(one, proposed) for one in people] == [
        ["author", "proposer"], ["proposer"], ["proposer"], ["proposer"], ["declared"], [],
    ]  # fmt: skip


@pytest.mark.parametrize("state", JoinState.values)
def test_an_organisation_in_the_consortium_or_asking_to_be_has_an_interest(
    proposed, administrator, firm, company, state
):
    request = make_join_request(proposed, administrator, firm)
    JoinRequest.objects.filter(pk=request.pk).update(state=state)

    within = state in {JoinState.ACCEPTED, JoinState.PENDING, JoinState.UNAUTHORISED, JoinState.WAITLISTED}

    assert [has_conflict(one, proposed) for one in (administrator, company)] == [within] * 2
    assert kinds(company, proposed) == (["partner"] if within else [])


def test_an_invitation_silences_nobody(proposed, administrator, firm):
    make_invitation(proposed, firm)

    assert has_conflict(administrator, proposed) is False


def test_where_an_idea_is_proposed_from_nowhere_the_authors_organisations_count(idea, laboratory, company):
    colleague = make_member("Colleague")
    affiliate(colleague, laboratory)

    assert [has_conflict(one, idea) for one in (colleague, company)] == [True, False]
    assert kinds(colleague, idea) == ["colleague"]


def test_both_sides_say_the_same_of_everybody(
    proposed, chain, researcher, other_author, company, administrator, firm, lead, staff, outsider, laboratory
):
    bare = make_idea(other_author, chain=chain)
    affiliate(other_author, make_organisation("Other's", parent=firm))
    make_join_request(proposed, administrator, firm)
    declare_conflict(by=lead, idea=bare, at=timezone.now())
    declare_conflict(by=staff, idea=proposed, at=timezone.now())

    for one in (researcher, other_author, company, administrator, lead, staff, outsider):
        by_member = {idea.pk for idea in conflicted_ideas(one)}
        by_idea = {idea.pk for idea in (proposed, bare) if conflicted_members(idea).filter(pk=one.pk).exists()}
        said = {idea.pk for idea in (proposed, bare) if interests_of(one, idea)}
        assert by_member == by_idea == said, one.name
