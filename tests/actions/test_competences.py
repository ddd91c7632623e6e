from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.competences import (
    MOST_WORDS,
    accept_competence,
    add_competence,
    merge_competence,
    retire_competence,
)
from ideas.actions.organisations import edit_organisation
from ideas.choices import CompetenceState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Competence, Member, Organisation
from ideas.queries.organisations import having_words
from tests.factories import make_competence, make_organisation

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def edit(organisation: Organisation, by: Member, **content: Any) -> Organisation:
    organisation.refresh_from_db()
    return edit_organisation(by=by, organisation=organisation, content=content, version=organisation.version, at=NOW)


def word(name: str) -> Competence:
    return Competence.objects.get(name_it=name)


def accept(by: Member, one: Competence, name_it: str = "", name_en: str = "") -> Competence:
    return accept_competence(by=by, competence=one, name_it=name_it, name_en=name_en, version=one.version, at=NOW)


def merge(by: Member, one: Competence, into: Competence) -> Competence:
    return merge_competence(by=by, competence=one, into=into, version=one.version, at=NOW)


def retire(by: Member, one: Competence, **options: bool) -> Competence:
    return retire_competence(by=by, competence=one, version=one.version, at=NOW, **options)


def test_unknown_word_is_proposed_by_who_uses_it(administrator, firm):
    edit(firm, administrator, competences=["Saldatura laser"])

    new = word("Saldatura laser")
    assert (new.state, new.proposed_by, new.kind, new.slug) == (
        CompetenceState.PROPOSED, administrator, "competence", "saldatura-laser"
    )  # fmt: skip


def test_new_words_are_written_in_one_order_and_stay_in_the_organisations(administrator, firm):
    edit(firm, administrator, competences=["Tornitura", "Alesatura", "Lappatura"])

    firm.refresh_from_db()
    assert firm.competences == ["Tornitura", "Alesatura", "Lappatura"]
    written = Competence.objects.order_by("pk").values_list("name_it", flat=True)
    assert list(written) == ["Alesatura", "Lappatura", "Tornitura"]


def test_word_of_an_english_reader_is_kept_as_english(administrator, firm):
    administrator.language = "en"

    edit(firm, administrator, services=["Calibration"])

    new = Competence.objects.get()
    assert (new.name_it, new.name_en, new.word) == ("", "Calibration", "Calibration")


def test_known_word_is_taken_however_it_is_spelt(administrator, firm):
    known = make_competence("Qualità dell'aria", name_en="Air quality")

    edited = edit(firm, administrator, competences=["QUALITA  DELL'ARIA", "air quality", "qualità dell'aria"])

    assert edited.competences == ["Qualità dell'aria"]
    assert list(firm.vocabulary.all()) == [known]
    assert Competence.objects.count() == 1


def test_lists_of_other_kinds_stay(administrator):
    organisation = make_organisation("Lab", competences=["Laser"], equipment=["Forno"])
    organisation.affiliations.create(member=administrator, role="administrator")

    edit(organisation, administrator, competences=["Fusione"])

    organisation.refresh_from_db()
    assert (organisation.competences, organisation.equipment) == (["Fusione"], ["Forno"])
    assert {row.word for row in organisation.vocabulary.all()} == {"Fusione", "Forno"}


def test_retired_word_stays_with_who_has_it_and_is_refused_to_others(staff, firm, laboratory):
    edit(firm, staff, competences=["Telex"])
    retire(staff, word("Telex"))

    assert edit(firm, staff, competences=["Telex", "Fax"]).competences == ["Telex", "Fax"]
    with pytest.raises(ValidationError) as refusal:
        edit(laboratory, staff, competences=["telex"])
    assert list(refusal.value.message_dict) == ["competences"]
    laboratory.refresh_from_db()
    assert laboratory.competences == []


def test_too_many_and_too_long_words_are_named_beside_their_list(staff, firm):
    for field, words in (
        ("services", [f"Word {number}" for number in range(MOST_WORDS + 1)]),
        ("equipment", ["x" * 101]),
        ("competences", ["a\x00b"]),
    ):
        with pytest.raises(ValidationError) as refusal:
            edit(firm, staff, **{field: words})
        assert list(refusal.value.message_dict) == [field]


def test_accepted_word_gets_its_names_and_organisations_follow(staff, firm):
    edit(firm, staff, competences=["Altro", "Saldature laser"])

    accepted = accept(staff, word("Saldature laser"), "Saldatura laser", "Laser welding")

    firm.refresh_from_db()
    assert (accepted.state, accepted.version) == (CompetenceState.ACCEPTED, 2)
    assert sorted(firm.competences) == ["Altro", "Saldatura laser"]
    assert [row.object_id for row in having_words("welded")] == [firm.pk]


def test_two_words_of_a_kind_never_share_a_name(staff):
    make_competence("Robotica", name_en="Robotics")
    other = make_competence("Robot")

    for names in (("robotica", ""), ("", "ROBOTICA"), ("Robotics", "")):
        with pytest.raises(ValidationError):
            accept(staff, other, *names)
    add_competence(by=staff, kind="equipment", name_it="Robotica", at=NOW)


def test_word_without_any_name_is_refused(staff):
    with pytest.raises(ValidationError) as refusal:
        add_competence(by=staff, kind="service", name_it=" ", name_en="", at=NOW)

    assert list(refusal.value.message_dict) == ["name_it"]


def test_merged_word_hands_its_organisations_over(staff, firm, laboratory):
    edit(firm, staff, competences=["Fresatura", "Saldature"])
    edit(laboratory, staff, competences=["Saldature", "Saldatura", "Tornitura"])
    into = accept(staff, word("Saldatura"), "Saldatura", "Welding")

    assert merge(staff, word("Saldature"), into) == into

    for organisation, words in ((firm, ["Fresatura", "Saldatura"]), (laboratory, ["Saldatura", "Tornitura"])):
        organisation.refresh_from_db()
        assert organisation.competences == words
        assert sorted(row.word for row in organisation.vocabulary.all()) == words
    assert {row.object_id for row in having_words("welding")} == {firm.pk, laboratory.pk}


def test_who_types_a_merged_word_gets_the_other_one(staff, firm):
    into = make_competence("Saldatura")
    merge(staff, make_competence("Saldature"), into)

    assert edit(firm, staff, competences=["saldature"]).competences == ["Saldatura"]


def test_words_that_were_merged_into_a_merged_one_lead_to_the_last(staff):
    first, second, third = make_competence("A1"), make_competence("A2"), make_competence("A3")

    merge(staff, first, second)
    merge(staff, second, third)

    first.refresh_from_db()
    assert first.merged_into == third


@pytest.mark.parametrize("target", ["itself", "another kind", "a proposal"])
def test_word_is_merged_only_into_an_accepted_one_of_its_kind(staff, target: str):
    one = make_competence("One")
    into = {
        "itself": one,
        "another kind": make_competence("Kind", kind="equipment"),
        "a proposal": make_competence("Proposal", state=CompetenceState.PROPOSED),
    }[target]

    with pytest.raises(ValidationError) as refusal:
        merge(staff, one, into)

    assert list(refusal.value.message_dict) == ["into"]


def test_retired_word_can_be_taken_away_from_who_has_it(staff, firm):
    edit(firm, staff, competences=["Spam", "Laser"])

    retire(staff, word("Spam"), take_away=True)

    firm.refresh_from_db()
    assert firm.competences == ["Laser"]
    assert not having_words("spam").exists()


def test_second_of_two_who_settle_a_word_is_told(staff):
    one, into = make_competence("One", state=CompetenceState.PROPOSED), make_competence("Into")
    seen = Competence.objects.get(pk=one.pk)
    accept(staff, one, "One")

    for act in (lambda: retire(staff, seen), lambda: merge(staff, seen, into), lambda: accept(staff, seen, "Won")):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "competence_changed"


def test_nothing_is_done_to_a_merged_word(staff):
    one, into = make_competence("One"), make_competence("Into")
    merge(staff, one, into)
    one.refresh_from_db()

    for act in (lambda: retire(staff, one), lambda: merge(staff, one, into), lambda: accept(staff, one, "Won")):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "wrong_state"


def test_only_staff_settle_words(administrator, lead):
    one, into = make_competence("One"), make_competence("Into")

    for by in (administrator, lead):
        for act in (
            lambda by=by: retire(by, one),
            lambda by=by: merge(by, one, into),
            lambda by=by: accept(by, one, "Won"),
            lambda by=by: add_competence(by=by, kind="service", name_it="New", at=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert {row.name_it for row in Competence.objects.all()} == {"One", "Into"}


def test_words_without_letters_of_ours_get_addresses_of_their_own(staff, firm):
    edit(firm, staff, competences=["C", "C++", "C#", "溶接"])

    assert sorted(Competence.objects.values_list("slug", flat=True)) == ["c", "c-2", "c-3", "competence"]
