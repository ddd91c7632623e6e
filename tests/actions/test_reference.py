import pytest
from django.core.management import call_command

from ideas.actions.reference import load_reference
from ideas.choices import ConsortiumRole, OrganisationKind, Scheme
from ideas.data import read_json
from ideas.models import Competence, Organisation, PlanStep, Term, ValueChain
from tests.factories import make_competence

GLYPHS = {
    "A&RER": "arm",
    "DAAMA": "gear",
    "MOVES": "wheel",
    "MAMMER": "lattice",
    "FLYER": "wing",
    "NAUTICA": "hull",
    "FLUIDPOWER": "piston",
    "ELETTRICA": "cell",
}


def test_choices_agree_with_the_taxonomies():
    facts = read_json("taxonomies.json")

    assert [role["code"] for role in facts["consortium_roles"]] == ConsortiumRole.values
    assert facts["organisation_kinds"] == OrganisationKind.values


@pytest.mark.django_db
def test_everything_is_loaded_once():
    first = load_reference()
    second = load_reference()

    assert first == {
        "value_chains": 8, "terms": 6 + 6 + 15 + 9 + 9, "competences": 76, "organisations": 16, "plan_steps": 6,
        "rule_sets": 3,
    }  # fmt: skip
    assert set(second.values()) == {0}
    assert second.keys() == first.keys()


@pytest.mark.django_db
def test_word_that_is_there_is_only_completed():
    make_competence("Taratura", kind="service", state="retired")
    make_competence("Anything", name_it="", name_en="certification", kind="service")

    load_reference()

    own = Competence.objects.filter(kind="service", key_en__in=["calibration", "certification"])
    assert sorted(own.values_list("name_it", "name_en", "state")) == [
        ("Taratura", "calibration", "retired"),
        ("certificazione", "certification", "accepted"),
    ]


@pytest.mark.django_db
def test_chains_speak_both_languages_and_have_their_glyph():
    load_reference()

    assert dict(ValueChain.objects.values_list("code", "glyph")) == GLYPHS
    for chain in ValueChain.objects.all():
        assert all([chain.name_it, chain.name_en, chain.description_it, chain.description_en])


@pytest.mark.django_db
def test_only_the_older_kets_are_retired():
    load_reference()

    retired = Term.objects.filter(retired=True)
    assert {(term.scheme, term.code) for term in retired} == {
        (Scheme.KET_2009, code) for code in ("MNE", "PHO", "NAN", "BIO", "MAT", "AMS")
    }


@pytest.mark.django_db
def test_what_staff_edited_stays():
    load_reference()
    ValueChain.objects.filter(slug="nautical").update(code="NAU", name_it="Mare")
    Term.objects.filter(scheme=Scheme.KET_2018, code="AI").update(name_it="IA", retired=True)
    Organisation.objects.filter(slug="landi-renzo").update(name="Landi Renzo S.p.A.")
    PlanStep.objects.filter(code="review").update(name_it="Rilettura", days_before=10)

    load_reference()

    assert ValueChain.objects.filter(code="NAU", name_it="Mare").count() == 1
    assert Term.objects.filter(code="AI", name_it="IA", retired=True).count() == 1
    assert Organisation.objects.filter(name="Landi Renzo S.p.A.").count() == 1
    assert PlanStep.objects.filter(code="review", name_it="Rilettura", days_before=10).count() == 1


@pytest.mark.django_db
def test_organisations_of_2020_are_real_ones():
    load_reference()

    assert Organisation.objects.filter(is_demo=False, member_since=2020).count() == 16
    landi = Organisation.objects.get(slug="landi-renzo")
    assert (landi.pic, landi.province.code) == ("995311957", "ITH53")


@pytest.mark.django_db
def test_the_command_says_what_it_added(capsys):
    call_command("load_reference")

    assert (
        capsys.readouterr().out
        == "Added 8 value chains, 45 terms, 76 competences, 16 organisations, 6 plan steps, 3 rule sets\n"
    )
