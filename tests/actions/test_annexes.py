from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ideas.actions.annexes import note_download, open_annex, write_annex
from ideas.actions.attachments import remove_attachment
from ideas.actions.ideas import change_state, edit_idea
from ideas.actions.joining import withdraw_join_request
from ideas.actions.mails import make_mails
from ideas.actions.merging import propose_merge
from ideas.actions.notifications import mark_notifications_read
from ideas.choices import IdeaState
from ideas.errors import Conflict, NotAllowed
from ideas.models import (
    Annex,
    AnnexOpening,
    Idea,
    IdeaVersion,
    JoinRequest,
    Mail,
    Member,
    Notification,
    Organisation,
    SearchEntry,
    ValueChain,
)
from ideas.models.annexes import MAX_CHARS
from ideas.queries.annexes import annexes_visible_to
from ideas.queries.notifications import notifications_of, unread_of
from realtime.models import Change
from tests.factories import (
    affiliate,
    make_annex,
    make_attachment,
    make_idea,
    make_join_request,
    make_member,
    make_organisation,
    make_partner,
)
from tests.told import changes, last

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
HOUR = timedelta(hours=1)


def readers(annex: Annex, *members: Member) -> list[str]:
    return [member.name for member in members if annexes_visible_to(member).filter(pk=annex.pk).exists()]


def told() -> list[tuple[str, bool]]:
    rows = Notification.objects.filter(kind="annex.changed").order_by("pk")
    return [(row.member.name, row.data["came"]) for row in rows.select_related("member")]


# Writing ------------------------------------------------------------------------------------------------------------


def test_author_writes_the_annex_and_the_partners_people_are_told(
    researcher: Member, administrator: Member, company: Member, outsider: Member, idea: Idea, partner: JoinRequest
):
    before, at = last(), timezone.now()

    annex = write_annex(by=researcher, idea=idea, source="**Recipe**\r\n<script>", version=0, at=at)

    annex.refresh_from_db()
    assert (annex.text, annex.html) == (
        "**Recipe**\n<script>",
        "<p><strong>Recipe</strong><br>\n&lt;script&gt;</p>\n",
    )
    assert (annex.version, annex.changed_by, annex.changed_at) == (1, researcher, at)
    assert sorted(told()) == [("Anna Administrator", True), ("Carlo Company", True)]
    assert changes(before) == sorted(
        (f"member.{member.pk}", "notification.added") for member in (administrator, company)
    )


def test_no_word_of_it_is_in_the_log_the_search_the_versions_or_on_the_ideas_row(
    researcher: Member, idea: Idea, partner: JoinRequest
):
    before = Idea.objects.values().get(pk=idea.pk)

    make_annex(idea, "CANARY")

    assert not any("CANARY" in str(payload) for payload in Change.objects.values_list("payload", flat=True))
    assert not SearchEntry.objects.filter(body__icontains="canary").exists()
    assert not any("CANARY" in str(content) for content in IdeaVersion.objects.values_list("content", flat=True))
    assert not any("CANARY" in str(row) for row in Notification.objects.values())
    assert Idea.objects.values().get(pk=idea.pk) == before


@pytest.mark.parametrize("who", ["company", "administrator", "outsider", "lead", "staff"])
def test_nobody_but_an_author_writes_it(who: str, idea: Idea, partner: JoinRequest, request: pytest.FixtureRequest):
    with pytest.raises(NotAllowed):
        make_annex(idea, by=request.getfixturevalue(who))

    assert not Annex.objects.exists()


def test_the_annex_of_a_withdrawn_idea_stays_as_it_is(researcher: Member, idea: Idea):
    annex = make_annex(idea)
    change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    with pytest.raises(NotAllowed):
        make_annex(idea, "Something else")

    assert readers(annex, researcher) == ["Ada Researcher"]


def test_a_stale_version_overwrites_nothing(idea: Idea, partner: JoinRequest):
    make_annex(idea, "One")
    before = last()

    with pytest.raises(Conflict) as refused:
        make_annex(idea, "Two", version=0)

    assert (refused.value.code, Annex.objects.get().text, changes(before)) == ("edited_meanwhile", "One", [])


def test_saving_the_same_text_again_changes_nothing(idea: Idea, partner: JoinRequest):
    make_annex(idea, "One")
    before = last()

    annex = make_annex(idea, " One\r\n")

    assert (annex.version, changes(before)) == (1, [])


@pytest.mark.parametrize(
    ("source", "code"),
    [("x" * (MAX_CHARS + 1), "max_length"), ("a\x00b", "nul"), ("*a* " * 700, "too_many_marks")],
)
def test_what_is_refused_is_said_beside_the_text(source: str, code: str, idea: Idea, partner: JoinRequest):
    before = last()

    with pytest.raises(ValidationError) as refused:
        make_annex(idea, source)

    assert [error.code for error in refused.value.error_dict["text"]] == [code]
    assert (Annex.objects.exists(), changes(before)) == (False, [])


def test_an_emptied_annex_is_gone_and_tells_nobody(
    idea: Idea, partner: JoinRequest, researcher: Member, company: Member
):
    annex = make_annex(idea)
    before = last()

    make_annex(idea, "")

    assert (readers(annex, researcher, company), changes(before)) == ([], [])
    assert (Annex.objects.get().html, Annex.objects.get().version) == ("", 2)


# Telling ------------------------------------------------------------------------------------------------------------


def test_partners_are_told_once_until_they_have_heard_it(
    idea: Idea, administrator: Member, firm: Organisation, researcher: Member
):
    make_partner(idea, administrator, firm)
    make_annex(idea, "One")

    make_annex(idea, "Two")
    unread = told()
    newest = Notification.objects.latest("pk").pk
    mark_notifications_read(by=administrator, at=timezone.now(), up_to=newest)
    make_annex(idea, "Three")

    assert unread == [("Anna Administrator", True)]
    assert told() == [("Anna Administrator", True), ("Anna Administrator", False)]


def test_who_was_told_by_mail_is_told_of_the_next_change_too(idea: Idea, administrator: Member, firm: Organisation):
    make_partner(idea, administrator, firm)
    administrator.mail = {"ideas": "at_once"}
    administrator.save()
    make_annex(idea, "One CANARY")
    make_mails(at=timezone.now() + HOUR)

    make_annex(idea, "Two CANARY")

    assert told() == [("Anna Administrator", True), ("Anna Administrator", False)]
    mail = Mail.objects.get(member=administrator)
    assert (idea.title in mail.body, "CANARY" in mail.subject + mail.body) == (True, False)


def test_who_left_hears_no_more_of_it_by_bell_or_mail(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member
):
    for member in (administrator, company):
        member.mail = {"ideas": "at_once"}
        member.save()
    mark_notifications_read(by=administrator, at=timezone.now(), up_to=Notification.objects.latest("pk").pk)
    make_annex(idea)
    heard = [unread_of(member).count for member in (administrator, company)]

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())
    make_mails(at=timezone.now() + HOUR)

    kinds = [row.kind for member in (administrator, company) for row in notifications_of(member)]
    assert (heard, [unread_of(member).count for member in (administrator, company)]) == ([1, 1], [0, 0])
    assert ("annex.changed" in kinds, Mail.objects.filter(member__in=[administrator, company]).exists()) == (
        False,
        False,
    )


# Opening ------------------------------------------------------------------------------------------------------------


def test_each_opening_is_kept_and_twice_in_an_hour_is_once(
    idea: Idea, partner: JoinRequest, company: Member, firm: Organisation
):
    annex, at = make_annex(idea), timezone.now()

    for minutes in (0, 30, 59, 61, 90):
        open_annex(by=company, annex=annex, at=at + timedelta(minutes=minutes))

    rows = AnnexOpening.objects.order_by("pk").values_list("member", "organisation", "version", "file_name", "at")
    assert list(rows) == [
        (company.pk, firm.pk, 1, "", at),
        (company.pk, firm.pk, 1, "", at + timedelta(minutes=61)),
    ]


def test_a_newer_version_is_opened_anew(idea: Idea, partner: JoinRequest, company: Member, administrator: Member):
    at = timezone.now()
    open_annex(by=company, annex=make_annex(idea, "One"), at=at)
    open_annex(by=administrator, annex=Annex.objects.get(), at=at)

    opened = open_annex(by=company, annex=make_annex(idea, "Two"), at=at)

    assert opened.text == "Two"
    assert list(AnnexOpening.objects.order_by("pk").values_list("member", "version")) == [
        (company.pk, 1),
        (administrator.pk, 1),
        (company.pk, 2),
    ]


def test_what_is_opened_is_the_text_as_it_is_now(idea: Idea, partner: JoinRequest, company: Member):
    stale = make_annex(idea, "One")
    make_annex(idea, "Two")

    opened = open_annex(by=company, annex=stale, at=timezone.now())

    assert (opened.text, AnnexOpening.objects.get().version) == ("Two", 2)


def test_authors_are_not_in_the_record(idea: Idea, researcher: Member):
    opened = open_annex(by=researcher, annex=make_annex(idea), at=timezone.now())

    assert (opened.text, AnnexOpening.objects.exists()) == ("The recipe.", False)


@pytest.mark.parametrize("who", ["company", "outsider", "lead", "staff"])
def test_who_is_no_partner_opens_nothing(who: str, idea: Idea, request: pytest.FixtureRequest):
    annex = make_annex(idea)

    with pytest.raises(NotAllowed):
        open_annex(by=request.getfixturevalue(who), annex=annex, at=timezone.now())

    assert not AnnexOpening.objects.exists()


# Files --------------------------------------------------------------------------------------------------------------


def test_a_download_for_partners_is_kept_with_the_name_even_of_a_file_that_goes(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member, firm: Organisation
):
    attachment, at = make_attachment(idea, researcher, audience="partners"), timezone.now()
    for minutes in (0, 59, 61):
        note_download(by=company, attachment=attachment, at=at + timedelta(minutes=minutes))

    remove_attachment(by=researcher, attachment=attachment)

    rows = AnnexOpening.objects.values_list("member", "organisation", "version", "attachment", "file_name")
    assert list(rows) == [(company.pk, firm.pk, None, None, "Sketch.png")] * 2


def test_two_files_are_two_downloads(idea: Idea, partner: JoinRequest, company: Member, researcher: Member):
    at = timezone.now()

    for name in ("One.png", "Two.png"):
        attachment = make_attachment(idea, researcher, audience="partners", name=name)
        note_download(by=company, attachment=attachment, at=at)

    assert sorted(AnnexOpening.objects.values_list("file_name", flat=True)) == ["One.png", "Two.png"]


def test_downloads_before_there_is_a_text_are_in_the_same_record(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member
):
    note_download(by=company, attachment=make_attachment(idea, researcher, audience="partners"), at=timezone.now())
    empty = Annex.objects.get()

    annex = make_annex(idea)

    assert (readers(empty, researcher) == ["Ada Researcher"], annex.pk, annex.version) == (True, empty.pk, 1)
    assert annex.openings.get().file_name == "Sketch.png"


def test_of_authors_and_of_files_for_everybody_nothing_is_kept(
    idea: Idea, partner: JoinRequest, company: Member, researcher: Member
):
    shared, own = make_attachment(idea, researcher), make_attachment(idea, researcher, audience="partners")

    note_download(by=company, attachment=shared, at=timezone.now())
    note_download(by=researcher, attachment=own, at=timezone.now())

    assert not Annex.objects.exists()


# Who reads ----------------------------------------------------------------------------------------------------------


def test_authors_and_confirmed_partners_read_it_and_nobody_else(
    idea: Idea,
    partner: JoinRequest,
    researcher: Member,
    administrator: Member,
    company: Member,
    outsider: Member,
    lead: Member,
    staff: Member,
):
    asker, invited, coauthor = make_member("Asker"), make_member("Invited"), make_member("Coauthor")
    asking = make_organisation("Asking")
    affiliate(asker, asking, "administrator")
    make_join_request(idea, asker, asking)
    content = {"invited": [invited], "authors": [researcher, coauthor]}
    edit_idea(by=researcher, idea=idea, content=content, version=idea.version, at=timezone.now())
    annex = make_annex(idea)

    found = readers(annex, researcher, coauthor, administrator, company, outsider, lead, staff, asker, invited)

    assert found == ["Ada Researcher", "Coauthor", "Anna Administrator", "Carlo Company"]


def test_a_partner_that_leaves_loses_it_at_once(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member
):
    annex = make_annex(idea)
    before = readers(annex, administrator, company)

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert (len(before), readers(annex, administrator, company)) == (2, [])


def test_who_leaves_the_partner_loses_it(idea: Idea, partner: JoinRequest, company: Member):
    annex = make_annex(idea)

    company.affiliations.all().delete()

    assert readers(annex, company) == []


def test_somebody_whose_account_is_closed_reads_nothing(idea: Idea, partner: JoinRequest, company: Member):
    annex = make_annex(idea)
    company.is_active = False

    assert readers(annex, company) == []


# Merging ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(chain: ValueChain, researcher: Member) -> Idea:
    """An idea of the same author, with a partner of its own, into which the first goes."""
    into = make_idea(researcher, chain=chain, title="Wider")
    member, organisation = make_member("Otto Other"), make_organisation("Other")
    affiliate(member, organisation, "administrator")
    make_partner(into, member, organisation)
    return into


def merge(idea: Idea, into: Idea) -> None:
    propose_merge(by=idea.created_by, idea=idea, into=into, at=timezone.now())


def test_the_annex_of_a_merged_idea_is_read_on_by_who_could_read_it_and_by_nobody_else(
    idea: Idea, partner: JoinRequest, researcher: Member, company: Member, staff: Member, other: Idea
):
    annex, otto = make_annex(idea), Member.objects.get(name="Otto Other")
    there = make_annex(other, "Another recipe.")

    merge(idea, other)

    assert readers(annex, researcher, company, otto, staff) == ["Ada Researcher", "Carlo Company"]
    # The partners went along: the other idea is theirs now, too.
    assert readers(there, researcher, company, otto, staff) == ["Ada Researcher", "Carlo Company", "Otto Other"]
    with pytest.raises(NotAllowed):
        make_annex(idea, "Something else")


def test_reading_the_annex_of_a_merged_idea_is_kept_too(
    idea: Idea, partner: JoinRequest, company: Member, firm: Organisation, other: Idea
):
    annex = make_annex(idea)
    merge(idea, other)

    open_annex(by=company, annex=annex, at=timezone.now())

    assert (AnnexOpening.objects.get().organisation, AnnexOpening.objects.get().version) == (firm, 1)


def test_a_partner_that_leaves_after_the_merge_loses_both(
    idea: Idea, partner: JoinRequest, administrator: Member, company: Member, other: Idea, researcher: Member
):
    widest = make_idea(researcher, chain=idea.value_chain)
    annexes = [make_annex(idea), make_annex(other)]
    merge(idea, other)
    merge(Idea.objects.get(pk=other.pk), widest)
    before = [readers(annex, administrator, company) for annex in annexes]

    withdraw_join_request(by=administrator, request=partner, at=timezone.now())

    assert before == [["Anna Administrator", "Carlo Company"]] * 2
    assert [readers(annex, administrator, company) for annex in annexes] == [[], []]


# The database -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        {"version": None, "file_name": ""},
        {"version": 1, "file_name": "a.pdf"},
    ],
)
def test_an_opening_is_of_a_text_or_of_a_file(row: dict[str, Any], idea: Idea, company: Member, firm: Organisation):
    annex = make_annex(idea)

    with pytest.raises(IntegrityError, match="annex_opening_of_text_or_file"), transaction.atomic():
        AnnexOpening.objects.create(annex=annex, member=company, organisation=firm, at=timezone.now(), **row)


@pytest.mark.parametrize("row", [{"version": 1}, {"text": "x"}, {"version": 0, "changed_at": timezone.now()}])
def test_a_text_was_saved_by_somebody(row: dict[str, Any], idea: Idea):
    with pytest.raises(IntegrityError, match="annex_saved_by_somebody"), transaction.atomic():
        Annex.objects.create(idea=idea, **row)


def test_an_idea_has_one_annex(idea: Idea):
    make_annex(idea)

    with pytest.raises(IntegrityError), transaction.atomic():
        Annex.objects.create(idea=idea)
