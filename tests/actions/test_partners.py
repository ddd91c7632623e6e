from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from ideas.actions.attachments import remove_attachment
from ideas.actions.joining import commit_partner, withdraw_join_request
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.actions.partners import fill_in_line, sign_letter
from ideas.choices import Commitment
from ideas.data.demo_files import make_pdf
from ideas.errors import Conflict, NotAllowed
from ideas.models import Attachment, Idea, JoinRequest, Member, Notification, Organisation, PartnerLetter, PartnerSheet
from ideas.queries.partners import sheet_of
from realtime.models import Change
from tests.factories import affiliate, make_attachment, make_member, make_partner
from tests.told import changes, last

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def confirmed(partner: JoinRequest, administrator: Member) -> JoinRequest:
    """The firm takes part for certain."""
    return commit_partner(by=administrator, request=partner, commitment=Commitment.CONFIRMED, at=timezone.now())


def fill(by: Member, idea: Idea, organisation: Organisation, *, version: int = 0, **content: Any) -> PartnerSheet:
    return fill_in_line(
        by=by, idea=idea, organisation=organisation, content=content, version=version, at=timezone.now()
    )


def sign(by: Member, request: JoinRequest, content: bytes = b"", **fields: Any) -> JoinRequest:
    fields = {"name": "Letter.pdf", "client_id": "letter", "at": timezone.now(), **fields}
    return sign_letter(by=by, request=request, file=ContentFile(content or make_pdf(["Letter of intent"])), **fields)


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


# A line -------------------------------------------------------------------------------------------------------------


def test_a_line_is_told_to_the_team_without_its_figures(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member, firm: Organisation
):
    before = last()

    fill(administrator, idea, firm, contact=company, budget_eur=420_000, person_months=Decimal("14.5"))

    line = sheet_of(idea).line_of(firm.pk)
    assert line
    assert line.sheet
    assert (line.contact, line.sheet.budget_eur, line.sheet.person_months) == (company, 420_000, Decimal("14.5"))
    assert changes(before) == [(f"idea.{idea.pk}.plan", "partners.changed")]
    assert Change.objects.get(kind="partners.changed").payload == {"idea": idea.pk}


def test_two_partners_who_fill_in_at_once_lose_nothing(
    idea: Idea, partner: JoinRequest, administrator: Member, outsider: Member, firm: Organisation
):
    other = outsider.organisations.get()
    make_partner(idea, outsider, other)

    fill(administrator, idea, firm, budget_eur=1)
    fill(outsider, idea, other, budget_eur=2)

    totals = sheet_of(idea).totals
    assert (totals.budget_eur, totals.budget_lines) == (3, 2)


def test_of_two_who_fill_in_the_same_line_the_second_is_told(
    idea: Idea, partner: JoinRequest, administrator: Member, researcher: Member, firm: Organisation
):
    fill(researcher, idea, firm, budget_eur=1)
    before = last()

    with pytest.raises(Conflict) as refused:
        fill(administrator, idea, firm, budget_eur=2)
    again = fill(administrator, idea, firm, budget_eur=2, version=1)

    assert (refused.value.code, again.budget_eur, again.version) == ("edited_meanwhile", 2, 2)
    assert changes(before) == [(f"idea.{idea.pk}.plan", "partners.changed")]


def test_the_same_again_changes_and_tells_nothing(
    idea: Idea, partner: JoinRequest, administrator: Member, firm: Organisation
):
    fill(administrator, idea, firm, budget_eur=1)
    before = last()

    again = fill(administrator, idea, firm, budget_eur=1)

    assert (again.version, changes(before)) == (1, [])


def test_authors_fill_in_figures_and_leave_contact_people_to_the_organisation(
    idea: Idea, partner: JoinRequest, researcher: Member, company: Member, firm: Organisation, laboratory: Organisation
):
    Idea.objects.filter(pk=idea.pk).update(organisation=laboratory)

    fill(researcher, idea, firm, budget_eur=1)
    fill(researcher, idea, laboratory, contact=researcher)

    with pytest.raises(NotAllowed):
        fill(researcher, idea, firm, contact=company, version=1)
    assert [row.contact for row in PartnerSheet.objects.order_by("pk")] == [None, researcher]


def test_nobody_else_fills_in_anything(
    idea: Idea, partner: JoinRequest, company: Member, outsider: Member, staff: Member, lead: Member, firm: Organisation
):
    before = last()

    for by in (company, outsider, staff, lead):
        with pytest.raises(NotAllowed):
            fill(by, idea, firm, budget_eur=1)

    assert (PartnerSheet.objects.count(), changes(before)) == (0, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("budget_eur", -1), ("budget_eur", 10**10), ("person_months", Decimal("-0.5")), ("person_months", Decimal("1e9"))],
)
def test_a_figure_beyond_reason_is_refused(
    idea: Idea, partner: JoinRequest, administrator: Member, firm: Organisation, name: str, value: Any
):
    before = last()

    with pytest.raises(ValidationError) as refused:
        fill(administrator, idea, firm, **{name: value})

    assert ([*refused.value.error_dict], PartnerSheet.objects.count(), changes(before)) == ([name], 0, [])


def test_a_contact_person_works_there_and_is_gone_when_they_leave(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member, outsider: Member, firm: Organisation
):
    with pytest.raises(ValidationError):
        fill(administrator, idea, firm, contact=outsider)
    fill(administrator, idea, firm, contact=company)

    company.affiliations.all().delete()

    line = sheet_of(idea).line_of(firm.pk)
    assert line
    assert line.sheet
    assert (line.contact, line.sheet.contact) == (None, company)


def test_who_left_has_no_line_and_cannot_be_filled_in(
    idea: Idea, partner: JoinRequest, administrator: Member, researcher: Member, firm: Organisation
):
    fill(administrator, idea, firm, budget_eur=1)
    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    with pytest.raises(Conflict) as refused:
        fill(researcher, idea, firm, budget_eur=2, version=1)

    assert (refused.value.code, sheet_of(idea).line_of(firm.pk)) == ("partner_gone", None)


def test_lines_go_along_when_ideas_merge(
    idea: Idea, into: Idea, partner: JoinRequest, administrator: Member, researcher: Member, other_author: Member,
    firm: Organisation,
):  # fmt: skip
    fill(administrator, idea, firm, budget_eur=7)

    proposal = propose_merge(by=researcher, idea=idea, into=into, at=timezone.now())
    consent_to_merge(by=other_author, proposal=proposal, at=timezone.now())

    assert (sheet_of(into).totals.budget_eur, sheet_of(idea).totals.budget_eur) == (7, 0)


# The letter ---------------------------------------------------------------------------------------------------------


def test_the_signed_letter_is_kept_for_the_team_and_counts(
    idea: Idea, confirmed: JoinRequest, administrator: Member, researcher: Member
):
    before = last()

    signed = sign(administrator, confirmed)

    letter = PartnerLetter.objects.get(request=signed).attachment
    assert (signed.commitment, letter.audience, letter.name) == (Commitment.LETTER_SIGNED, "partners", "Letter.pdf")
    assert changes(before) == [
        ("board.members", "card.changed"), (f"idea.{idea.pk}", "consortium.changed"),
        (f"idea.{idea.pk}.plan", "attachment.added"), (f"member.{researcher.pk}", "notification.added"),
    ]  # fmt: skip
    assert Notification.objects.filter(member=researcher, data__commitment="letter_signed").count() == 1
    assert "Letter.pdf" not in str(Change.objects.filter(pk__gt=before).values_list("payload", flat=True))


def test_the_same_letter_again_is_one(confirmed: JoinRequest, administrator: Member, folder: Path):
    first, again = (sign(administrator, confirmed) for _ in range(2))

    assert (again.pk, Attachment.objects.count(), stored(folder)) == (first.pk, 1, 1)


def test_only_the_administrators_sign_and_only_what_is_confirmed(
    idea: Idea, partner: JoinRequest, company: Member, administrator: Member, researcher: Member, staff: Member,
    folder: Path,
):  # fmt: skip
    for by in (company, researcher, staff):
        with pytest.raises(NotAllowed):
            sign(by, partner)
    with pytest.raises(Conflict) as early:
        sign(administrator, partner)

    assert (early.value.code, Attachment.objects.count(), stored(folder)) == ("wrong_state", 0, 0)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [(b"", "Letter.png", "wrong_content"), (b"MZ", "Letter.pdf", "wrong_content"), (b"", "Letter.exe", "wrong_kind")],
)
def test_what_is_no_pdf_is_refused_and_nothing_is_kept(
    confirmed: JoinRequest, administrator: Member, folder: Path, content: bytes, name: str, code: str
):
    before = last()

    with pytest.raises(ValidationError) as refused:
        sign(administrator, confirmed, content, name=name)

    confirmed.refresh_from_db()
    assert refused.value.error_dict["file"][0].code == code
    assert (confirmed.commitment, stored(folder), changes(before)) == (Commitment.CONFIRMED, 0, [])


def test_an_image_is_no_letter(idea: Idea, confirmed: JoinRequest, administrator: Member, folder: Path):
    picture = make_attachment(idea, administrator, audience="partners")
    with default_storage.open(picture.kept_as) as file:
        content = file.read()
    kept = stored(folder)

    with pytest.raises(ValidationError) as refused:
        sign(administrator, confirmed, content, name="Letter.png")

    assert (refused.value.error_dict["file"][0].code, stored(folder)) == ("wrong_kind", kept)


def test_without_a_file_no_letter_is_signed(confirmed: JoinRequest, administrator: Member):
    with pytest.raises(Conflict) as refused:
        commit_partner(by=administrator, request=confirmed, commitment=Commitment.LETTER_SIGNED, at=timezone.now())

    assert refused.value.code == "letter_missing"


def test_a_letter_stays_as_long_as_its_partner(
    idea: Idea, confirmed: JoinRequest, administrator: Member, researcher: Member
):
    letter = sign(administrator, confirmed).letter.attachment
    with pytest.raises(Conflict) as refused:
        remove_attachment(by=researcher, attachment=letter)

    withdraw_join_request(by=administrator, request=confirmed, at=timezone.now())
    remove_attachment(by=researcher, attachment=letter)

    assert (refused.value.code, Attachment.objects.count(), PartnerLetter.objects.count()) == ("letter_kept", 0, 0)


def test_a_colleague_of_another_partner_cannot_sign_for_it(confirmed: JoinRequest, idea: Idea):
    stranger = make_member("Sandro Stranger")
    affiliate(stranger, confirmed.organisation)

    with pytest.raises(NotAllowed):
        sign(stranger, confirmed)
