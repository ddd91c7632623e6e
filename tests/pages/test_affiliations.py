import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.affiliations import ask_affiliation
from ideas.actions.members import invite_member
from ideas.choices import AffiliationRole, AffiliationState
from ideas.models import Affiliation, AffiliationRequest, Invitation, Member, Notification, Organisation
from ideas.queries.affiliations import MOST_ROWS
from tests.cast import signed_in
from tests.factories import affiliate, make_member, make_organisation

pytestmark = pytest.mark.django_db
QUERIES_OF_PEOPLE = 10


def page_of(organisation: Organisation, rest: str = "") -> str:
    return f"{organisation.get_absolute_url()}{rest}"


def ask(by: Member, organisation: Organisation, note: str = "At the test bench.") -> AffiliationRequest:
    return ask_affiliation(by=by, organisation=organisation, note=note, at=timezone.now())


def post(by: Member, address: str, **data: str) -> tuple[int, str]:
    """(status, where to)"""
    answer = signed_in(by).post(address, data)
    return answer.status_code, answer.get("Location", "")


# Who sees what ------------------------------------------------------------------------------------------------------


def test_people_page_is_for_who_looks_after_them(
    outsider: Member, company: Member, administrator: Member, staff: Member, firm: Organisation
):
    address = page_of(firm, "people/")
    ask(outsider, firm, "CANARY")

    answers = {member.name: signed_in(member).get(address) for member in (outsider, company, administrator, staff)}

    assert {name: answer.status_code for name, answer in answers.items()} == {
        outsider.name: 403,
        company.name: 403,
        administrator.name: 200,
        staff.name: 200,
    }
    assert [name for name, answer in answers.items() if "CANARY" in answer.content.decode()] == [
        administrator.name,
        staff.name,
    ]
    assert signed_in(None).get(address).status_code == 302
    assert signed_in(staff).get("/organisations/none/people/").status_code == 404


def test_others_learn_nothing_of_a_request(
    outsider: Member, company: Member, researcher: Member, administrator: Member, firm: Organisation
):
    request = ask(outsider, firm, "CANARY")

    pages = [signed_in(viewer).get(page_of(firm)).content.decode() for viewer in (None, company, researcher)]
    steps = [
        signed_in(viewer).get(f"/affiliation-requests/{request.pk}/{step}/").status_code
        for viewer in (company, researcher)
        for step in ("accept", "decline", "withdraw")
    ]

    assert [word in text for text in pages for word in ("CANARY", outsider.name, "data-request")] == [False] * 9
    assert steps == [404] * 6


def standing(by: Member | None, organisation: Organisation) -> str:
    """What the page says that its reader is to the organisation."""
    text = signed_in(by).get(page_of(organisation)).content.decode()
    return text.split('data-standing="')[1].split('"')[0] if "data-standing" in text else ""


def test_page_says_what_one_is_to_the_organisation(
    outsider: Member, company: Member, researcher: Member, administrator: Member, firm: Organisation
):
    ask(outsider, firm)

    said = [standing(viewer, firm) for viewer in (None, researcher, outsider, company, administrator)]

    assert said == ["", "none", "waiting", "member", "administrator"]


def test_page_counts_who_waits_for_its_administrators_alone(
    outsider: Member, company: Member, administrator: Member, firm: Organisation, staff: Member
):
    ask(outsider, firm)

    counts = [
        signed_in(viewer).get(page_of(firm)).context["standing"]["waiting"]
        for viewer in (outsider, company, administrator, staff)
    ]

    assert counts == [0, 0, 1, 1]


# "I work here" ------------------------------------------------------------------------------------------------------


def test_asked_accepted_and_one_of_the_people(
    outsider: Member, administrator: Member, firm: Organisation, client: Client
):
    asked = post(outsider, page_of(firm, "work-here/"), note="Since May.")
    request = AffiliationRequest.objects.get()

    accepted = post(administrator, f"/affiliation-requests/{request.pk}/accept/")

    assert (asked, accepted) == ((303, page_of(firm)), (303, page_of(firm, "people/")))
    assert [row.member for row in signed_in(outsider).get(page_of(firm)).context["people"]] == [
        administrator,
        outsider,
    ]


def test_the_bell_leads_to_where_it_is_answered(
    outsider: Member, administrator: Member, company: Member, firm: Organisation
):
    request = ask(outsider, firm)
    asked = signed_in(administrator).get(Notification.objects.get(member=administrator).url)
    post(administrator, f"/affiliation-requests/{request.pk}/accept/")
    answered = signed_in(outsider).get(Notification.objects.get(member=outsider).url)

    assert [row["request"] for row in asked.context["waiting"]] == [request]
    assert answered.context["standing"]["affiliation"].member == outsider


def test_what_was_typed_stays_with_what_is_wrong(outsider: Member, firm: Organisation):
    answer = signed_in(outsider).post(page_of(firm, "work-here/"), {"note": "x" * 1_001})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["note"])
    assert "x" * 1_001 in answer.content.decode()


def test_asking_twice_says_so(outsider: Member, administrator: Member, company: Member, firm: Organisation):
    ask(outsider, firm)

    assert post(outsider, page_of(firm, "work-here/"))[0] == 409
    assert post(company, page_of(firm, "work-here/"))[0] == 409
    assert AffiliationRequest.objects.count() == 1


def test_declining_without_a_reason_asks_for_one(outsider: Member, administrator: Member, firm: Organisation):
    request = ask(outsider, firm)

    answer = signed_in(administrator).post(f"/affiliation-requests/{request.pk}/decline/", {"reason": " "})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["reason"])


def test_declined_reads_the_reason_on_the_page_and_may_ask_again(
    outsider: Member, administrator: Member, firm: Organisation
):
    request = ask(outsider, firm)

    post(administrator, f"/affiliation-requests/{request.pk}/decline/", reason="You are of the sister firm.")

    text = signed_in(outsider).get(page_of(firm)).content.decode()
    assert ("You are of the sister firm." in text, standing(outsider, firm)) == (True, "none")
    assert post(outsider, page_of(firm, "work-here/"))[0] == 303


def test_the_second_administrator_is_told_what_the_first_did(
    outsider: Member, administrator: Member, firm: Organisation
):
    second = make_member("Second Administrator")
    affiliate(second, firm, AffiliationRole.ADMINISTRATOR)
    request = ask(outsider, firm)
    post(administrator, f"/affiliation-requests/{request.pk}/accept/")

    late = signed_in(second).post(f"/affiliation-requests/{request.pk}/decline/", {"reason": "No."})

    assert (late.status_code, administrator.name in late.content.decode()) == (409, True)
    request.refresh_from_db()
    assert (request.state, request.reason) == (AffiliationState.ACCEPTED, "")


def test_taken_back(outsider: Member, administrator: Member, firm: Organisation):
    request = ask(outsider, firm)

    assert post(administrator, f"/affiliation-requests/{request.pk}/withdraw/")[0] == 403
    assert post(outsider, f"/affiliation-requests/{request.pk}/withdraw/") == (303, page_of(firm))
    assert standing(outsider, firm) == "none"


def test_there_are_no_other_steps(outsider: Member, administrator: Member, firm: Organisation):
    request = ask(outsider, firm)

    assert post(administrator, f"/affiliation-requests/{request.pk}/marry/")[0] == 404
    assert signed_in(administrator).get(f"/affiliation-requests/{request.pk}/accept/").status_code == 200
    request.refresh_from_db()
    assert request.state == AffiliationState.PENDING


# People -------------------------------------------------------------------------------------------------------------


def place(member: Member, organisation: Organisation) -> Affiliation:
    return Affiliation.objects.get(member=member, organisation=organisation)


def test_roles_are_given_on_the_page(administrator: Member, company: Member, firm: Organisation):
    address = f"/affiliations/{place(company, firm).pk}"

    given = post(administrator, f"{address}/administrator/")
    shown = signed_in(administrator).get(page_of(firm, "people/"))

    assert given == (303, page_of(firm, "people/"))
    assert [(row["member"].name, row["is_administrator"]) for row in shown.context["people"]] == [
        (administrator.name, True),
        (company.name, True),
    ]
    assert [(change.member, change.act, change.by) for change in shown.context["changes"]] == [
        (company, "administrator", administrator)
    ]


def test_a_question_comes_before_each_change(administrator: Member, company: Member, firm: Organisation):
    answer = signed_in(administrator).get(f"/affiliations/{place(company, firm).pk}/remove/")

    assert (answer.status_code, place(company, firm).role) == (200, "member")


def test_the_last_administrator_is_told_why_not(administrator: Member, firm: Organisation):
    own = place(administrator, firm)

    answers = [post(administrator, f"/affiliations/{own.pk}/{step}/")[0] for step in ("leave", "member")]

    assert (answers, place(administrator, firm).role) == ([409, 409], "administrator")


def test_one_leaves_and_is_back_at_the_organisation(company: Member, administrator: Member, firm: Organisation):
    left = post(company, f"/affiliations/{place(company, firm).pk}/leave/")

    assert left == (303, page_of(firm))
    assert not Affiliation.objects.filter(member=company).exists()


def test_others_places_are_unknown_to_who_looks_after_nothing(
    company: Member, administrator: Member, outsider: Member, firm: Organisation
):
    address = f"/affiliations/{place(administrator, firm).pk}"

    for step in ("administrator", "member", "remove", "leave"):
        assert [post(member, f"{address}/{step}/")[0] for member in (company, outsider)] == [404, 404]

    assert place(administrator, firm).role == "administrator"


def test_nobody_leaves_for_somebody_else_nor_removes_themselves(
    company: Member, administrator: Member, firm: Organisation
):
    assert post(administrator, f"/affiliations/{place(company, firm).pk}/leave/")[0] == 404
    assert post(company, f"/affiliations/{place(company, firm).pk}/remove/")[0] == 404
    assert post(company, f"/affiliations/{place(company, firm).pk}/administrator/")[0] == 403


# Invitations --------------------------------------------------------------------------------------------------------


def invite(by: Member, organisation: Organisation, email: str) -> Invitation:
    return invite_member(by=by, email=email, organisation=organisation, site="", at=timezone.now())[0]


def test_invitations_stand_there_and_are_taken_back(
    administrator: Member, outsider: Member, company: Member, firm: Organisation
):
    invitation = invite(administrator, firm, "new@example.org")
    address = f"/invitations/{invitation.pk}/withdraw/"

    refused = [post(member, address)[0] for member in (outsider, company)]
    done = post(administrator, address)
    again = post(administrator, address)

    shown = signed_in(administrator).get(page_of(firm, "people/"))
    assert (refused, done, again) == ([404, 404], (303, page_of(firm, "people/")), (303, page_of(firm, "people/")))
    assert [(row["invitation"].email, row["state"]) for row in shown.context["invitations"]] == [
        ("new@example.org", "withdrawn")
    ]


def test_invitation_form_is_begun_for_the_organisation(administrator: Member, firm: Organisation):
    client = signed_in(administrator)

    address = client.get(page_of(firm, "people/")).context["invite_url"]

    assert client.get(address).context["form"]["organisation"].value() == firm.pk


@pytest.mark.parametrize("rows", [1, 3])
def test_people_page_takes_a_fixed_number_of_queries(
    rows: int, administrator: Member, firm: Organisation, django_assert_num_queries: DjangoAssertNumQueries
):
    for number in range(rows):
        affiliate(make_member(), firm)
        request = ask(make_member(), firm)
        ask(make_member(), firm)
        invite(administrator, firm, f"new{number}@example.org")
        signed_in(administrator).post(f"/affiliation-requests/{request.pk}/accept/")
    client = signed_in(administrator)

    with django_assert_num_queries(QUERIES_OF_PEOPLE):
        client.get(page_of(firm, "people/"))


# Units --------------------------------------------------------------------------------------------------------------


def test_who_waits_stands_there_however_many_asked_since(outsider: Member, administrator: Member, firm: Organisation):
    waiting = ask(outsider, firm)
    past = {
        "organisation": firm,
        "member": make_member(),
        "asked_at": timezone.now(),
        "state": AffiliationState.WITHDRAWN,
    }
    AffiliationRequest.objects.bulk_create(AffiliationRequest(**past) for _ in range(MOST_ROWS))

    shown = signed_in(administrator).get(page_of(firm, "people/")).context

    assert [row["request"] for row in shown["waiting"]] == [waiting]
    assert len(shown["answered"]) == MOST_ROWS - 1


def test_a_unit_is_on_both_profiles(administrator: Member, firm: Organisation):
    plant = make_organisation("Plant")

    taken = post(administrator, page_of(firm, "units/add/"), unit="plant")

    assert taken == (303, f"{page_of(firm)}#units")
    parent, unit = (signed_in(None).get(page_of(one)).context["family"] for one in (firm, plant))
    assert ([row.name for row in parent["units"]], parent["parent"]) == (["Plant"], None)
    assert ([row.name for row in unit["units"]], unit["parent"]) == ([], firm)


def test_only_who_looks_after_it_adds_units(company: Member, outsider: Member, firm: Organisation):
    plant = make_organisation("Plant")

    answers = [post(member, page_of(firm, "units/add/"), unit="Plant")[0] for member in (company, outsider)]

    plant.refresh_from_db()
    assert (answers, plant.parent) == ([403, 403], None)


def test_a_name_of_two_asks_for_the_address(administrator: Member, firm: Organisation):
    first, _second = make_organisation("Plant"), make_organisation("PLANT")
    address = page_of(firm, "units/add/")

    unclear = signed_in(administrator).post(address, {"unit": "Plant"})
    clear = post(administrator, address, unit=f"https://lab.example.org/organisations/{first.slug}/")

    first.refresh_from_db()
    assert (unclear.status_code, clear[0], first.parent) == (400, 303, firm)


@pytest.mark.parametrize("typed", ["", "\x00", "9" * 300, "٣", "x" * 501, "Nothing", "Firm", "Laboratory"])
def test_what_is_no_unit_is_refused_beside_the_field(
    administrator: Member, firm: Organisation, laboratory: Organisation, researcher: Member, typed: str
):
    # The laboratory has an administrator of its own.
    answer = signed_in(administrator).post(page_of(firm, "units/add/"), {"unit": typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["unit"])


def test_a_unit_is_let_go(administrator: Member, company: Member, staff: Member, firm: Organisation):
    plant = make_organisation("Plant", parent=firm)
    address = page_of(plant, "units/let-go/")

    refused = post(company, address)[0]
    done = post(administrator, address)
    again = post(staff, address)[0]

    plant.refresh_from_db()
    assert (refused, done, again, plant.parent) == (403, (303, page_of(plant)), 409, None)
