"""Every step of a request and of an invitation, in every state, by everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ideas.actions.join_expiry import expire_requests
from ideas.actions.joining import (
    accept_join_request,
    authorise_join_request,
    decline_join_request,
    remove_partner,
    take_step,
    withdraw_join_request,
)
from ideas.choices import JOIN_NEXT, JoinAct, JoinState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Idea, JoinRequest, JoinStep, Member, Organisation
from ideas.rules.joining import STEPS, WHOSE, steps_open_to
from tests.factories import affiliate, make_invitation, make_join_request, make_member, make_slot

ACTORS = ("author", "asker", "administrator", "colleague", "outsider", "staff")
# Who takes a step now, by kind and state; whoever is named elsewhere for the same step comes too late or too early.
REQUEST: dict[str, dict[str, set[str]]] = {
    "unauthorised": {"authorise": {"administrator"}, "withdraw": {"asker", "administrator"}},
    "pending": {
        "accept": {"author"}, "waitlist": {"author"}, "decline": {"author"}, "withdraw": {"asker", "administrator"},
    },
    "waitlisted": {"accept": {"author"}, "decline": {"author"}, "withdraw": {"asker", "administrator"}},
    "accepted": {"remove": {"author"}, "withdraw": {"asker", "administrator"}},
    "declined": {},
    "withdrawn": {},
    "removed": {},
    "expired": {},
}  # fmt: skip
INVITATION: dict[str, dict[str, set[str]]] = {
    "invited": {"accept": {"administrator"}, "decline": {"administrator"}, "withdraw": {"author"}},
    "accepted": {"remove": {"author"}, "withdraw": {"administrator"}},
    "declined": {},
    "withdrawn": {},
    "removed": {},
    "expired": {},
}
LATE = timedelta(days=400)


@pytest.fixture
def cast(
    researcher: Member, company: Member, administrator: Member, outsider: Member, staff: Member, firm: Organisation
) -> dict[str, Member]:
    """Everybody by their part; the colleague is of the organisation, and nothing else."""
    colleague = make_member("Colleague")
    affiliate(colleague, firm)
    people = (researcher, company, administrator, colleague, outsider, staff)
    return dict(zip(ACTORS, people, strict=True))


def bring_to(state: str, idea: Idea, cast: dict[str, Member], firm: Organisation, *, invited: bool) -> JoinRequest:
    """A request, or an invitation, that came to a state by the product's own steps."""
    author, administrator, at = cast["author"], cast["administrator"], timezone.now()
    slot = make_slot(idea, wanted=2)
    if invited:
        request = make_invitation(idea, firm, slot=slot)
    else:
        request = make_join_request(idea, cast["asker"], firm, slot=slot)
    if state == "expired":
        expire_requests(at=at + LATE)
    elif state == "withdrawn":
        withdraw_join_request(by=author if invited else cast["asker"], request=request, at=at)
    elif invited:
        if state == "declined":
            decline_join_request(by=administrator, request=request, reason="No", at=at)
        elif state != "invited":
            accept_join_request(by=administrator, request=request, at=at)
    elif state != "unauthorised":
        authorise_join_request(by=administrator, request=request, at=at)
        if state in ("waitlisted", "declined"):
            decline_join_request(by=author, request=request, reason="No", waitlist=state == "waitlisted", at=at)
        elif state != "pending":
            accept_join_request(by=author, request=request, at=at)
    if state == "removed":
        remove_partner(by=author, request=request, reason="Gone", at=at)
    request.refresh_from_db()
    assert request.state == state
    return request


def outcome(step: str, by: Member, request: JoinRequest) -> str:
    """What comes of a step: the new state, or why not. Nothing of it stays."""
    before = transaction.savepoint()
    try:
        told = str(take_step(step, by=by, request=request, reason="Because", at=timezone.now()).state)
        last = JoinStep.objects.filter(request=request).latest("pk")
        assert (last.by, told in JOIN_NEXT[request.state]) == (by, True)
    except Conflict as refusal:
        told = refusal.code
    except NotAllowed:
        told = "not_allowed"
    transaction.savepoint_rollback(before)
    return told


@pytest.mark.parametrize(
    ("invited", "state"), [*((False, state) for state in REQUEST), *((True, state) for state in INVITATION)]
)
def test_a_step_is_taken_by_whom_and_when_the_table_says(
    idea: Idea, cast: dict[str, Member], firm: Organisation, invited: bool, state: str
):
    table = INVITATION if invited else REQUEST
    request = bring_to(state, idea, cast, firm, invited=invited)

    found = {(step, who): outcome(step, cast[who], request) for step in STEPS for who in ACTORS}

    def expected(step: str, who: str) -> str:
        if who in table[state].get(step, set()):
            return str(STEPS[step])
        return "wrong_state" if any(who in row.get(step, set()) for row in table.values()) else "not_allowed"

    assert found == {(step, who): expected(step, who) for step in STEPS for who in ACTORS}
    # What a page offers is what the action allows.
    offered = {who: set(steps_open_to(cast[who], [request])[request.pk]) - {"confirm", "sign"} for who in ACTORS}
    assert offered == {who: {step for step in STEPS if who in table[state].get(step, set())} for who in ACTORS}


def test_the_table_of_states_and_that_of_persons_agree():
    led_to = {(state, STEPS[step]) for state, step in WHOSE}
    by_time = {(state, JoinState.EXPIRED) for state in JOIN_NEXT}

    assert {(state, to) for state, nexts in JOIN_NEXT.items() for to in nexts} - by_time == led_to


@pytest.mark.parametrize("invited", [False, True])
@pytest.mark.parametrize("step", ["accept", "decline"])
def test_nothing_is_answered_twice(idea: Idea, cast: dict[str, Member], firm: Organisation, invited: bool, step: str):
    request = bring_to("invited" if invited else "pending", idea, cast, firm, invited=invited)
    by = cast["administrator" if invited else "author"]
    take_step(step, by=by, request=request, reason="Because", at=timezone.now())
    before = JoinStep.objects.count()

    for again in ("accept", "decline"):
        with pytest.raises(Conflict, match="wrong_state"):
            take_step(again, by=by, request=request, reason="Because", at=timezone.now())

    request.refresh_from_db()
    assert (request.state, JoinStep.objects.count()) == (STEPS[step], before)


def acts(request: JoinRequest) -> list[tuple[str, Any, str]]:
    return list(request.steps.values_list("act", "by", "reason"))


def test_the_history_of_a_request_is_whole(idea: Idea, cast: dict[str, Member], firm: Organisation):
    request = bring_to("waitlisted", idea, cast, firm, invited=False)
    accept_join_request(by=cast["author"], request=request, reason="Welcome", at=timezone.now())
    take_step("confirm", by=cast["administrator"], request=request, reason="", at=timezone.now())
    withdraw_join_request(by=cast["administrator"], request=request, reason="Busy", at=timezone.now())

    author, asker, administrator = (cast[who].pk for who in ("author", "asker", "administrator"))
    assert acts(request) == [
        (JoinAct.ASKED, asker, ""),
        (JoinAct.AUTHORISED, administrator, ""),
        (JoinAct.WAITLISTED, author, "No"),
        (JoinAct.ACCEPTED, author, "Welcome"),
        (JoinAct.CONFIRMED, administrator, ""),
        (JoinAct.LEFT, administrator, "Busy"),
    ]


def test_the_history_of_an_invitation_is_whole(idea: Idea, cast: dict[str, Member], firm: Organisation):
    request = bring_to("removed", idea, cast, firm, invited=True)

    author, administrator = cast["author"].pk, cast["administrator"].pk
    assert acts(request) == [
        (JoinAct.INVITED, author, "Join us."),
        (JoinAct.ACCEPTED, administrator, ""),
        (JoinAct.REMOVED, author, "Gone"),
    ]


@pytest.mark.parametrize(("state", "step"), [("pending", "decline"), ("pending", "waitlist"), ("accepted", "remove")])
def test_a_no_has_a_reason(idea: Idea, cast: dict[str, Member], firm: Organisation, state: str, step: str):
    request = bring_to(state, idea, cast, firm, invited=False)

    with pytest.raises(ValidationError) as refusal:
        take_step(step, by=cast["author"], request=request, reason=" \n", at=timezone.now())

    assert (list(refusal.value.message_dict), JoinRequest.objects.get().state) == (["reason"], state)
