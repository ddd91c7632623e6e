from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.utils import timezone
from docx import Document
from pytest_django import DjangoAssertNumQueries

from ideas.actions.joining import commit_partner, withdraw_join_request
from ideas.actions.partners import fill_in_line
from ideas.choices import Commitment
from ideas.data.demo_files import make_pdf
from ideas.models import Idea, JoinRequest, Member, Organisation, PartnerLetter, PartnerSheet
from ideas.pages.partners import panel_context
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_call,
    make_idea,
    make_letter,
    make_member,
    make_organisation,
    make_partner,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
QUERIES = 8
OTHERS = ("outsider", "lead", "staff", "asker")
SHEET = ("", "firm/", "firm/letter/", "firm/letter.docx")


@pytest.fixture
def partner(idea: Idea, administrator: Member, company: Member, firm: Organisation) -> JoinRequest:
    """The firm is a partner of the idea, for which it brings the canary; administrator and company are its people."""
    Organisation.objects.filter(pk=firm.pk).update(slug="firm")
    firm.refresh_from_db()
    request = make_partner(idea, administrator, firm, contribution="CANARY bench")
    fill_in_line(
        by=administrator, idea=idea, organisation=firm, content={"contact": company, "budget_eur": 987_654},
        version=0, at=timezone.now(),
    )  # fmt: skip
    return request


def url(idea: Idea, rest: str = "") -> str:
    return f"/ideas/{idea.reference}/sheet/{rest}"


def text_of(answer: Any) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode("utf-8", "replace")


def words_of(answer: Any) -> str:
    """All that a document says, tables and all."""
    document = Document(BytesIO(b"".join(answer)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


# Who sees it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OTHERS)
def test_who_is_not_on_the_team_finds_no_sheet(
    request: pytest.FixtureRequest, idea: Idea, partner: JoinRequest, name: str
):
    client = signed_in(request.getfixturevalue(name))

    answers = [client.get(url(idea, rest)) for rest in SHEET] + [client.get(f"/ideas/{idea.reference}/sheet.docx")]
    page, fragment = client.get(f"/ideas/{idea.reference}/"), client.get(url(idea), HTTP_HX_REQUEST="true")

    assert [answer.status_code for answer in answers] == [404] * 5
    for text in (text_of(page), text_of(fragment)):
        assert ("987.654" in text, "company@example.org" in text, ".plan" in text) == (False, False, False)


def test_a_visitor_is_asked_to_sign_in(idea: Idea, partner: JoinRequest):
    client = signed_in(None)

    assert {client.get(url(idea, rest)).status_code for rest in SHEET} == {302}


@pytest.mark.parametrize("name", ["researcher", "administrator", "company"])
def test_the_team_sees_figures_and_contact_people(
    request: pytest.FixtureRequest, idea: Idea, partner: JoinRequest, name: str
):
    client = signed_in(request.getfixturevalue(name))

    shown = [text_of(client.get(path)) for path in (url(idea), f"/ideas/{idea.reference}/")]

    assert ["987.654" in text for text in shown] == [True, True]
    assert ("company@example.org" in shown[0], "Carlo Company" in shown[0]) == (True, True)


def test_who_leaves_loses_it_at_once(idea: Idea, partner: JoinRequest, administrator: Member):
    client = signed_in(administrator)
    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert (client.get(url(idea)).status_code, client.get(url(idea, "firm/letter/")).status_code) == (404, 404)
    assert "987.654" not in text_of(client.get(url(idea), HTTP_HX_REQUEST="true"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_panel_costs_a_fixed_number_of_queries(
    idea: Idea, researcher: Member, count: int, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(count):
        member, organisation = make_member(), make_organisation()
        affiliate(member, organisation, "administrator")
        request = make_partner(idea, member, organisation)
        fill_in_line(
            by=member, idea=idea, organisation=organisation, content={"contact": member, "budget_eur": 1}, version=0,
            at=timezone.now(),
        )  # fmt: skip
        make_letter(
            commit_partner(by=member, request=request, commitment=Commitment.CONFIRMED, at=timezone.now()), member
        )
    request = RequestFactory().get("/")
    request.user = researcher

    with django_assert_num_queries(QUERIES):
        panel_context(request, idea)


# Filling in ---------------------------------------------------------------------------------------------------------


def test_an_administrator_fills_in_their_line(idea: Idea, partner: JoinRequest, administrator: Member):
    fields = {"contact": administrator.pk, "budget_eur": "1.250.000", "person_months": "4,5", "version": 1}

    answer = signed_in(administrator).post(url(idea, "firm/"), fields)

    line = PartnerSheet.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, url(idea))
    assert (line.contact, line.budget_eur, str(line.person_months)) == (administrator, 1_250_000, "4.5")


def test_what_is_typed_over_a_newer_version_stays_beside_it(
    idea: Idea, partner: JoinRequest, administrator: Member, researcher: Member
):
    client = signed_in(administrator)

    answer = client.post(url(idea, "firm/"), {"budget_eur": "5", "version": 0})
    again = client.post(url(idea, "firm/"), {"budget_eur": "5", "version": answer.context["form"]["version"].value()})

    text = text_of(answer)
    assert (answer.status_code, "data-saved" in text, "987.654" in text, 'value="5"' in text) == (409, True, True, True)
    assert (again.status_code, PartnerSheet.objects.get().budget_eur) == (303, 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"budget_eur": "a lot"}, {"budget_eur": "-1"}, {"budget_eur": "9" * 300}, {"budget_eur": "1\x00"},
        {"person_months": "NaN"}, {"person_months": "9" * 300}, {"person_months": "1,25"}, {"version": "x"},
        {"contact": "9" * 300}, {"contact": "0"},
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused_beside_its_field(
    idea: Idea, partner: JoinRequest, administrator: Member, fields: dict[str, str]
):
    answer = signed_in(administrator).post(url(idea, "firm/"), {"version": 1, **fields})

    assert (answer.status_code, [*answer.context["form"].errors]) == (400, [*fields])
    assert PartnerSheet.objects.get().budget_eur == 987_654


def test_authors_have_no_choice_of_contact_and_colleagues_no_form(
    idea: Idea, partner: JoinRequest, researcher: Member, company: Member
):
    form = signed_in(researcher).get(url(idea, "firm/")).context["form"]

    assert "contact" not in form.fields
    assert signed_in(company).get(url(idea, "firm/")).status_code == 403
    assert signed_in(researcher).get(url(idea, "nobody/")).status_code == 404


# Letters ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def aimed(researcher: Member, administrator: Member, company: Member, firm: Organisation, laboratory: Organisation):
    """An idea of the laboratory with a target call, in which the firm is a partner, its contact person named."""
    idea = make_idea(
        researcher, title="Axle", acronym="MEGAXLE", call=make_call("HORIZON-9"), organisation=laboratory,
        duration_months=36,
    )  # fmt: skip
    make_partner(idea, administrator, firm, contribution="A bench for axles.")
    content = {"contact": company, "budget_eur": 420_000}
    fill_in_line(by=administrator, idea=idea, organisation=firm, content=content, version=0, at=timezone.now())
    return idea


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_letter_says_the_true_data(aimed: Idea, company: Member, firm: Organisation, language: str):
    client = signed_in(company)

    file = b"".join(client.get(url(aimed, f"{firm.slug}/letter.docx?language={language}")))
    document = words_of([file])
    page = text_of(client.get(url(aimed, f"{firm.slug}/letter/?language={language}")))

    for said in (
        "MEGAXLE", aimed.reference, "HORIZON-9", "Europe/Brussels", "Firm", "Laboratory", "A bench for axles.",
        "Carlo Company", "company@example.org", "420.000" if language == "it" else "420,000",
    ):  # fmt: skip
        assert (said, said in document, said in page) == (said, True, True)
    assert "____" in document
    assert Document(BytesIO(file)).core_properties.language == language


def test_the_sheet_as_a_document_has_every_line(aimed: Idea, researcher: Member):
    words = words_of(signed_in(researcher).get(f"/ideas/{aimed.reference}/sheet.docx?language=it"))

    for said in ("MEGAXLE", "HORIZON-9", "Firm", "Laboratory", "Carlo Company", "420.000"):
        assert (said, said in words) == (said, True)


def test_a_letter_is_for_its_own_organisation_and_the_authors(
    aimed: Idea, outsider: Member, researcher: Member, firm: Organisation
):
    other = outsider.organisations.get()
    make_partner(aimed, outsider, other)

    letters = [f"{firm.slug}/letter/", f"{firm.slug}/letter.docx"]
    assert [signed_in(outsider).get(url(aimed, path)).status_code for path in letters] == [403, 403]
    assert [signed_in(researcher).get(url(aimed, path)).status_code for path in letters] == [200, 200]
    assert signed_in(outsider).get(url(aimed, f"{other.slug}/letter/")).status_code == 200
    # The laboratory, which proposes the idea, would write to itself.
    assert signed_in(researcher).get(url(aimed, f"{aimed.organisation.slug}/letter/")).status_code == 404


def test_the_signed_letter_is_uploaded_and_linked_for_the_team(
    idea: Idea, partner: JoinRequest, administrator: Member, researcher: Member, outsider: Member
):
    commit_partner(by=administrator, request=partner, commitment=Commitment.CONFIRMED, at=timezone.now())
    client, path = signed_in(administrator), f"/join-requests/{partner.pk}/sign/"

    empty = client.post(path, {})
    wrong = client.post(path, {"file": SimpleUploadedFile("Letter.pdf", b"MZ")})
    answer = client.post(path, {"file": SimpleUploadedFile("Letter.pdf", make_pdf(["Yes"])), "client_id": "k"})

    letter = PartnerLetter.objects.get().attachment
    assert [each.status_code for each in (empty, wrong, answer)] == [400, 400, 303]
    assert f'href="/attachments/{letter.pk}/"' in text_of(signed_in(researcher).get(url(idea)))
    assert signed_in(outsider).get(f"/attachments/{letter.pk}/").status_code == 404
    assert client.post(path, {"file": SimpleUploadedFile("L.pdf", make_pdf(["Yes"]))}).status_code == 409


def test_only_who_may_sign_finds_the_form(partner: JoinRequest, company: Member, outsider: Member, researcher: Member):
    path = f"/join-requests/{partner.pk}/sign/"

    told = [signed_in(one).get(path).status_code for one in (None, outsider, company, researcher)]

    assert told == [302, 404, 404, 403]
