"""Two at once about one request, one invitation or one place: one truth, and a history that is whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.join_expiry import expire_requests
from ideas.actions.joining import accept_join_request, ask_to_join, withdraw_join_request
from ideas.actions.slots import fill_by_hand, move_slot
from ideas.choices import AffiliationRole, JoinState
from ideas.models import Idea, JoinRequest, Member, Notification, RoleSlot
from tests.concurrency.test_writers import at_once, numbers_have_no_holes, place_asked_by
from tests.factories import affiliate, make_invitation, make_member, make_organisation, make_slot

pytestmark = pytest.mark.django_db(transaction=True)


def acts(request: JoinRequest) -> list[str]:
    return list(request.steps.values_list("act", flat=True))


def invited_to(idea: Idea, **fields: Any) -> tuple[JoinRequest, Member]:
    """An invitation to the only place, and who answers it."""
    organisation, member = make_organisation(), make_member()
    affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)
    return make_invitation(idea, organisation, slot=make_slot(idea), **fields), member


def test_an_invitation_is_accepted_or_taken_back(idea: Idea, researcher: Member):
    invitation, member = invited_to(idea)

    answers = at_once(
        [
            lambda: accept_join_request(by=member, request=invitation, at=timezone.now()).state,
            lambda: withdraw_join_request(by=researcher, request=invitation, at=timezone.now()).state,
        ]
    )

    state = JoinRequest.objects.get().state
    assert answers in (["accepted", "wrong_state"], ["wrong_state", "withdrawn"])
    assert [state in answers, acts(invitation)] == [True, ["invited", state]]
    idea.refresh_from_db()
    partners = int(state == "accepted")
    assert (RoleSlot.objects.get().filled, idea.partner_count, idea.open_slots) == (partners, partners, 1 - partners)
    assert numbers_have_no_holes()


def test_an_answer_comes_before_the_end_of_its_time_or_not_at_all(idea: Idea, researcher: Member):
    request, now = place_asked_by(1, idea)[0], timezone.now()
    JoinRequest.objects.update(expires_at=now)

    answers = at_once(
        [
            # By its own clock the author is in time; by the tick's, time is over.
            lambda: accept_join_request(by=researcher, request=request, at=now - timedelta(seconds=1)).state,
            lambda: expire_requests(at=now),
        ]
    )

    state = JoinRequest.objects.get().state
    assert answers in (["accepted", 0], ["wrong_state", 1])
    assert acts(request) == ["asked", "accepted" if answers[1] == 0 else "expired"] == ["asked", state]
    assert (RoleSlot.objects.get().filled, numbers_have_no_holes()) == (int(state == "accepted"), True)


def test_two_rounds_at_once_end_and_tell_once(idea: Idea):
    requests = place_asked_by(3, idea)
    Notification.objects.all().delete()

    ended = at_once([lambda: expire_requests(at=timezone.now() + timedelta(days=31))] * 3)

    assert sum(ended) == 3
    assert [acts(request) for request in requests] == [["asked", "expired"]] * 3
    # The author of the idea, of each; and whoever asked.
    assert (Notification.objects.count(), numbers_have_no_holes()) == (6, True)


def test_an_invitation_and_a_request_for_the_last_place_give_it_once(idea: Idea, researcher: Member):
    request = place_asked_by(1, idea)[0]
    organisation, member = make_organisation(), make_member()
    affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)
    invitation = make_invitation(idea, organisation, slot=request.slot)

    answers = at_once(
        [
            lambda: accept_join_request(by=researcher, request=request, at=timezone.now()).state,
            lambda: accept_join_request(by=member, request=invitation, at=timezone.now()).state,
        ]
    )

    assert sorted(answers) == ["accepted", "slot_filled"]
    assert JoinRequest.objects.filter(state=JoinState.ACCEPTED).count() == RoleSlot.objects.get().filled == 1


def test_a_place_is_given_or_filled_by_hand(idea: Idea, researcher: Member):
    request = place_asked_by(1, idea)[0]
    slot = RoleSlot.objects.get()

    answers = at_once(
        [
            lambda: accept_join_request(by=researcher, request=request, at=timezone.now()).state,
            lambda: fill_by_hand(by=researcher, slot=slot).outside,
        ]
    )

    slot.refresh_from_db()
    assert answers in (["accepted", "slot_filled"], ["slot_filled", 1])
    assert (slot.filled, slot.outside) == (1, int(answers[1] == 1))


def test_one_organisation_asks_once_for_one_place(idea: Idea):
    slot, organisation = make_slot(idea), make_organisation()
    members = [make_member() for _ in range(4)]
    for member in members:
        affiliate(member, organisation, AffiliationRole.ADMINISTRATOR)

    def ask(member: Member) -> str:
        fields = {"contribution": "X", "role": "beneficiary", "slot": slot, "at": timezone.now()}
        return str(ask_to_join(by=member, idea=idea, organisation=organisation, **fields).state)

    answers = at_once([lambda m=member: ask(m) for member in members])

    assert sorted(answers) == ["already_asked"] * 3 + ["pending"]


def test_places_moved_at_once_keep_an_order(idea: Idea, researcher: Member):
    slots = [make_slot(idea, expertise=name) for name in "ABCD"]

    at_once(
        [
            lambda s=slot, d=way: move_slot(by=researcher, slot=s, direction=d)
            for slot in slots
            for way in ("up", "down")
        ]
    )

    assert sorted(idea.slots.values_list("position", flat=True)) == [1, 2, 3, 4]
    assert numbers_have_no_holes()
