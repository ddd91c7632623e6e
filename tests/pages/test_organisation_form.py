from typing import Any

import pytest
from django.test import Client

from ideas.choices import CompetenceState
from ideas.models import Competence, Organisation, PastProject
from tests.cast import signed_in
from tests.factories import make_competence, make_organisation

pytestmark = pytest.mark.django_db
NEW = "/organisations/new/"


def typed(**fields: Any) -> dict[str, Any]:
    """The form as a browser sends it, without projects unless there are some."""
    rows = {"projects-TOTAL_FORMS": 0, "projects-INITIAL_FORMS": 0}
    return {"name": "Firm", "kind": "sme", "country": "IT", "version": 1, **rows, **fields}


def project(number: int, **fields: Any) -> dict[str, Any]:
    return {f"projects-{number}-{name}": value for name, value in fields.items()}


def path_of(organisation: Organisation) -> str:
    return f"{organisation.get_absolute_url()}edit/"


def error_names(answer: Any) -> list[str]:
    return list(answer.context["form"].errors)


@pytest.mark.parametrize("who", ["outsider", "company", "researcher", "lead"])
def test_profile_of_others_is_not_theirs_to_edit(who: str, firm, request):
    client = signed_in(request.getfixturevalue(who))

    assert [client.get(path_of(firm)).status_code, client.post(path_of(firm), typed(name="X")).status_code] == [
        403,
        403,
    ]
    assert "edit/" not in client.get(firm.get_absolute_url()).content.decode()
    firm.refresh_from_db()
    assert firm.name == "Firm"


def test_visitor_is_asked_to_sign_in(firm):
    assert [signed_in(None).get(path).status_code for path in (path_of(firm), NEW)] == [302, 302]


def test_unknown_organisation_is_404(staff):
    assert signed_in(staff).get("/organisations/none/edit/").status_code == 404


def test_administrator_saves_what_the_page_then_shows(administrator, firm):
    client = signed_in(administrator)
    assert client.get(path_of(firm)).status_code == 200

    answer = client.post(
        path_of(firm),
        typed(
            name="Firm", description_it="**Pompe** <script>x</script>", description_en="Pumps", pic="999986096",
            competences="Oleodinamica\nPompe; Valvole", equipment="Banco prova", services="Collaudo", languages=["it"],
            **{"projects-TOTAL_FORMS": 2}, **project(0, title="e-Drive", year=2019, role="coordinator"),
            **project(1, title=""),
        ),
    )  # fmt: skip

    assert (answer.status_code, answer["Location"]) == (303, firm.get_absolute_url())
    page = client.get(firm.get_absolute_url())
    words = [[word["label"] for word in group["words"]] for group in page.context["profile"]["words"]]
    assert words == [["Oleodinamica", "Pompe", "Valvole"], ["Banco prova"], ["Collaudo"]]
    text = page.content.decode()
    assert all(part in text for part in ("<strong>Pompe</strong>", "999986096", "e-Drive", "&lt;script&gt;"))
    assert "<script>x" not in text
    assert {word.state for word in Competence.objects.all()} == {CompetenceState.PROPOSED}


def test_words_lead_to_who_else_has_them(administrator, firm):
    make_organisation("Second", competences=["Pompe"])
    client = signed_in(administrator)
    client.post(path_of(firm), typed(competences="pompe"))

    [word] = client.get(firm.get_absolute_url()).context["profile"]["words"][0]["words"]

    assert [row["name"] for row in client.get(word["url"]).context["rows"]] == ["Firm", "Second"]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(administrator, firm):
    answer = signed_in(administrator).post(path_of(firm), typed(pic="12345", description_it="Testo lungo"))

    assert (answer.status_code, error_names(answer)) == (400, ["pic"])
    assert answer.context["form"]["description_it"].value() == "Testo lungo"


def test_duplicate_pic_names_the_other_one(administrator, firm):
    make_organisation("The other one", pic="999986096")

    answer = signed_in(administrator).post(path_of(firm), typed(pic="999986096"))

    assert "The other one" in answer.context["form"].errors["pic"][0]


def test_accreditation_is_not_in_an_administrators_form(administrator, staff, firm):
    sent = typed(accredited="on", member_since="2001")

    assert signed_in(administrator).post(path_of(firm), sent).status_code == 303
    firm.refresh_from_db()
    assert (firm.accredited, firm.member_since) == (False, None)
    assert signed_in(staff).post(path_of(firm), {**sent, "version": 2}).status_code == 303
    firm.refresh_from_db()
    assert (firm.accredited, firm.member_since) == (True, 2001)


def test_second_of_two_gets_both_texts_and_then_goes_over_the_first(administrator, staff, firm):
    first, second = signed_in(staff), signed_in(administrator)
    first.post(path_of(firm), typed(name="By staff", description_it="Uno"))

    late = second.post(path_of(firm), typed(name="Firm", description_it="Due"))

    assert late.status_code == 409
    differences = {(row["theirs"], row["mine"]) for row in late.context["differences"]}
    assert {("By staff", "Firm"), ("Uno", "Due")} <= differences
    firm.refresh_from_db()
    assert firm.name == "By staff"
    again = late.context["form"]["version"].value()
    assert second.post(path_of(firm), typed(description_it="Due", version=again)).status_code == 303


def test_projects_can_be_taken_out_and_imported_ones_are_not_in_the_form(administrator, firm):
    PastProject.objects.create(organisation=firm, title="IMPORTED", code="cordis:1")
    mine = PastProject.objects.create(organisation=firm, title="Mine")
    client = signed_in(administrator)

    form = client.get(path_of(firm)).content.decode()
    client.post(
        path_of(firm),
        typed(**{"projects-TOTAL_FORMS": 1}, **project(0, id=mine.pk, title="Mine", DELETE="on")),
    )

    assert ("Mine" in form, "IMPORTED" in form) == (True, False)
    assert list(firm.past_projects.values_list("title", flat=True)) == ["IMPORTED"]


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "\x00"},
        {"version": "9" * 300},
        {"province": "9" * 300},
        {"province": "\x00"},
        {"value_chains": ["\x00"]},
        {"languages": ["xx"]},
        {"country": "12"},
        {"projects-TOTAL_FORMS": "9" * 30},
        {"projects-TOTAL_FORMS": "x"},
        {"projects-TOTAL_FORMS": 1, "projects-0-title": "x", "projects-0-year": "１９９９９"},
        {"projects-TOTAL_FORMS": 1, "projects-0-title": "\x00"},
        {"projects-TOTAL_FORMS": 1, "projects-0-year": "2019"},
        {"competences": "\n".join(f"word {number}" for number in range(100))},
    ],
)
def test_bad_input_is_a_clear_refusal(administrator, firm, sent: dict[str, Any]):
    answer = signed_in(administrator).post(path_of(firm), typed(**sent))

    assert answer.status_code in (400, 409)
    firm.refresh_from_db()
    assert firm.version == 1


def test_staff_write_down_a_new_organisation(staff):
    client = signed_in(staff)

    answer = client.post(NEW, typed(name="Brand new", competences="Pompe"))

    assert answer.status_code == 303
    assert client.get(answer["Location"]).context["organisation"].name == "Brand new"


@pytest.mark.parametrize("who", ["outsider", "administrator", "lead"])
def test_others_write_down_none(who: str, request):
    client = signed_in(request.getfixturevalue(who))

    assert [client.get(NEW).status_code, client.post(NEW, typed(name="X")).status_code] == [403, 403]
    assert not Organisation.objects.filter(name="X").exists()


def test_retired_word_is_refused_beside_its_list(administrator, firm):
    make_competence("Telex", state=CompetenceState.RETIRED)

    assert error_names(signed_in(administrator).post(path_of(firm), typed(competences="telex"))) == ["competences"]


@pytest.mark.parametrize("rows", [1, 3])
def test_form_takes_a_fixed_number_of_queries(rows: int, administrator, firm, django_assert_num_queries):
    client: Client = signed_in(administrator)
    for number in range(rows):
        PastProject.objects.create(organisation=firm, title=f"Project {number}")
        firm.vocabulary.add(make_competence())

    with django_assert_num_queries(14):
        client.get(path_of(firm))
