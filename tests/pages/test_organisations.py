import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ideas.choices import OrganisationKind
from ideas.models import Member, Organisation
from tests.cast import signed_in
from tests.factories import affiliate, make_chain, make_idea, make_member, make_organisation

LIST = "/organisations/"
QUERIES_OF_LIST = 19
QUERIES_OF_DETAIL = 41


def english(member: Member | None) -> Client:
    client = signed_in(member)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_visitor_reads_the_directory_without_people_and_ideas(researcher, laboratory, secret):
    make_idea(researcher, organisation=laboratory, public_teaser=True, title="CANARY teaser")
    type(secret).objects.filter(pk=secret.pk).update(organisation=laboratory)

    directory = signed_in(None).get(LIST)
    page = signed_in(None).get(laboratory.get_absolute_url())

    assert [row["idea_count"] for row in directory.context["rows"]] == [0]
    assert page.context["people"] == []
    texts = directory.content.decode() + page.content.decode()
    assert {word: texts.count(word) for word in ("CANARY", researcher.name, researcher.email)} == {
        "CANARY": 0,
        researcher.name: 0,
        researcher.email: 0,
    }


def test_outsider_learns_nothing_of_a_private_idea(outsider, researcher, laboratory, secret):
    type(secret).objects.filter(pk=secret.pk).update(organisation=laboratory)
    client = signed_in(outsider)

    directory, page = client.get(LIST), client.get(laboratory.get_absolute_url())

    assert {row["name"]: row["idea_count"] for row in directory.context["rows"]} == {"Elsewhere": 0, "Laboratory": 0}
    assert page.content.decode().count("CANARY") == 0
    assert secret.reference not in page.content.decode()
    assert [card["title"] for card in signed_in(researcher).get(laboratory.get_absolute_url()).context["cards"]] == [
        "CANARY title"
    ]


def test_member_sees_people_and_ideas(outsider, researcher, laboratory):
    make_idea(researcher, organisation=laboratory, title="Battery line")

    response = signed_in(outsider).get(laboratory.get_absolute_url())

    assert [card["title"] for card in response.context["cards"]] == ["Battery line"]
    assert [row.member for row in response.context["people"]] == [researcher]
    assert researcher.email not in response.content.decode()


def test_page_shows_what_they_know_and_have(db):
    organisation = make_organisation(
        "Lab", competences=["Grinding <b>"], equipment=["Five axes"], description_en="English words", pic="123456789"
    )

    text = english(None).get(organisation.get_absolute_url()).content.decode()

    assert all(words in text for words in ("Grinding &lt;b&gt;", "Five axes", "English words", "123456789"))


def test_description_falls_back_to_the_other_language(db):
    organisation = make_organisation("Lab", description_it="Parole italiane")

    assert english(None).get(organisation.get_absolute_url()).context["profile"]["description"] == "Parole italiane"


def test_facets_lead_to_addresses_that_narrow(db):
    make_organisation("Lab", kind=OrganisationKind.RESEARCH, accredited=True)
    make_organisation("Firm", kind=OrganisationKind.SME)
    client = english(None)

    facets = {str(group.title): group.facets for group in client.get(LIST).context["facets"]}
    response = client.get(LIST + facets["Accreditation"][0]["url"])

    assert [(str(entry["label"]), entry["count"]) for entry in facets["Kind"]] == [
        ("Research organisation", 1),
        ("Small or medium enterprise", 1),
    ]
    assert [row["name"] for row in response.context["rows"]] == ["Lab"]
    assert [chip["url"] for chip in response.context["chips"]] == ["./"]


@pytest.mark.parametrize(
    "query", ["kind=%00", "q=%00x", "cursor=-1", "cursor=" + "9" * 30, "province=%F0%9F", "accredited=7"]
)
def test_bad_filters_are_no_error(db, query: str):
    assert signed_in(None).get(f"{LIST}?{query}").status_code == 200


def test_empty_directory_teaches(db):
    assert "No organisations yet" in english(None).get(LIST).content.decode()
    assert "No organisation fits these filters" in english(None).get(f"{LIST}?q=x").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_directory_takes_a_fixed_number_of_queries(
    rows: int, outsider: Member, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(rows):
        organisation = make_organisation()
        organisation.value_chains.add(make_chain())
        affiliate(outsider, organisation)
        make_idea(outsider, organisation=organisation)
    client = signed_in(outsider)

    with django_assert_num_queries(QUERIES_OF_LIST):
        client.get(LIST)


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_a_fixed_number_of_queries(
    rows: int, outsider: Member, laboratory: Organisation, django_assert_num_queries: DjangoAssertNumQueries
):
    affiliate(outsider, laboratory)
    for _ in range(rows):
        laboratory.value_chains.add(make_chain())
        affiliate(make_member(), laboratory)
        make_idea(outsider, organisation=laboratory)
    client = signed_in(outsider)

    with django_assert_num_queries(QUERIES_OF_DETAIL):
        client.get(laboratory.get_absolute_url())


@pytest.mark.parametrize(("path", "method", "status"), [("/organisations/none/", "get", 404), (LIST, "post", 405)])
def test_other_addresses_and_methods_are_refused(db, path: str, method: str, status: int):
    assert getattr(signed_in(None), method)(path).status_code == status
