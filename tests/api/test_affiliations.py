import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ideas.actions.affiliations import ask_affiliation
from ideas.choices import AffiliationRole, Visibility
from ideas.models import Affiliation, AffiliationRequest, Member, Organisation
from tests.api.conftest import Api, codes
from tests.factories import affiliate, make_idea, make_member, make_organisation, make_partner

pytestmark = pytest.mark.django_db
REQUESTS = "/api/v1/affiliation-requests/"
PLACES = "/api/v1/affiliations/"
QUERIES_OF_REQUESTS = 3
QUERIES_OF_PLACES = 3


def ask(by: Member, organisation: Organisation) -> AffiliationRequest:
    return ask_affiliation(by=by, organisation=organisation, note="At the bench.", at=timezone.now())


def post(by: Member | None, path: str, **body: object) -> object:
    return Api(by).post(path, body, format="json")


def test_asked_and_accepted(outsider: Member, administrator: Member, firm: Organisation):
    asked = post(outsider, REQUESTS, organisation=firm.pk, note="At the bench.")
    answered = post(administrator, f"{REQUESTS}{asked.json()['id']}/accept/")

    assert (asked.status_code, answered.status_code) == (201, 200)
    assert {name: answered.json()[name] for name in ("organisation", "member", "note", "state", "reason")} == {
        "organisation": {"id": firm.pk, "name": "Firm", "slug": firm.slug},
        "member": {"id": outsider.pk, "name": outsider.name, "initials": "OO"},
        "note": "At the bench.",
        "state": "accepted",
        "reason": "",
    }
    assert Affiliation.objects.filter(member=outsider, organisation=firm).exists()


def test_refusals_have_codes(outsider: Member, company: Member, administrator: Member, firm: Organisation):
    request = ask(outsider, firm)

    assert codes(post(outsider, REQUESTS, organisation=firm.pk)) == [("affiliation_asked", None)]
    assert codes(post(company, REQUESTS, organisation=firm.pk)) == [("already_affiliated", None)]
    assert codes(post(administrator, f"{REQUESTS}{request.pk}/decline/", reason=" ")) == [("invalid", "reason")]
    post(administrator, f"{REQUESTS}{request.pk}/accept/")
    late = post(administrator, f"{REQUESTS}{request.pk}/decline/", reason="No.")
    assert (late.status_code, codes(late)) == (409, [("affiliation_answered", None)])


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"organisation": 10**30}, "organisation"),
        ({"organisation": "1"}, "organisation"),
        ({"note": "x"}, "organisation"),
        ({"organisation": 0, "note": ["x"]}, "note"),
    ],
)
def test_bad_bodies_are_refused_by_field(outsider: Member, body: dict[str, object], attr: str):
    answer = post(outsider, REQUESTS, **body)

    assert (answer.status_code, attr in {attr for _code, attr in codes(answer)}) == (400, True)


def test_requests_are_seen_by_both_sides_alone(
    outsider: Member, company: Member, administrator: Member, researcher: Member, staff: Member, firm: Organisation
):
    request = ask(outsider, firm)

    seen = {
        member.name: [row["id"] for row in Api(member).results("affiliation-requests/")]
        for member in (outsider, company, administrator, researcher, staff)
    }

    assert {name: ids == [request.pk] for name, ids in seen.items()} == {
        outsider.name: True,
        company.name: False,
        administrator.name: True,
        researcher.name: False,
        staff.name: True,
    }
    assert Api(researcher).get(f"{REQUESTS}{request.pk}/").status_code == 404
    assert post(researcher, f"{REQUESTS}{request.pk}/accept/").status_code == 404
    assert post(outsider, f"{REQUESTS}{request.pk}/accept/").status_code == 403
    assert post(administrator, f"{REQUESTS}{request.pk}/marry/").status_code == 404
    assert Api(None).get(REQUESTS).status_code == 401


def test_roles_and_places(administrator: Member, company: Member, outsider: Member, firm: Organisation):
    place = Affiliation.objects.get(member=company)
    api = Api(administrator)

    given = api.patch(f"{PLACES}{place.pk}/", {"role": "administrator"}, format="json")
    wrong = api.patch(f"{PLACES}{place.pk}/", {"role": "king"}, format="json")
    unknown = Api(outsider).patch(f"{PLACES}{place.pk}/", {"role": "member"}, format="json")
    removed = api.delete(f"{PLACES}{place.pk}/")
    last = api.delete(f"{PLACES}{Affiliation.objects.get(member=administrator).pk}/")

    assert (given.status_code, given.json()["role"]) == (200, "administrator")
    assert (codes(wrong), unknown.status_code, removed.status_code) == ([("invalid_choice", "role")], 404, 204)
    assert (last.status_code, codes(last)) == (409, [("last_administrator", None)])


def test_members_see_their_own_places_and_may_not_give_roles(company: Member, administrator: Member):
    api = Api(company)

    places = api.results("affiliations/")

    assert [(row["member"]["id"], row["role"]) for row in places] == [(company.pk, "member")]
    refused = api.patch(f"{PLACES}{places[0]['id']}/", {"role": "administrator"}, format="json")
    assert (refused.status_code, api.delete(f"{PLACES}{places[0]['id']}/").status_code) == (403, 204)


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_a_fixed_number_of_queries(
    rows: int, administrator: Member, firm: Organisation, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(rows):
        ask(make_member(), firm)
        affiliate(make_member(), firm)
    api = Api(administrator)

    with django_assert_num_queries(QUERIES_OF_REQUESTS):
        api.results("affiliation-requests/")
    with django_assert_num_queries(QUERIES_OF_PLACES):
        api.results("affiliations/")


# Units --------------------------------------------------------------------------------------------------------------


def test_units_are_taken_listed_and_let_go(administrator: Member, outsider: Member, firm: Organisation):
    plant = make_organisation("Plant")
    address = f"/api/v1/organisations/{firm.slug}/units/"

    refused = post(outsider, address, unit=plant.pk)
    taken = post(administrator, address, unit=plant.pk)
    listed = Api(None).results(f"organisations/{firm.pk}/units/")
    circle = post(administrator, f"/api/v1/organisations/{plant.slug}/units/", unit=firm.pk)
    gone = Api(administrator).delete(f"{address}{plant.pk}/")
    again = Api(administrator).delete(f"{address}{plant.pk}/")

    assert (refused.status_code, taken.status_code, circle.status_code) == (403, 201, 403)
    assert listed == [{"id": plant.pk, "name": "Plant", "slug": plant.slug}] == [taken.json()]
    assert (gone.status_code, again.status_code) == (204, 404)


def test_visitors_write_no_units(firm: Organisation):
    assert post(None, f"/api/v1/organisations/{firm.slug}/units/", unit=firm.pk).status_code == 401
    assert Api(None).delete(f"/api/v1/organisations/{firm.slug}/units/{firm.pk}/").status_code == 401


# Network ------------------------------------------------------------------------------------------------------------


def test_network_is_of_what_one_sees(
    researcher: Member, administrator: Member, outsider: Member, laboratory: Organisation, firm: Organisation
):
    secret = make_idea(
        researcher, organisation=laboratory, visibility=Visibility.PRIVATE, invited=[administrator], title="CANARY"
    )
    make_partner(secret, administrator, firm)

    own, others = Api(researcher).data("network/"), Api(outsider).data("network/")

    low, high = sorted((laboratory.pk, firm.pk))
    assert own == {
        "organisations": [
            {"id": firm.pk, "name": "Firm", "slug": firm.slug, "kind": "sme", "ideas": 1},
            {"id": laboratory.pk, "name": "Laboratory", "slug": laboratory.slug, "kind": "research", "ideas": 1},
        ],
        "links": [{"one": low, "other": high, "ideas": [secret.reference]}],
        "ideas": 1,
        "is_cut": False,
    }
    assert others == {"organisations": [], "links": [], "ideas": 0, "is_cut": False}
    assert Api(None).get("/api/v1/network/").status_code == 401


def test_network_narrows_and_refuses_nonsense(
    researcher: Member, administrator: Member, laboratory: Organisation, firm: Organisation
):
    idea = make_idea(researcher, organisation=laboratory)
    make_partner(idea, administrator, firm)
    affiliate(researcher, make_organisation("Alone", slug="alone"), AffiliationRole.MEMBER)
    api = Api(researcher)

    sizes = [
        len(api.data("network/", **asked)["links"])
        for asked in (
            {"value_chain": idea.value_chain.code},
            {"value_chain": "NONE"},
            {"year": idea.created_at.year},
            {"year": idea.created_at.year - 1},
            {"organisation": firm.slug},
            {"organisation": "alone"},
        )
    ]
    wrong = [
        codes(api.get("/api/v1/network/", {name: value}))[0][1]
        for name, value in (("year", "x"), ("year", "9" * 300), ("organisation", "none"), ("organisation", "a\x00"))
    ]

    assert (sizes, wrong) == ([1, 0, 1, 0, 1, 0], ["year", "year", "organisation", "organisation"])
