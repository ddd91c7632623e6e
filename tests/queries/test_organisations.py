import pytest
from django.contrib.auth.models import AnonymousUser

from ideas.choices import OrganisationKind, Scheme
from ideas.models import Organisation
from ideas.queries.organisations import (
    OrganisationFilters,
    filter_organisations,
    ideas_of_organisation,
    organisation_facets,
    organisation_page,
    people_of,
    seen_idea_counts_of_organisations,
)
from tests.factories import affiliate, make_chain, make_idea, make_ket, make_member, make_organisation, make_partner


def found(**filters: object) -> list[str]:
    rows = filter_organisations(Organisation.objects.all(), OrganisationFilters(**filters))  # type: ignore[arg-type]
    return sorted(rows.values_list("name", flat=True))


def test_filters_hold_together(db):
    chain = make_chain("MOVES")
    province = make_ket("ITH55", scheme=Scheme.PROVINCE)
    both = make_organisation("Both", kind=OrganisationKind.SME, province=province, accredited=True)
    both.value_chains.add(chain)
    make_organisation("Chain only").value_chains.add(chain)

    assert found(value_chain=("MOVES",)) == ["Both", "Chain only"]
    assert found(value_chain=("MOVES",), kind=("sme",)) == ["Both"]
    assert found(province=("ITH55",)) == found(accredited=True) == ["Both"]


@pytest.mark.parametrize("words", ["rettifica", "qualità", "five axes", "ORG", "x\x00"])
def test_words_are_found_in_name_competences_and_equipment(db, words: str):
    make_organisation("Org x", competences=["Rettifica", "Controllo qualità"], equipment=["Mill with five axes"])
    make_organisation("Else", competences=["Casting"])

    assert found(q=words) == ["Org x"]


def test_counts_leave_their_own_facet_open(db):
    make_organisation("Lab", kind=OrganisationKind.RESEARCH, accredited=True).value_chains.add(make_chain("MOVES"))
    make_organisation("Firm", kind=OrganisationKind.SME)

    assert organisation_facets(OrganisationFilters(kind=("sme",))) == {
        "kind": {"research": 1, "sme": 1},
        "province": {},
        "value_chain": {},
        "accredited": {"1": 0},
        "total": {"": 1},
    }


def test_directory_is_by_name_in_pages(db):
    for number in range(50):
        make_organisation(f"Organisation {number:02}")

    first, cursor = organisation_page(OrganisationFilters())
    second, end = organisation_page(OrganisationFilters(), cursor=cursor)

    assert [row.name for row in first[:2]] == ["Organisation 00", "Organisation 01"]
    assert [row.name for row in second] == ["Organisation 48", "Organisation 49"]
    assert end == ""


def test_private_idea_is_listed_for_its_author_alone(researcher, outsider, staff, laboratory, secret):
    type(secret).objects.filter(pk=secret.pk).update(organisation=laboratory)

    seen = {
        name: (
            seen_idea_counts_of_organisations(viewer, [laboratory.pk]),
            [row["title"] for row in ideas_of_organisation(viewer, laboratory)],
        )
        for name, viewer in {
            "author": researcher,
            "outsider": outsider,
            "staff": staff,
            "visitor": AnonymousUser(),
        }.items()
    }

    assert seen == {
        "author": ({laboratory.pk: 1}, ["CANARY title"]),
        "outsider": ({}, []),
        "staff": ({}, []),
        "visitor": ({}, []),
    }


def test_ideas_that_an_organisation_takes_part_in_are_its_own_too(researcher, outsider, company, administrator, firm):
    idea = make_idea(researcher, title="Joined")
    make_partner(idea, administrator, firm)

    assert [row["title"] for row in ideas_of_organisation(outsider, firm)] == ["Joined"]


def test_people_are_for_members(researcher, outsider, laboratory):
    colleague, gone = make_member("Zoe Colleague"), make_member("Gone", is_active=False)
    affiliate(colleague, laboratory)
    affiliate(gone, laboratory)

    assert [row.member for row in people_of(outsider, laboratory)] == [researcher, colleague]
    assert people_of(AnonymousUser(), laboratory) == []
