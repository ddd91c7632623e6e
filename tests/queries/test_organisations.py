from collections.abc import Mapping

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas.choices import CompetenceState, OrganisationKind, Scheme
from ideas.models import Organisation
from ideas.queries.directory import directory, forget
from ideas.queries.organisations import (
    OrganisationFilters,
    filter_organisations,
    ideas_of_organisation,
    organisation_page,
    people_of,
    seen_idea_counts_of_organisations,
)
from tests.factories import (
    affiliate,
    make_chain,
    make_competence,
    make_idea,
    make_ket,
    make_member,
    make_organisation,
    make_partner,
)


def found(**filters: object) -> list[str]:
    """The names that the page finds, which must be those that the API's list finds."""
    asked = OrganisationFilters(**filters)  # type: ignore[arg-type]
    in_memory = [row.name for row in organisation_page(asked).rows]
    in_database = set(filter_organisations(Organisation.objects.all(), asked).values_list("name", flat=True))

    assert set(in_memory) == in_database
    return in_memory


def counts(**filters: object) -> dict[str, Mapping[str, int]]:
    """What the page counts, without the facets that have nothing."""
    counted = organisation_page(OrganisationFilters(**filters)).counts  # type: ignore[arg-type]
    return {facet: values for facet, values in counted.items() if values}


def test_filters_hold_together(db):
    chain, ket = make_chain("MOVES"), make_ket("AI")
    province = make_ket("ITH55", scheme=Scheme.PROVINCE)
    both = make_organisation("Both", kind=OrganisationKind.SME, province=province, accredited=True, member_since=2020)
    both.value_chains.add(chain)
    both.kets.add(ket)
    make_organisation("Chain only").value_chains.add(chain)

    assert found(value_chain=("MOVES",)) == ["Both", "Chain only"]
    assert found(value_chain=("MOVES",), kind=("sme",)) == ["Both"]
    assert [
        found(province=("ITH55",)), found(accredited=True), found(member=True), found(ket=("AI",)), found(ket=("XX",))
    ] == [["Both"], ["Both"], ["Both"], ["Both"], []]  # fmt: skip


@pytest.mark.parametrize("words", ["rettifica", "rettifiche", "QUALITA", "five axis", "ORG", "certifying", "x\x00"])
def test_words_are_found_by_stem_and_without_accents(db, words: str):
    make_organisation(
        "Org x",
        competences=["Rettifica", "Controllo qualità"],
        equipment=["Mill with five axis"],
        description_en="They certify machines.",
    )
    make_organisation("Else", competences=["Casting"])

    assert found(q=words) == ["Org x"]


def test_last_word_may_be_a_beginning(db):
    make_organisation("Aurora")

    assert found(q="auro") == ["Aurora"]
    assert found(q="!!!") == []


def test_words_are_found_by_kind(db):
    make_organisation("Knows", competences=["Laser"])
    make_organisation("Has", equipment=["Laser"])
    make_organisation("Does", services=["Laser"])

    assert [found(competence=("laser",)), found(equipment=("laser",)), found(service=("laser",))] == [
        ["Knows"],
        ["Has"],
        ["Does"],
    ]


def test_merged_word_in_an_old_address_leads_to_the_new_one(db):
    make_organisation("Welds", competences=["Laser welding"])
    into = Organisation.objects.get().vocabulary.get()
    make_competence("Beam welding", state=CompetenceState.MERGED, merged_into=into)

    assert found(competence=("beam-welding",)) == ["Welds"]


def test_retired_word_is_no_filter(db):
    organisation = make_organisation("Lab")
    organisation.vocabulary.add(make_competence("Telex", state=CompetenceState.RETIRED))

    assert found(competence=("telex",)) == []
    assert "competence" not in counts()


def test_counts_leave_their_own_facet_open(db):
    make_organisation("Lab", kind=OrganisationKind.RESEARCH, accredited=True, competences=["Laser"]).value_chains.add(
        make_chain("MOVES")
    )
    make_organisation("Firm", kind=OrganisationKind.SME, competences=["Laser", "Casting"], member_since=2020)

    assert counts(kind=("sme",)) == {
        "kind": {"research": 1, "sme": 1},
        "competence": {"laser": 1, "casting": 1},
        "member": {"1": 1},
    }
    assert counts(kind=("sme",), q="laser", competence=("casting",))["competence"] == {"laser": 1, "casting": 1}
    assert counts(competence=("laser",))["kind"] == {"research": 1, "sme": 1}


def test_directory_is_by_name_in_pages_whatever_comes_between(db):
    for number in range(50):
        make_organisation(f"Organisation {number:02}")

    first = organisation_page(OrganisationFilters())
    make_organisation("Another one before")
    second = organisation_page(OrganisationFilters(), cursor=first.next)

    assert [row.name for row in first.rows[:2]] == ["Organisation 00", "Organisation 01"]
    assert [row.name for row in second.rows] == ["Organisation 48", "Organisation 49"]
    assert (second.next, second.total) == ("", 51)


def test_names_stand_in_the_order_of_their_letters(db):
    for name in ("Zeta", "Élan", "alfa", "Eco"):
        make_organisation(name)

    assert found() == ["alfa", "Eco", "Élan", "Zeta"]


@pytest.mark.parametrize("cursor", ["", "0", "-1", "x", "9" * 30, "²"])
def test_unknown_cursor_begins_at_the_beginning(db, cursor: str):
    make_organisation("Only")

    assert [row.name for row in organisation_page(OrganisationFilters(), cursor=cursor).rows] == ["Only"]


def test_memory_hears_of_every_write(db):
    organisation, chain, word = make_organisation("Lab"), make_chain("MOVES"), make_competence("Laser")
    directory()

    organisation.value_chains.add(chain)
    organisation.vocabulary.add(word)
    Organisation.objects.filter(pk=organisation.pk).update(accredited=True)

    assert counts() == {
        "kind": {"company": 1}, "value_chain": {"MOVES": 1}, "competence": {"laser": 1}, "accredited": {"1": 1}
    }  # fmt: skip
    word.state = CompetenceState.RETIRED
    word.save()
    assert "competence" not in counts()


def test_directory_is_read_again_only_after_a_change(db):
    make_organisation("Lab")
    forget()
    directory()

    with CaptureQueriesContext(connection) as unchanged:
        directory()
    make_organisation("Firm")
    with CaptureQueriesContext(connection) as changed:
        directory()

    assert (len(unchanged), len(changed)) == (1, 6)


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
