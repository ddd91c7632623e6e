"""Two at once about an organisation's people: one truth, and the other one hears of it."""

from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.affiliations import (
    accept_affiliation,
    ask_affiliation,
    change_role,
    decline_affiliation,
    end_affiliation,
    withdraw_affiliation,
)
from ideas.actions.members import accept_invitation, invite_member, withdraw_invitation
from ideas.actions.units import take_unit
from ideas.choices import AffiliationRole
from ideas.models import Affiliation, AffiliationChange, AffiliationRequest, Member, Notification, Organisation
from tests.concurrency.test_writers import at_once
from tests.factories import affiliate, make_member, make_organisation

pytestmark = pytest.mark.django_db(transaction=True)


def make_administrator(organisation: Organisation) -> Member:
    member = make_member()
    affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)
    return member


def now() -> Any:
    return timezone.now()


def test_the_same_person_asks_twice_at_once(firm: Organisation, administrator: Member, outsider: Member):
    def ask() -> str:
        ask_affiliation(by=outsider, organisation=firm, at=now())
        return "asked"

    answers = at_once([ask] * 5)

    assert sorted(answers) == ["affiliation_asked"] * 4 + ["asked"]
    assert (AffiliationRequest.objects.count(), Notification.objects.count()) == (1, 1)


def test_two_administrators_and_who_asked_at_once(firm: Organisation, administrator: Member, outsider: Member):
    second = make_administrator(firm)
    request = ask_affiliation(by=outsider, organisation=firm, at=now())

    answers = at_once(
        [
            lambda: accept_affiliation(by=administrator, request=request, at=now()).state,
            lambda: decline_affiliation(by=second, request=request, reason="No.", at=now()).state,
            lambda: withdraw_affiliation(by=outsider, request=request, at=now()).state,
        ]
    )

    request.refresh_from_db()
    assert sorted(answers) == sorted(["affiliation_answered", "affiliation_answered", request.state])
    assert Affiliation.objects.filter(member=outsider, organisation=firm).exists() == (request.state == "accepted")


def test_the_last_two_administrators_do_not_both_go(firm: Organisation, administrator: Member):
    second = make_administrator(firm)
    places = list(Affiliation.objects.filter(organisation=firm).order_by("pk"))

    answers = at_once(
        [
            lambda: end_affiliation(by=administrator, affiliation=places[0], at=now()).act,
            lambda: change_role(by=second, affiliation=places[1], role="member", at=now()).role,
        ]
    )

    assert answers.count("last_administrator") == 1
    assert Affiliation.objects.filter(organisation=firm, role=AffiliationRole.ADMINISTRATOR).count() == 1
    assert AffiliationChange.objects.count() == 1


def test_an_invitation_is_used_or_taken_back(firm: Organisation, administrator: Member):
    invitation, address = invite_member(by=administrator, email="new@example.org", organisation=firm, site="", at=now())
    fields = {"name": "Nora New", "password": "a long one, it is", "language": "it", "at": now()}

    answers = at_once(
        [
            lambda: accept_invitation(token=address.split("/")[-2], **fields).email,
            lambda: withdraw_invitation(by=administrator, invitation=invitation, at=now()).email,
        ]
    )

    invitation.refresh_from_db()
    assert len({"invitation_used", "invitation_closed"} & set(answers)) == 1
    assert Member.objects.filter(email="new@example.org").exists() == (invitation.accepted_at is not None)
    assert (invitation.accepted_at is None) != (invitation.withdrawn_at is None)


def test_no_circle_of_units(staff: Member):
    first, second = make_organisation("First"), make_organisation("Second")

    def take(parent: Organisation, unit: Organisation) -> str:
        take_unit(by=staff, parent=parent, unit=unit, at=now())
        return "taken"

    answers = at_once([lambda: take(first, second), lambda: take(second, first)])

    assert sorted(answers) in (["taken", "unit_of_unit"], ["taken", "unit_has_units"], ["taken", "unit_taken"])
    assert Organisation.objects.exclude(parent=None).count() == 1
