"""Invitations to join an idea: who may, who sees the idea then, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.ideas import change_state
from ideas.actions.join_expiry import expire_requests
from ideas.actions.joining import (
    accept_join_request,
    decline_join_request,
    invite_organisation,
    remove_partner,
    withdraw_join_request,
)
from ideas.choices import IdeaState, JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation
from ideas.queries.ideas import members_who_see, visible_to
from ideas.queries.joining import requests_visible_to
from ideas.queries.topics import followable, idea_topic, plan_topic
from tests.factories import (
    affiliate,
    make_idea,
    make_invitation,
    make_join_request,
    make_member,
    make_organisation,
    make_partner,
    make_slot,
)
from tests.told import changes, last

Step = Callable[[JoinRequest, Member, Member], Any]
# How an invitation ends without an acceptance: (its author, the administrator) take part.
ENDS: dict[str, Step] = {
    "declined": lambda row, author, administrator: decline_join_request(
        by=administrator, request=row, reason="No", at=timezone.now()
    ),
    "withdrawn": lambda row, author, administrator: withdraw_join_request(by=author, request=row, at=timezone.now()),
    "expired": lambda row, author, administrator: expire_requests(at=timezone.now() + timedelta(days=31)),
    "idea withdrawn": lambda row, author, administrator: change_state(
        by=author, idea=row.idea, state=IdeaState.WITHDRAWN, at=timezone.now()
    ),
}


def sees(member: Member, idea: Idea) -> tuple[bool, bool, bool]:
    """By the gate, by its other side, and live: always the same answer."""
    topic = idea_topic(idea.pk)
    return (
        visible_to(member).filter(pk=idea.pk).exists(),
        members_who_see(idea, [member]) == {member.pk},
        followable(member, [topic]) == {topic},
    )


YES, NO = (True, True, True), (False, False, False)


def test_an_invitation_is_told_to_the_administrators_and_nobody_else(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    before = last()

    row = invite_organisation(by=researcher, idea=idea, organisation=firm, message=" Come. ", at=timezone.now())

    assert (row.state, row.message, row.asked_by, row.invited_by) == ("invited", "Come.", researcher, researcher)
    others = [(f"member.{administrator.pk}", "notification.added"), (f"member.{researcher.pk}", "request.changed")]
    assert changes(before) == sorted(others)
    assert list(requests_visible_to(company)) == []
    told = Notification.objects.get(member=administrator)
    assert (told.kind, told.data["title"], told.data["organisation"]) == ("join.invited", "Open idea", "Firm")


def test_an_invitation_opens_a_private_idea_to_the_administrators_alone(
    secret: Idea, company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    before = [sees(member, secret) for member in (administrator, company, outsider)]
    make_invitation(secret, firm)

    assert before == [NO, NO, NO]
    assert [sees(member, secret) for member in (administrator, company, outsider)] == [YES, NO, NO]
    # What is the team's stays the team's.
    assert followable(administrator, [plan_topic(secret.pk)]) == set()


@pytest.mark.parametrize("end", ENDS)
def test_an_invitation_that_ends_closes_the_idea_again(
    secret: Idea, researcher: Member, administrator: Member, firm: Organisation, end: str
):
    row = make_invitation(secret, firm)
    before = last()

    ENDS[end](row, researcher, administrator)

    assert sees(administrator, secret) == NO
    assert JoinRequest.objects.get().state == ("expired" if end == "idea withdrawn" else end)
    # Whoever follows it is checked before anything more is sent.
    assert ("~", "topic") in changes(before)


@pytest.mark.parametrize("end", ["withdrawn", "expired", "idea withdrawn"])
def test_who_was_invited_is_told_that_it_is_over(
    secret: Idea, researcher: Member, administrator: Member, firm: Organisation, end: str
):
    row = make_invitation(secret, firm)

    ENDS[end](row, researcher, administrator)

    told = Notification.objects.filter(member=administrator).exclude(kind=NotificationKind.JOIN_INVITED).get()
    # Of the idea, which they see no more, it holds the name that they saw until then, and no way to it.
    assert (told.idea, told.data["title"], secret.reference in told.url) == (None, secret.title, False)


def test_who_stops_administering_sees_the_idea_no_more(secret: Idea, administrator: Member, firm: Organisation):
    make_invitation(secret, firm)

    firm.affiliations.filter(member=administrator).update(role="member")

    assert sees(administrator, secret) == NO


def test_an_accepted_invitation_is_a_partner_like_any(
    secret: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(secret, role="end_user")
    row = make_invitation(secret, firm, slot=slot)
    before = last()

    row = accept_join_request(by=administrator, request=row, at=timezone.now())

    slot.refresh_from_db()
    secret.refresh_from_db()
    assert (row.asked_by, row.role, slot.filled, secret.partner_count) == (administrator, "end_user", 1, 1)
    assert sees(company, secret) == YES
    assert (f"member.{researcher.pk}", "notification.added") in changes(before)
    remove_partner(by=researcher, request=row, reason="Changed", at=timezone.now())
    assert [sees(member, secret) for member in (company, administrator)] == [NO, NO]


def test_only_authors_invite(idea: Idea, company: Member, staff: Member, firm: Organisation, outsider: Member):
    before = last()

    for by in (company, staff, outsider):
        with pytest.raises(NotAllowed):
            make_invitation(idea, firm, by=by)

    assert (changes(before), JoinRequest.objects.count()) == ([], 0)


def test_what_cannot_be_invited_is_refused_with_its_reason(
    idea: Idea,
    researcher: Member,
    administrator: Member,
    outsider: Member,
    firm: Organisation,
    laboratory: Organisation,
):
    full, elsewhere = make_slot(idea), make_slot(make_idea(researcher))
    other = outsider.organisations.get()
    make_partner(idea, outsider, other, slot=full)
    Idea.objects.filter(pk=idea.pk).update(organisation=laboratory)
    empty = make_organisation()
    affiliate(make_member(is_active=False), empty, "administrator")
    make_invitation(idea, firm)
    make_join_request(idea, outsider, other, role="end_user")
    before = last()

    codes = []
    for organisation, fields in (
        (laboratory, {}), (firm, {}), (other, {"role": "end_user"}), (firm, {"slot": full}), (empty, {}),
    ):  # fmt: skip
        with pytest.raises(Conflict) as refusal:
            make_invitation(idea, organisation, **fields)
        codes.append(refusal.value.code)
    for fields in ({"slot": elsewhere}, {"message": "x" * 3_001}, {"message": "\x00"}, {"role": "king"}):
        with pytest.raises(ValidationError):
            make_invitation(idea, firm, **{"role": "subcontractor", **fields})

    assert codes == ["own_organisation", "already_candidate", "already_candidate", "slot_filled", "nobody_to_invite"]
    assert changes(before) == []


@pytest.mark.parametrize("state", [IdeaState.DRAFT, IdeaState.PARKED])
def test_nobody_is_invited_to_an_idea_that_takes_no_partners(
    researcher: Member, administrator: Member, firm: Organisation, state: str
):
    closed = make_idea(researcher, state=state)

    with pytest.raises(Conflict, match="joining_closed"):
        make_invitation(closed, firm)


def test_who_is_invited_answers_and_does_not_ask(
    idea: Idea, administrator: Member, company: Member, firm: Organisation
):
    make_invitation(idea, firm)

    for member in (administrator, company):
        with pytest.raises(Conflict, match="already_invited"):
            make_join_request(idea, member, firm)


def test_an_invitation_to_a_parked_idea_waits_but_is_not_accepted(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    row = make_invitation(idea, firm)
    change_state(by=researcher, idea=idea, state=IdeaState.PARKED, at=timezone.now())

    with pytest.raises(Conflict, match="joining_closed"):
        accept_join_request(by=administrator, request=row, at=timezone.now())

    assert JoinRequest.objects.get().state == JoinState.INVITED


def test_after_a_no_an_organisation_can_be_invited_again(idea: Idea, administrator: Member, firm: Organisation):
    row = make_invitation(idea, firm)
    decline_join_request(by=administrator, request=row, reason="Not now", at=timezone.now())

    assert make_invitation(idea, firm).pk != row.pk


def test_an_author_who_is_one_no_more_keeps_no_invitation(
    idea: Idea, researcher: Member, lead: Member, firm: Organisation, administrator: Member
):
    idea.authors.add(lead)
    make_invitation(idea, firm, by=lead)
    seen_before = requests_visible_to(lead).count()

    idea.authors.remove(lead)

    assert (seen_before, list(requests_visible_to(lead))) == (1, [])
