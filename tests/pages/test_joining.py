from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import timezone

from ideas.actions.ideas import edit_idea
from ideas.actions.joining import accept_join_request, withdraw_join_request
from ideas.actions.slots import edit_slot
from ideas.choices import IdeaState, JoinState, Visibility
from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot
from ideas.pages.joining import labels, panel_context, shown_partner, shown_slot
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_call,
    make_idea,
    make_join_request,
    make_organisation,
    make_partner,
    make_slot,
)


def ask_url(idea: Idea) -> str:
    return f"/ideas/{idea.reference}/join/"


def asked(organisation: Organisation, **fields: Any) -> dict[str, Any]:
    return {"organisation": organisation.pk, "role": "beneficiary", "contribution": "A pilot line.", **fields}


def test_an_author_adds_changes_and_removes_a_place(idea: Idea, researcher: Member):
    client = signed_in(researcher)
    fields = {
        "role": "end_user",
        "expertise": "Pilot site",
        "wanted": 2,
        "kinds": ["sme", "company"],
        "mandatory": "on",
    }

    assert client.get(f"/ideas/{idea.reference}/slots/new/").status_code == 200
    answer = client.post(f"/ideas/{idea.reference}/slots/new/", fields)
    slot = RoleSlot.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/ideas/{idea.reference}/#consortium")
    assert (slot.role, slot.wanted, slot.kinds, slot.mandatory) == ("end_user", 2, ["sme", "company"], True)

    assert client.get(f"/slots/{slot.pk}/edit/").context["form"]["expertise"].value() == "Pilot site"
    assert client.post(f"/slots/{slot.pk}/edit/", {**fields, "expertise": "Two sites"}).status_code == 303
    slot.refresh_from_db()
    assert slot.expertise == "Two sites"

    assert client.post(f"/slots/{slot.pk}/remove/").status_code == 303
    assert RoleSlot.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"expertise": "x", "role": "beneficiary", "wanted": 0},
        {"expertise": "x", "role": "beneficiary", "wanted": "9" * 30},
        {"expertise": "nul\x00", "role": "beneficiary", "wanted": 1},
        {"expertise": "x" * 201, "role": "beneficiary", "wanted": 1},
        {"expertise": "x", "role": "king", "wanted": 1},
        {"expertise": "x", "role": "beneficiary", "wanted": 1, "kinds": ["circus"]},
    ],
)
def test_a_bad_place_comes_back_on_the_form(idea: Idea, researcher: Member, fields: dict[str, Any]):
    answer = signed_in(researcher).post(f"/ideas/{idea.reference}/slots/new/", fields)

    assert (answer.status_code, RoleSlot.objects.count()) == (400, 0)
    assert answer.context["form"]["expertise"].value() == fields.get("expertise")


def test_a_taken_place_is_not_removed(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    slot = make_slot(idea)
    make_partner(idea, administrator, firm, slot=slot)

    assert signed_in(researcher).post(f"/slots/{slot.pk}/remove/").status_code == 303
    assert (
        signed_in(researcher)
        .post(f"/slots/{slot.pk}/edit/", {"expertise": "x", "role": "beneficiary", "wanted": 0})
        .status_code
        == 400
    )
    assert RoleSlot.objects.count() == 1


def test_others_may_not_change_places(idea: Idea, company: Member):
    slot = make_slot(idea)
    client = signed_in(company)

    answers = [
        client.get(f"/ideas/{idea.reference}/slots/new/"),
        client.post(f"/ideas/{idea.reference}/slots/new/", {"expertise": "x"}),
        client.get(f"/slots/{slot.pk}/edit/"),
        client.post(f"/slots/{slot.pk}/edit/", {"expertise": "x"}),
        client.post(f"/slots/{slot.pk}/remove/"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


def test_asking_for_a_place(idea: Idea, administrator: Member, firm: Organisation):
    slot = make_slot(idea, role="end_user")
    client = signed_in(administrator)

    page = client.get(f"{ask_url(idea)}?slot={slot.pk}")
    assert (page.status_code, page.context["form"]["slot"].value()) == (200, slot.pk)
    answer = client.post(ask_url(idea), asked(firm, slot=slot.pk, can_coordinate="on"))

    made = JoinRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/ideas/{idea.reference}/#consortium")
    assert (made.slot, made.role, made.state, made.can_coordinate) == (slot, "end_user", JoinState.PENDING, True)


def test_a_plain_member_is_told_who_must_authorise(idea: Idea, company: Member, firm: Organisation):
    page = signed_in(company).get(ask_url(idea))
    signed_in(company).post(ask_url(idea), asked(firm))

    assert [row["must_authorise"] for row in page.context["organisations"]] == [True]
    assert JoinRequest.objects.get().state == JoinState.UNAUTHORISED


def test_who_belongs_nowhere_is_told_what_to_do(idea: Idea, lead: Member):
    page = signed_in(lead).get(ask_url(idea))

    assert (page.status_code, page.context["organisations"]) == (200, [])


@pytest.mark.parametrize(
    "fields",
    [
        {"contribution": ""},
        {"contribution": "x" * 3_001},
        {"contribution": "nul\x00"},
        {"organisation": "no"},
        {"organisation": "9" * 40},
        {"slot": "9" * 40},
        {"slot": "\x00"},
        {"role": "king"},
        {"role": ""},
    ],
)
def test_a_bad_request_comes_back_with_what_was_typed(
    idea: Idea, administrator: Member, firm: Organisation, fields: dict[str, Any]
):
    answer = signed_in(administrator).post(ask_url(idea), {**asked(firm, message="Typed"), **fields})

    assert (answer.status_code, answer.context["form"]["message"].value()) == (400, "Typed")
    assert JoinRequest.objects.count() == 0


def test_another_organisation_cannot_be_chosen(idea: Idea, outsider: Member, firm: Organisation):
    assert signed_in(outsider).post(ask_url(idea), asked(firm)).status_code == 400
    assert JoinRequest.objects.count() == 0


def test_a_place_filled_meanwhile_is_a_conflict_on_the_form(
    idea: Idea, administrator: Member, firm: Organisation, outsider: Member
):
    slot = make_slot(idea)
    make_partner(idea, outsider, outsider.organisations.get(), slot=slot)

    answer = signed_in(administrator).post(ask_url(idea), asked(firm, slot=slot.pk, message="Typed"))

    form = answer.context["form"]
    assert (answer.status_code, form["message"].value()) == (409, "Typed")
    assert [error.code for error in form.non_field_errors().as_data()] == ["slot_filled"]


def test_asking_twice_or_too_late_is_a_conflict_on_the_form(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_join_request(idea, administrator, firm)
    parked = make_idea(researcher, state=IdeaState.PARKED)
    client = signed_in(administrator)

    codes = []
    for target in (idea, parked):
        answer = client.post(ask_url(target), asked(firm, message="Typed"))
        assert (answer.status_code, answer.context["form"]["message"].value()) == (409, "Typed")
        codes += [error.code for error in answer.context["form"].non_field_errors().as_data()]

    assert codes == ["already_asked", "joining_closed"]


def test_the_author_accepts_from_the_panel(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    made = make_join_request(idea, administrator, firm)
    client = signed_in(researcher)

    assert client.get(f"/join-requests/{made.pk}/accept/").status_code == 200
    answer = client.post(f"/join-requests/{made.pk}/accept/", {"back": "idea"})

    made.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"/ideas/{idea.reference}/#consortium")
    assert made.state == JoinState.ACCEPTED


def test_each_step_by_who_may_take_it(
    idea: Idea, researcher: Member, company: Member, administrator: Member, firm: Organisation
):
    made = make_join_request(idea, company, firm)
    states = []

    for member, step, fields in (
        (administrator, "authorise", {}),
        (researcher, "waitlist", {"reason": "Later"}),
        (researcher, "accept", {}),
        (company, "withdraw", {"back": "list"}),
    ):
        assert signed_in(member).post(f"/join-requests/{made.pk}/{step}/", fields).status_code == 303
        made.refresh_from_db()
        states.append(made.state)

    assert states == ["pending", "waitlisted", "accepted", "withdrawn"]


def test_a_no_without_a_reason_comes_back(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    made = make_join_request(idea, administrator, firm)

    answer = signed_in(researcher).post(f"/join-requests/{made.pk}/decline/", {"reason": " "})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["reason"])


def test_an_answer_that_comes_too_late_keeps_the_reason(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    made = make_join_request(idea, administrator, firm)
    withdraw_join_request(by=administrator, request=made, at=timezone.now())

    answer = signed_in(researcher).post(f"/join-requests/{made.pk}/decline/", {"reason": "Typed"})

    assert (answer.status_code, answer.context["form"]["reason"].value()) == (409, "Typed")


def test_steps_of_others_are_forbidden_and_unknown_ones_unknown(
    idea: Idea, researcher: Member, administrator: Member, company: Member, firm: Organisation, outsider: Member
):
    made = make_join_request(idea, administrator, firm, contribution="CANARY contribution")

    assert signed_in(administrator).post(f"/join-requests/{made.pk}/accept/").status_code == 403
    assert signed_in(researcher).post(f"/join-requests/{made.pk}/authorise/").status_code == 403
    assert signed_in(researcher).post(f"/join-requests/{made.pk}/steal/").status_code == 404
    assert signed_in(researcher).post(f"/join-requests/{'9' * 40}/accept/").status_code == 404
    for member in (outsider, company):
        for method in ("get", "post"):
            answer = getattr(signed_in(member), method)(f"/join-requests/{made.pk}/accept/")
            assert (answer.status_code, b"CANARY" in answer.content) == (404, False)


def test_an_outsider_meets_404_everywhere(secret: Idea, outsider: Member):
    slot = make_slot(secret, expertise="CANARY expertise")
    client = signed_in(outsider)

    answers = [
        client.get(ask_url(secret)),
        client.post(ask_url(secret), asked(outsider.organisations.get())),
        client.get(f"/ideas/{secret.reference}/consortium/"),
        client.get(f"/ideas/{secret.reference}/consortium/", HTTP_HX_REQUEST="true"),
        client.get(f"/ideas/{secret.reference}/slots/new/"),
        client.get(f"/slots/{slot.pk}/edit/"),
        client.post(f"/slots/{slot.pk}/edit/", {"expertise": "x"}),
        client.post(f"/slots/{slot.pk}/remove/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 8
    assert b"CANARY" not in b"".join(answer.content for answer in answers)


def test_a_visitor_is_sent_to_sign_in(idea: Idea, administrator: Member, firm: Organisation):
    slot = make_slot(idea, expertise="CANARY expertise")
    made = make_join_request(idea, administrator, firm, contribution="CANARY contribution")
    client = signed_in(None)

    for path in (
        ask_url(idea), f"/ideas/{idea.reference}/consortium/", f"/slots/{slot.pk}/edit/", "/join-requests/",
        f"/join-requests/{made.pk}/accept/",
    ):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, b"CANARY" in answer.content) == (302, False)


def test_requests_of_others_are_not_in_the_panel(
    idea: Idea, administrator: Member, firm: Organisation, company: Member, outsider: Member, researcher: Member
):
    make_join_request(idea, administrator, firm, contribution="CANARY contribution", message="CANARY message")
    fragment = f"/ideas/{idea.reference}/consortium/"

    seen = {
        member: b"CANARY" in signed_in(member).get(fragment, HTTP_HX_REQUEST="true").content
        for member in (outsider, company, administrator, researcher)
    }

    assert seen == {outsider: False, company: False, administrator: True, researcher: True}


def test_the_list_tells_what_waits_and_hides_titles_of_closed_ideas(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_join_request(idea, administrator, firm)
    assert [len(signed_in(researcher).get("/join-requests/").context[name]) for name in ("waiting", "others")] == [1, 0]

    Idea.objects.filter(pk=idea.pk).update(audience="", visibility=Visibility.PRIVATE, title="CANARY title")
    page = signed_in(administrator).get("/join-requests/")

    assert [len(page.context[name]) for name in ("waiting", "others")] == [0, 1]
    assert b"CANARY" not in page.content


def test_hostile_words_are_shown_as_words(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    make_slot(idea, expertise="<script>alert(1)</script>", work="</script><img src=x onerror=1>")
    make_join_request(idea, administrator, firm, contribution="<img src=x onerror=alert(1)>", message="</textarea>")

    html = signed_in(researcher).get(f"/ideas/{idea.reference}/consortium/", HTTP_HX_REQUEST="true").content.decode()

    assert ("<script>alert" in html, "<img" in html, "</textarea>x" in html) == (False, False, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_panel_costs_a_fixed_number_of_queries(
    idea: Idea, researcher: Member, outsider: Member, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        organisation = make_organisation()
        affiliate(outsider, organisation, "administrator")
        make_slot(idea)
        make_partner(idea, outsider, organisation)
        other = make_organisation()
        affiliate(outsider, other, "administrator")
        make_join_request(idea, outsider, other)
    request = RequestFactory().get("/")
    request.user = researcher

    with django_assert_num_queries(10):
        panel_context(request, Idea(**{f.attname: getattr(idea, f.attname) for f in Idea._meta.fields}))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(
    researcher: Member, administrator: Member, firm: Organisation, count: int, django_assert_num_queries: Any
):
    for _ in range(count):
        make_join_request(make_idea(researcher), administrator, firm)
    client = signed_in(administrator)

    with django_assert_num_queries(12):
        client.get("/join-requests/")


def test_an_old_panel_and_its_changes_are_the_fresh_panel(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    slot = make_slot(idea, wanted=2, kinds=["sme"], accredited=True)
    made = make_join_request(idea, administrator, firm, slot=slot)
    steps = [
        lambda: accept_join_request(by=researcher, request=made, at=timezone.now()),
        lambda: edit_slot(
            by=researcher, slot=slot, content={"expertise": "Other", "mandatory": True}, at=timezone.now()
        ),
        lambda: make_slot(idea, expertise="Second"),
        lambda: withdraw_join_request(by=administrator, request=made, at=timezone.now()),
    ]

    for step in steps:
        step()
        payload = Change.objects.filter(kind="consortium.changed").latest("pk").payload
        request = RequestFactory().get("/")
        request.user = researcher
        fresh, words = panel_context(request, idea)["panel"], labels()
        assert [shown_partner(row, words) for row in payload["partners"]] == fresh["partners"]
        assert [shown_slot(row, words, idea) for row in payload["slots"]] == fresh["slots"]


def test_something_else_than_a_place_can_be_asked_for(idea: Idea, administrator: Member, firm: Organisation):
    slot = make_slot(idea)

    page = signed_in(administrator).get(f"{ask_url(idea)}?slot={slot.pk}")
    signed_in(administrator).post(ask_url(idea), asked(firm, slot="", role="subcontractor"))

    assert [str(value) for value, _ in page.context["form"]["slot"].field.choices] == ["", str(slot.pk)]
    assert (JoinRequest.objects.get().slot, JoinRequest.objects.get().role) == (None, "subcontractor")


def test_authors_alone_hear_that_the_requests_would_do(
    idea: Idea, researcher: Member, lead: Member, administrator: Member, firm: Organisation
):
    call = make_call("REGION-1", rules={"min_companies": 1})
    edit_idea(by=researcher, idea=idea, content={"call": call}, version=idea.version, at=timezone.now())
    make_join_request(idea, administrator, firm)

    told = {
        member: signed_in(member).get(f"/ideas/{idea.reference}/").context["panel"] for member in (researcher, lead)
    }

    assert [panel["could_apply"] for panel in told.values()] == [True, False]
    assert [panel["verdict"]["verdict"] for panel in told.values()] == ["missing", "missing"]
