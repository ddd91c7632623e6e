"""Places: their order, split, filled from outside; several organisations for one, several for one organisation."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.joining import accept_join_request, decline_join_request, remove_partner, withdraw_join_request
from ideas.actions.slots import edit_slot, fill_by_hand, move_slot, remove_slot, reopen_slot, split_slot
from ideas.choices import JoinState, NotificationKind
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, Member, Notification, Organisation, RoleSlot
from ideas.queries.joining import partners_of, requests_visible_to, turns_of, waiting_for
from ideas.radar import CallRule
from realtime.models import Change
from tests.factories import (
    affiliate,
    make_call,
    make_idea,
    make_invitation,
    make_join_request,
    make_member,
    make_organisation,
    make_partner,
    make_slot,
)


def another() -> tuple[Member, Organisation]:
    """Somebody who administers an organisation of their own."""
    member, organisation = make_member(), make_organisation()
    affiliate(member, organisation, "administrator")
    return member, organisation


def order_of(idea: Idea) -> str:
    return "".join(idea.slots.values_list("expertise", flat=True))


def newest() -> dict[str, Any]:
    return dict(Change.objects.filter(kind="consortium.changed").latest("pk").payload)


@pytest.mark.parametrize(
    ("name", "direction", "order"),
    [("A", "down", "BAC"), ("B", "up", "BAC"), ("B", "down", "ACB"), ("A", "up", "ABC"), ("C", "down", "ABC")],
)
def test_a_place_changes_turns_with_its_neighbour(
    idea: Idea, researcher: Member, name: str, direction: str, order: str
):
    slots = {one: make_slot(idea, expertise=one) for one in "ABC"}

    move_slot(by=researcher, slot=slots[name], direction=direction)

    assert (order_of(idea), "".join(row["expertise"] for row in newest()["slots"])) == (order, order)


def test_a_place_that_wants_three_becomes_one_and_two(idea: Idea, researcher: Member):
    make_slot(idea, expertise="A")
    slot = make_slot(idea, expertise="B", wanted=3, role="end_user", kinds=["sme"], mandatory=True)
    make_slot(idea, expertise="C")

    second = split_slot(by=researcher, slot=slot, first=1)

    assert list(idea.slots.values_list("expertise", "wanted")) == [("A", 1), ("B", 1), ("B", 2), ("C", 1)]
    assert (second.role, second.kinds, second.mandatory, order_of(idea)) == ("end_user", ["sme"], True, "ABBC")
    idea.refresh_from_db()
    assert idea.open_slots == 5


def test_partners_fill_the_first_part_and_who_waits_goes_with_what_is_free(idea: Idea, researcher: Member):
    slot = make_slot(idea, wanted=4)
    partners = [make_partner(idea, *another(), slot=slot) for _ in range(2)]
    waiting = make_join_request(idea, *another(), slot=slot)

    second = split_slot(by=researcher, slot=slot, first=1)

    slot.refresh_from_db()
    where = dict(JoinRequest.objects.values_list("pk", "slot"))
    assert where == {partners[0].pk: slot.pk, partners[1].pk: second.pk, waiting.pk: second.pk}
    assert [(row.wanted, row.filled) for row in (slot, second)] == [(1, 1), (3, 1)]


def test_what_was_filled_from_outside_is_split_along(idea: Idea, researcher: Member):
    slot = make_slot(idea, wanted=3)
    make_partner(idea, *another(), slot=slot)
    slot = fill_by_hand(by=researcher, slot=slot)

    second = split_slot(by=researcher, slot=slot, first=2)

    slot.refresh_from_db()
    assert [(row.wanted, row.filled, row.outside) for row in (slot, second)] == [(2, 2, 1), (1, 1, 1)]


@pytest.mark.parametrize("first", [-1, 0, 3, 4, 10**30])
def test_a_split_leaves_something_in_both(idea: Idea, researcher: Member, first: int):
    slot = make_slot(idea, wanted=3)

    with pytest.raises(ValidationError):
        split_slot(by=researcher, slot=slot, first=first)

    assert RoleSlot.objects.get().wanted == 3


def test_a_place_filled_from_outside_takes_nobody_until_it_is_open_again(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea, wanted=2)
    request = make_join_request(idea, administrator, firm, slot=slot)

    filled = fill_by_hand(by=researcher, slot=slot)

    idea.refresh_from_db()
    assert (filled.filled, filled.outside, idea.open_slots) == (2, 2, 0)
    for refused in (
        lambda: accept_join_request(by=researcher, request=request, at=timezone.now()),
        lambda: make_join_request(idea, *another(), slot=slot),
        lambda: make_invitation(idea, another()[1], slot=slot),
        lambda: fill_by_hand(by=researcher, slot=slot),
    ):
        with pytest.raises(Conflict, match="slot_filled"):
            refused()
    reopen_slot(by=researcher, slot=slot, at=timezone.now())
    accept_join_request(by=researcher, request=request, at=timezone.now())
    slot.refresh_from_db()
    assert (slot.filled, slot.outside) == (1, 0)


def test_only_what_was_filled_from_outside_is_opened_again(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    make_partner(idea, administrator, firm, slot=slot)

    with pytest.raises(Conflict, match="wrong_state"):
        reopen_slot(by=researcher, slot=slot, at=timezone.now())

    assert RoleSlot.objects.get().filled == 1


def test_only_authors_order_split_and_fill(idea: Idea, company: Member, staff: Member):
    slot = make_slot(idea, wanted=3)
    before = Change.objects.count()

    for by in (company, staff):
        for refused in (
            lambda by=by: move_slot(by=by, slot=slot, direction="up"),
            lambda by=by: split_slot(by=by, slot=slot, first=1),
            lambda by=by: fill_by_hand(by=by, slot=slot),
            lambda by=by: reopen_slot(by=by, slot=slot, at=timezone.now()),
        ):
            with pytest.raises(NotAllowed):
                refused()

    assert Change.objects.count() == before


def test_several_organisations_ask_for_one_place(idea: Idea, researcher: Member):
    slot = make_slot(idea, wanted=2)
    requests = [make_join_request(idea, *another(), slot=slot) for _ in range(3)]

    for request in requests[:2]:
        accept_join_request(by=researcher, request=request, at=timezone.now())
    with pytest.raises(Conflict, match="slot_filled"):
        accept_join_request(by=researcher, request=requests[2], at=timezone.now())

    assert RoleSlot.objects.get().filled == 2


def test_one_organisation_has_several_roles_and_counts_once(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    call = make_call("REGION-1", rules={CallRule.MIN_COMPANIES: 2})
    Idea.objects.filter(pk=idea.pk).update(call=call)
    slots = [make_slot(idea, expertise=name) for name in "AB"]
    for slot in slots:
        make_partner(idea, administrator, firm, slot=slot)
    make_partner(idea, administrator, firm, role="subcontractor")

    for again in ({"slot": slots[0]}, {"role": "subcontractor"}):
        with pytest.raises(Conflict, match="already_asked"):
            make_join_request(idea, administrator, firm, **again)

    idea.refresh_from_db()
    payload = newest()
    assert (idea.partner_count, partners_of(idea).count(), idea.open_slots) == (1, 1, 0)
    assert [(row["organisation"]["slug"], row["role"]) for row in payload["partners"]] == [
        (firm.slug, "beneficiary"), (firm.slug, "beneficiary"), (firm.slug, "subcontractor"),
    ]  # fmt: skip
    assert [(check["interested"], check["missing"]) for check in payload["checks"]] == [(1, 1)]


def test_who_leaves_one_of_two_places_stays_a_partner(
    secret: Idea, researcher: Member, administrator: Member, company: Member, firm: Organisation
):
    rows = []
    for role in ("end_user", "subcontractor"):
        invitation = make_invitation(secret, firm, role=role)
        rows.append(accept_join_request(by=administrator, request=invitation, at=timezone.now()))

    withdraw_join_request(by=administrator, request=rows[0], at=timezone.now())

    assert [row.slug for row in partners_of(secret)] == [firm.slug]
    remove_partner(by=researcher, request=rows[1], reason="Changed", at=timezone.now())
    assert list(partners_of(secret)) == []


def test_the_waiting_list_has_an_order_of_its_own_in_each_place(idea: Idea, researcher: Member):
    first, other = make_slot(idea), make_slot(idea)
    rows = [make_join_request(idea, *another(), slot=slot) for slot in (first, other, first)]
    for row in reversed(rows):
        decline_join_request(by=researcher, request=row, reason="Later", waitlist=True, at=timezone.now())

    seen = list(requests_visible_to(researcher))

    assert [row.pk for row in waiting_for(first)] == [rows[2].pk, rows[0].pk]
    assert turns_of(seen) == {rows[2].pk: 1, rows[0].pk: 2, rows[1].pk: 1}


@pytest.mark.parametrize("way", ["left", "removed", "wanted", "reopened"])
def test_a_place_that_is_free_again_tells_the_authors_who_waits(idea: Idea, researcher: Member, way: str):
    slot = make_slot(idea, expertise="Presses")
    partner = None
    if way == "reopened":
        fill_by_hand(by=researcher, slot=slot)
        reopen_slot(by=researcher, slot=slot, at=timezone.now())
    member, organisation = another()
    waiting = make_join_request(idea, member, organisation, slot=slot)
    partner = make_partner(idea, *another(), slot=slot) if way != "reopened" else None
    decline_join_request(by=researcher, request=waiting, reason="Full", waitlist=True, at=timezone.now())
    if way == "reopened":
        fill_by_hand(by=researcher, slot=slot)

    def act() -> None:
        if way == "left" and partner:
            withdraw_join_request(by=partner.asked_by, request=partner, at=timezone.now())
        elif way == "removed" and partner:
            remove_partner(by=researcher, request=partner, reason="Silent", at=timezone.now())
        elif way == "wanted":
            edit_slot(by=researcher, slot=slot, content={"wanted": 2}, at=timezone.now())
        else:
            reopen_slot(by=researcher, slot=slot, at=timezone.now())

    act()

    told = Notification.objects.get(kind=NotificationKind.PLACE_FREE)
    assert (told.member, told.data["place"], told.data["waiting"]) == (researcher, "Presses", [organisation.name])
    assert accept_join_request(by=researcher, request=waiting, at=timezone.now()).state == JoinState.ACCEPTED


def test_where_nobody_waits_nobody_is_told(idea: Idea, administrator: Member, firm: Organisation):
    slot = make_slot(idea)
    partner = make_partner(idea, administrator, firm, slot=slot)

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert not Notification.objects.filter(kind=NotificationKind.PLACE_FREE).exists()


def test_a_request_whose_place_goes_stays_unless_it_is_there_twice(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slots = [make_slot(idea, expertise=name) for name in "AB"]
    first, second = (make_join_request(idea, administrator, firm, slot=slot) for slot in slots)

    for slot in slots:
        remove_slot(by=researcher, slot=slot, at=timezone.now())

    first.refresh_from_db()
    second.refresh_from_db()
    assert [(row.state, row.slot) for row in (first, second)] == [("pending", None), ("expired", None)]
    assert Notification.objects.filter(member=administrator, kind=NotificationKind.JOIN_ENDED).count() == 1


def test_a_removed_partner_reads_why_and_may_ask_again(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    partner = make_partner(idea, administrator, firm, slot=slot)

    removed = remove_partner(by=researcher, request=partner, reason="No answer.", at=timezone.now())

    slot.refresh_from_db()
    assert (removed.state, removed.reason, slot.filled) == ("removed", "No answer.", 0)
    told = Notification.objects.filter(kind=NotificationKind.JOIN_ENDED).values_list("member", "data__state")
    assert list(told) == [(administrator.pk, "removed")]
    assert make_join_request(idea, administrator, firm, slot=slot).state == JoinState.PENDING


def test_a_place_of_another_idea_moves_nothing_here(idea: Idea, researcher: Member):
    make_slot(idea, expertise="A")
    elsewhere = make_slot(make_idea(researcher), expertise="X")

    move_slot(by=researcher, slot=elsewhere, direction="up")

    assert order_of(idea) == "A"
