"""Pages of invitations, of answers with their texts and history, and of all places with who stands for them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ideas.actions.joining import accept_join_request, decline_join_request, withdraw_join_request
from ideas.choices import JoinState
from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot
from ideas.rules.joining import STEPS
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_invitation,
    make_join_request,
    make_member,
    make_organisation,
    make_partner,
    make_slot,
)

HX = {"HTTP_HX_REQUEST": "true"}


def invite_url(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/invite/"


def places_url(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/places/"


# Inviting -------------------------------------------------------------------------------------------------------------


def test_an_author_invites_to_a_place(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    slot = make_slot(idea, role="end_user")
    client = signed_in(researcher)

    page = client.get(f"{invite_url(idea)}?slot={slot.pk}&organisation={firm.pk}")
    answer = client.post(invite_url(idea), {"organisation": firm.pk, "slot": slot.pk, "role": "", "message": "Come."})

    form = page.context["form"]
    assert (form["slot"].value(), form["organisation"].value()) == (slot.pk, firm.pk)
    made = JoinRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/ideas/{idea.reference}/#consortium")
    assert (made.state, made.slot, made.role, made.message) == (JoinState.INVITED, slot, "end_user", "Come.")


def test_before_inviting_it_is_said_who_will_see_the_idea(
    idea: Idea, secret: Idea, researcher: Member, administrator: Member
):
    client = signed_in(researcher)

    notices = [b"notice--warn" in client.get(invite_url(one)).content for one in (idea, secret)]

    assert notices == [False, True]


def test_only_who_could_answer_can_be_chosen(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, laboratory: Organisation
):
    Idea.objects.filter(pk=idea.pk).update(organisation=laboratory)
    empty = make_organisation()

    page = signed_in(researcher).get(invite_url(idea))
    answer = signed_in(researcher).post(invite_url(idea), {"organisation": empty.pk, "role": "beneficiary"})

    assert [row.pk for row in page.context["form"].fields["organisation"].queryset] == [firm.pk]
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["organisation"])


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 409),
        ({"role": "king"}, 400),
        ({"role": "end_user", "slot": "9" * 40}, 400),
        ({"role": "end_user", "message": "nul\x00"}, 400),
        ({"role": "end_user", "message": "x" * 3_001}, 400),
        ({"organisation": ""}, 400),
        ({"organisation": "9" * 300}, 400),
    ],
)
def test_a_bad_invitation_comes_back_with_what_was_typed(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation, fields: dict[str, Any], status: int
):
    make_invitation(idea, firm)
    sent = {"organisation": firm.pk, "role": "beneficiary", "message": "Typed", **fields}

    answer = signed_in(researcher).post(invite_url(idea), sent)

    assert (answer.status_code, answer.context["form"]["message"].value()) == (status, sent["message"])
    assert JoinRequest.objects.count() == 1


def test_others_may_not_invite_nor_see_who_stands(
    idea: Idea, company: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea)
    make_join_request(idea, administrator, firm, slot=slot, contribution="CANARY")
    client = signed_in(company)

    answers = [client.get(invite_url(idea)), client.post(invite_url(idea), {}), client.get(places_url(idea))]
    answers += [client.post(f"/slots/{slot.pk}/{act}/", {}) for act in ("move", "split", "fill", "reopen")]

    assert [answer.status_code for answer in answers] == [403] * 7
    assert b"CANARY" not in b"".join(answer.content for answer in answers)


def test_the_administrator_finds_the_invitation_and_answers_it(
    secret: Idea, administrator: Member, company: Member, firm: Organisation
):
    made = make_invitation(secret, firm, message="Come.")
    client = signed_in(administrator)

    page = client.get("/join-requests/")
    panel = client.get(f"/ideas/{secret.reference}/").context["panel"]
    answer = client.post(f"/join-requests/{made.pk}/decline/", {"reason": "Busy", "back": "idea"})

    assert [[step["name"] for step in row["steps"]] for row in page.context["waiting"]] == [["accept", "decline"]]
    assert [row["request"].pk for row in panel["requests"]] == [made.pk]
    # The idea is closed to them again: back to the list, which doesn't name it any more.
    assert (answer.status_code, answer["Location"]) == (303, "/join-requests/")
    assert b"CANARY title" not in client.get("/join-requests/").content
    assert signed_in(company).get("/join-requests/").context["waiting"] == []


def test_what_was_closed_again_is_named_nowhere(
    secret: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(secret, expertise="CANARY expertise")
    made = make_invitation(secret, firm, slot=slot)
    withdraw_join_request(by=researcher, request=made, at=timezone.now())
    client = signed_in(administrator)

    pages = [client.get("/join-requests/"), *(client.get(f"/join-requests/{made.pk}/{step}/") for step in STEPS)]
    api = client.get(f"/api/v1/join-requests/{made.pk}/")

    assert [(page.status_code, b"CANARY" in page.content) for page in (*pages, api)] == [(200, False)] * (
        len(STEPS) + 2
    )


# Answering ------------------------------------------------------------------------------------------------------------


def test_an_answer_begins_with_a_ready_text_in_either_language(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    made = make_join_request(idea, administrator, firm)
    url = f"/join-requests/{made.pk}/decline/"
    client = signed_in(researcher)

    texts = client.get(url).context["texts"]
    chosen = client.get(url, {"text": texts[0]["key"]}).context["form"]["reason"].value()
    unknown = client.get(url, {"text": "nothing\x00"}).context["form"]["reason"].value()

    assert {text["language"] for text in texts} == {"it", "en"}
    assert (chosen, unknown) == (texts[0]["text"], "")
    assert all("{" not in text["text"] for text in texts)
    assert any("Open idea" in text["text"] for text in texts)


def test_who_declines_an_invitation_has_other_texts(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    asked = make_join_request(idea, administrator, firm)
    invited = make_invitation(idea, firm, role="end_user")

    texts = [
        {text["key"] for text in signed_in(by).get(f"/join-requests/{row.pk}/decline/").context["texts"]}
        for by, row in ((researcher, asked), (administrator, invited))
    ]

    assert (bool(texts[0]), bool(texts[1]), texts[0] & texts[1]) == (True, True, set())


def test_what_happened_meanwhile_is_shown_where_an_answer_comes_too_late(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    made = make_join_request(idea, administrator, firm)
    withdraw_join_request(by=administrator, request=made, reason="We found another", at=timezone.now())

    answer = signed_in(researcher).post(f"/join-requests/{made.pk}/accept/", {"reason": "Typed"})

    html = answer.content.decode()
    assert (answer.status_code, answer.context["row"]["request"].state) == (409, "withdrawn")
    assert (re.findall(r'data-act="(\w+)"', html), "We found another" in html) == (["asked", "withdrawn"], True)


def test_a_refused_expired_request_says_so(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    made = make_join_request(idea, administrator, firm, at=timezone.now() - timedelta(days=31))

    answer = signed_in(researcher).post(f"/join-requests/{made.pk}/accept/")

    codes = [error.code for error in answer.context["form"].non_field_errors().as_data()]
    assert (answer.status_code, codes) == (409, ["request_expired"])


def test_the_history_is_shown_to_those_who_see_the_request_alone(
    idea: Idea, researcher: Member, company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    made = make_partner(idea, administrator, firm)
    decline = make_join_request(idea, administrator, firm, role="end_user")
    decline_join_request(by=researcher, request=decline, reason="CANARY reason", at=timezone.now())

    seen = {}
    for member in (researcher, administrator, company, outsider):
        html = signed_in(member).get(f"/ideas/{idea.reference}/consortium/", **HX).content.decode()
        seen[member] = (html.count("data-steps"), "CANARY" in html)

    assert seen == {researcher: (2, True), administrator: (2, True), company: (0, False), outsider: (0, False)}
    assert made.steps.count() == 2


# Places ---------------------------------------------------------------------------------------------------------------


def another() -> tuple[Member, Organisation]:
    member, organisation = make_member(), make_organisation()
    affiliate(member, organisation, "administrator")
    return member, organisation


def test_each_place_shows_who_stands_for_it_in_order(idea: Idea, researcher: Member):
    slot = make_slot(idea, wanted=2)
    waiting = [make_join_request(idea, *another(), slot=slot) for _ in range(2)]
    for row in reversed(waiting):
        decline_join_request(by=researcher, request=row, reason="Later", waitlist=True, at=timezone.now())
    asks = make_join_request(idea, *another(), slot=slot)
    invited = make_invitation(idea, another()[1], slot=slot)
    partner = make_partner(idea, *another(), slot=slot)
    beside = make_join_request(idea, *another(), role="subcontractor")
    gone = make_join_request(idea, *another(), slot=slot)
    decline_join_request(by=researcher, request=gone, reason="No", at=timezone.now())

    page = signed_in(researcher).get(places_url(idea)).context

    standing = [row["request"].pk for row in page["slots"][0]["standing"]]
    assert standing == [row.pk for row in (partner, asks, invited, waiting[1], waiting[0])]
    assert [row["turn"] for row in page["slots"][0]["standing"]][-2:] == [1, 2]
    assert [row["request"].pk for row in page["others"]] == [beside.pk]


def test_places_are_moved_split_filled_and_opened_by_plain_buttons(idea: Idea, researcher: Member):
    first, second = make_slot(idea, expertise="A"), make_slot(idea, expertise="B", wanted=3)
    client = signed_in(researcher)

    answers = [
        client.post(f"/slots/{slot.pk}/{act}/", fields)
        for slot, act, fields in (
            (second, "move", {"direction": "up"}),
            (second, "split", {"first": "1"}),
            (first, "fill", {}),
            (first, "reopen", {}),
        )
    ]

    assert [(answer.status_code, answer["Location"].split("#")[0]) for answer in answers] == [
        (303, places_url(idea))
    ] * 4
    rows = list(RoleSlot.objects.values_list("expertise", "wanted", "filled"))
    assert rows == [("B", 1, 0), ("B", 2, 0), ("A", 1, 0)]


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("move", {}, 400),
        ("move", {"direction": "sideways\x00"}, 400),
        ("split", {}, 400),
        ("split", {"first": "9" * 300}, 400),
        ("split", {"first": "2"}, 400),
        ("reopen", {}, 409),
    ],
)
@pytest.mark.parametrize("live", [False, True])
def test_what_cannot_be_done_to_a_place_is_said_above_them(
    idea: Idea, researcher: Member, act: str, fields: dict[str, Any], status: int, live: bool
):
    slot = make_slot(idea, wanted=2)

    answer = signed_in(researcher).post(f"/slots/{slot.pk}/{act}/", fields, **(HX if live else {}))

    assert (answer.status_code, bool(answer.context["said"])) == (status, True)
    assert ("<html" in answer.content.decode(), RoleSlot.objects.get().wanted) == (not live, 2)


def test_an_outsider_finds_no_page_of_a_secret(secret: Idea, outsider: Member):
    slot = make_slot(secret, expertise="CANARY expertise")
    client = signed_in(outsider)

    answers = [client.get(invite_url(secret)), client.post(invite_url(secret), {}), client.get(places_url(secret))]
    answers += [client.post(f"/slots/{slot.pk}/{act}/", {}) for act in ("move", "split", "fill", "reopen")]

    assert [answer.status_code for answer in answers] == [404] * 7
    assert b"CANARY" not in b"".join(answer.content for answer in answers)


@pytest.mark.parametrize("count", [1, 3])
def test_the_places_cost_a_fixed_number_of_queries(
    idea: Idea, researcher: Member, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        slot = make_slot(idea, wanted=3)
        make_partner(idea, *another(), slot=slot)
        waiting = make_join_request(idea, *another(), slot=slot)
        decline_join_request(by=researcher, request=waiting, reason="Later", waitlist=True, at=timezone.now())
    client = signed_in(researcher)

    with django_assert_num_queries(19):
        client.get(places_url(idea))


def test_the_panel_offers_another_place_but_not_the_same(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slots = [make_slot(idea) for _ in range(2)]
    make_join_request(idea, administrator, firm, slot=slots[0])

    panel = signed_in(administrator).get(f"/ideas/{idea.reference}/").context["panel"]

    assert (panel["may_ask"], panel["may_ask_more"], panel["asked"]) == (False, True, {slots[0].pk})


def test_a_partner_with_two_roles_is_one_organisation_in_the_panel(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_partner(idea, administrator, firm)
    accept_join_request(by=administrator, request=make_invitation(idea, firm, role="end_user"), at=timezone.now())

    panel = signed_in(researcher).get(f"/ideas/{idea.reference}/").context["panel"]

    assert (len(panel["partners"]), panel["organisation_count"]) == (2, 1)
