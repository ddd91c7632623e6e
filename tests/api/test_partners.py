from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ideas.actions.joining import commit_partner
from ideas.choices import Commitment
from ideas.data.demo_files import make_pdf
from ideas.models import Idea, JoinRequest, Member, Organisation, PartnerLetter, PartnerSheet
from tests.cast import signed_in
from tests.factories import make_join_request

pytestmark = pytest.mark.django_db


def sheet(idea: Idea, rest: str = "") -> str:
    return f"/api/v1/ideas/{idea.pk}/sheet/{rest}"


def patch(by: Member | None, path: str, **body: Any) -> Any:
    return signed_in(by).patch(path, body, content_type="application/json")


def test_the_team_reads_the_sheet(idea: Idea, partner: JoinRequest, company: Member, administrator: Member, firm: Any):
    patch(administrator, sheet(idea, f"{firm.pk}/"), contact=company.pk, budget_eur=5, person_months="2.5", version=0)

    told = signed_in(company).get(sheet(idea)).json()

    line = told["lines"][0]
    assert (line["organisation"]["id"], line["proposes"], line["roles"]) == (firm.pk, False, ["beneficiary"])
    assert line["contact"] == {"id": company.pk, "name": "Carlo Company", "email": "company@example.org"}
    assert (line["budget_eur"], line["person_months"], line["version"], line["letters"]) == (5, "2.5", 1, [])
    totals = told["totals"]
    assert (totals["budget_eur"], totals["person_months"], totals["countries"]) == (5, "2.5", ["IT"])


@pytest.mark.parametrize("name", ["outsider", "lead", "staff"])
def test_nobody_else_finds_it(request: pytest.FixtureRequest, idea: Idea, partner: JoinRequest, firm: Any, name: str):
    by = request.getfixturevalue(name)

    answers = [signed_in(by).get(sheet(idea)), patch(by, sheet(idea, f"{firm.pk}/"), budget_eur=1, version=0)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [signed_in(None).get(sheet(idea)).status_code, PartnerSheet.objects.count()] == [401, 0]


def test_a_newer_version_is_a_conflict_and_a_colleague_is_refused(
    idea: Idea, partner: JoinRequest, company: Member, administrator: Member, researcher: Member, firm: Organisation
):
    path = sheet(idea, f"{firm.slug}/")
    patch(researcher, path, budget_eur=1, version=0)

    answers = [
        patch(administrator, path, budget_eur=2, version=0),
        patch(company, path, budget_eur=2, version=1),
        patch(researcher, path, contact=company.pk, version=1),
        patch(researcher, sheet(idea, "nobody/"), budget_eur=2, version=1),
    ]

    assert [answer.status_code for answer in answers] == [409, 403, 403, 404]
    assert answers[0].json()["errors"][0]["code"] == "edited_meanwhile"
    assert PartnerSheet.objects.get().budget_eur == 1


@pytest.mark.parametrize(
    "body",
    [
        {"budget_eur": -1}, {"budget_eur": 10**300}, {"budget_eur": "٣x"}, {"person_months": "NaN"},
        {"person_months": "1.25"}, {"person_months": 10**300}, {"contact": 10**300}, {"contact": 0}, {"contact": "x"},
        {"budget_eur": "1\x00"},
    ],
)  # fmt: skip
def test_what_is_no_figure_is_refused_by_field(
    idea: Idea, partner: JoinRequest, administrator: Member, firm: Organisation, body: dict[str, Any]
):
    answer = patch(administrator, sheet(idea, f"{firm.pk}/"), version=0, **body)

    assert (answer.status_code, {error["attr"] for error in answer.json()["errors"]}) == (400, {*body})
    assert PartnerSheet.objects.count() == 0


def test_what_is_left_out_stays_and_null_takes_away(
    idea: Idea, partner: JoinRequest, administrator: Member, firm: Organisation
):
    path = sheet(idea, f"{firm.pk}/")
    patch(administrator, path, budget_eur=5, person_months="3", version=0)

    told = patch(administrator, path, budget_eur=None, version=1).json()

    assert (told["budget_eur"], told["person_months"], told["version"]) == (None, "3.0", 2)


def test_a_signed_letter_comes_with_its_file(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member, outsider: Member
):
    path = f"/api/v1/join-requests/{partner.pk}/sign/"
    client = signed_in(administrator)
    early = client.post(path, {"file": SimpleUploadedFile("L.pdf", make_pdf(["Yes"]))})
    commit_partner(by=administrator, request=partner, commitment=Commitment.CONFIRMED, at=timezone.now())

    empty = client.post(path, {})
    told = [
        client.post(path, {"file": SimpleUploadedFile("L.pdf", make_pdf(["Yes"])), "client_id": "k"}) for _ in range(2)
    ]

    letter = PartnerLetter.objects.get()
    assert [each.status_code for each in (early, empty, *told)] == [409, 400, 200, 200]
    assert [each.json() for each in told] == [{"join_request": partner.pk, "attachment": letter.attachment_id}] * 2
    assert [signed_in(one).post(path, {}).status_code for one in (None, outsider, company)] == [401, 404, 404]
    assert [row["letters"] for row in signed_in(company).get(sheet(idea)).json()["lines"]] == [[told[0].json()]]


def test_the_step_without_a_file_is_none(idea: Idea, partner: JoinRequest, administrator: Member):
    commit_partner(by=administrator, request=partner, commitment=Commitment.CONFIRMED, at=timezone.now())

    answer = signed_in(administrator).post(
        f"/api/v1/join-requests/{partner.pk}/sign/", {"reason": ""}, content_type="application/json"
    )

    partner.refresh_from_db()
    assert (answer.status_code, partner.commitment) == (415, Commitment.CONFIRMED)


def test_who_waits_for_an_answer_finds_no_sheet(idea: Idea, administrator: Member, firm: Organisation):
    make_join_request(idea, administrator, firm)

    assert signed_in(administrator).get(sheet(idea)).status_code == 404
