from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.affiliations import (
    MAX_NOTE_CHARS,
    accept_affiliation,
    ask_affiliation,
    change_role,
    decline_affiliation,
    end_affiliation,
    withdraw_affiliation,
)
from ideas.actions.comments import post_comment
from ideas.actions.members import accept_invitation, invite_member, withdraw_invitation
from ideas.choices import AffiliationRole, AffiliationState, NotificationKind, Visibility
from ideas.errors import Conflict, NotAllowed
from ideas.models import (
    Affiliation,
    AffiliationChange,
    AffiliationRequest,
    Comment,
    Idea,
    Invitation,
    JoinRequest,
    Member,
    Notification,
    Organisation,
)
from ideas.queries.topics import followable, idea_topic
from ideas.serializers.notifications import sentence
from realtime.models import Change
from tests.factories import affiliate, make_idea, make_member, make_organisation, make_partner
from tests.told import changes, last

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def bell(member: Member) -> str:
    return f"member.{member.pk}"


def history(organisation: Organisation) -> list[tuple[str, str, str | None]]:
    """[(who, what, by whom)], oldest first."""
    rows = AffiliationChange.objects.filter(organisation=organisation).order_by("pk")
    return [(row.member.name, row.act, row.by.name if row.by else None) for row in rows]


def ask(by: Member, organisation: Organisation, note: str = "In the test hall.") -> AffiliationRequest:
    return ask_affiliation(by=by, organisation=organisation, note=note, at=NOW)


@pytest.fixture
def asked(outsider: Member, administrator: Member, firm: Organisation) -> AffiliationRequest:
    """The outsider says that they work at the firm."""
    return ask(outsider, firm)


# "I work here" ------------------------------------------------------------------------------------------------------


def test_administrators_are_told_of_who_says_that_they_work_there(
    outsider: Member, administrator: Member, company: Member, firm: Organisation, staff: Member
):
    before = last()

    request = ask(outsider, firm)

    assert (request.state, request.note) == (AffiliationState.PENDING, "In the test hall.")
    assert changes(before) == [(bell(administrator), "notification.added")]
    assert not Affiliation.objects.filter(member=outsider, organisation=firm).exists()


def test_staff_are_told_where_nobody_administers(outsider: Member, staff: Member, researcher: Member):
    left_alone = make_organisation("Left alone")
    gone = make_member("Gone", is_active=False)
    affiliate(gone, left_alone, AffiliationRole.ADMINISTRATOR)
    before = last()

    ask(outsider, left_alone)

    assert changes(before) == [(bell(staff), "notification.added")]


def test_one_asks_once_at_a_time(asked: AffiliationRequest, outsider: Member, firm: Organisation):
    before = last()

    with pytest.raises(Conflict, match="affiliation_asked"):
        ask(outsider, firm)

    assert (changes(before), AffiliationRequest.objects.count()) == ([], 1)


def test_one_may_ask_again_after_an_answer(
    asked: AffiliationRequest, outsider: Member, administrator: Member, firm: Organisation
):
    decline_affiliation(by=administrator, request=asked, reason="Never heard of you.", at=NOW)

    again = ask(outsider, firm)

    assert (again.pk != asked.pk, again.state) == (True, AffiliationState.PENDING)
    assert Notification.objects.filter(member=administrator).count() == 2


def test_who_belongs_to_it_needs_not_ask(company: Member, firm: Organisation):
    with pytest.raises(Conflict, match="already_affiliated"):
        ask(company, firm)


@pytest.mark.parametrize("note", ["a\x00b", "x" * (MAX_NOTE_CHARS + 1)])
def test_a_bad_note_is_refused_and_untold(outsider: Member, administrator: Member, firm: Organisation, note: str):
    before = last()

    with pytest.raises(ValidationError) as refusal:
        ask(outsider, firm, note)

    assert list(refusal.value.message_dict) == ["note"]
    assert (changes(before), AffiliationRequest.objects.count()) == ([], 0)


def test_accepted_is_one_of_the_people_and_is_told(
    asked: AffiliationRequest, outsider: Member, administrator: Member, firm: Organisation
):
    before = last()

    accept_affiliation(by=administrator, request=asked, at=NOW)

    assert Affiliation.objects.get(member=outsider, organisation=firm).role == AffiliationRole.MEMBER
    assert changes(before) == [(bell(outsider), "notification.added"), ("~", "member")]
    assert history(firm) == [(outsider.name, "came", administrator.name)]
    asked.refresh_from_db()
    assert (asked.state, asked.answered_by, asked.answered_at) == (AffiliationState.ACCEPTED, administrator, NOW)


def test_declined_reads_why(asked: AffiliationRequest, outsider: Member, administrator: Member, firm: Organisation):
    before = last()

    decline_affiliation(by=administrator, request=asked, reason=" You left in May. ", at=NOW)

    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (AffiliationState.DECLINED, "You left in May.")
    assert changes(before) == [(bell(outsider), "notification.added")]
    row = Notification.objects.get(member=outsider)
    assert (row.kind, "You left in May." in sentence(row)) == (NotificationKind.AFFILIATION_ANSWERED, True)
    assert history(firm) == []


def test_declining_needs_a_reason(asked: AffiliationRequest, administrator: Member):
    before = last()

    with pytest.raises(ValidationError) as refusal:
        decline_affiliation(by=administrator, request=asked, reason=" \n", at=NOW)

    asked.refresh_from_db()
    assert list(refusal.value.message_dict) == ["reason"]
    assert (changes(before), asked.state) == ([], AffiliationState.PENDING)


def test_only_who_looks_after_it_answers(
    asked: AffiliationRequest, company: Member, outsider: Member, researcher: Member
):
    before = last()

    for other in (company, outsider, researcher):
        with pytest.raises(NotAllowed):
            accept_affiliation(by=other, request=asked, at=NOW)
        with pytest.raises(NotAllowed):
            decline_affiliation(by=other, request=asked, reason="No.", at=NOW)

    assert changes(before) == []


def test_staff_do_not_confirm_themselves(staff: Member, administrator: Member, firm: Organisation):
    request = ask(staff, firm)

    with pytest.raises(NotAllowed):
        accept_affiliation(by=staff, request=request, at=NOW)

    assert accept_affiliation(by=administrator, request=request, at=NOW).state == AffiliationState.ACCEPTED


def test_withdrawn_waits_no_more(asked: AffiliationRequest, outsider: Member, administrator: Member):
    before = last()
    with pytest.raises(NotAllowed):
        withdraw_affiliation(by=administrator, request=asked, at=NOW)

    withdraw_affiliation(by=outsider, request=asked, at=NOW)

    assert changes(before) == []
    with pytest.raises(Conflict, match="affiliation_answered"):
        accept_affiliation(by=administrator, request=asked, at=NOW)


def test_a_request_is_answered_once(asked: AffiliationRequest, outsider: Member, administrator: Member, staff: Member):
    accept_affiliation(by=administrator, request=asked, at=NOW)
    before = last()

    for late in (
        lambda: accept_affiliation(by=staff, request=asked, at=NOW),
        lambda: decline_affiliation(by=staff, request=asked, reason="No.", at=NOW),
        lambda: withdraw_affiliation(by=outsider, request=asked, at=NOW),
    ):
        with pytest.raises(Conflict, match="affiliation_answered"):
            late()

    assert changes(before) == []


# People -------------------------------------------------------------------------------------------------------------


def place(member: Member, organisation: Organisation) -> Affiliation:
    return Affiliation.objects.get(member=member, organisation=organisation)


def test_a_role_is_given_and_taken_with_history(administrator: Member, company: Member, firm: Organisation):
    before = last()

    change_role(by=administrator, affiliation=place(company, firm), role="administrator", at=NOW)
    change_role(by=company, affiliation=place(administrator, firm), role="member", at=NOW)

    assert place(company, firm).role == AffiliationRole.ADMINISTRATOR
    assert place(administrator, firm).role == AffiliationRole.MEMBER
    assert changes(before) == sorted(
        [
            (bell(company), "notification.added"),
            (bell(administrator), "notification.added"),
            ("~", "member"),
            ("~", "member"),
        ]
    )
    assert history(firm) == [
        (company.name, "administrator", administrator.name),
        (administrator.name, "member", company.name),
    ]


def test_the_same_role_again_changes_nothing(administrator: Member, company: Member, firm: Organisation):
    before = last()

    change_role(by=administrator, affiliation=place(company, firm), role="member", at=NOW)

    assert (changes(before), history(firm)) == ([], [])


@pytest.mark.parametrize("role", ["", "king", "\x00"])
def test_no_such_role(administrator: Member, company: Member, firm: Organisation, role: str):
    with pytest.raises(ValidationError):
        change_role(by=administrator, affiliation=place(company, firm), role=role, at=NOW)


def test_a_plain_member_and_an_administrator_of_another_give_no_roles(
    administrator: Member, company: Member, outsider: Member, firm: Organisation
):
    before = last()

    for other in (company, outsider):
        with pytest.raises(NotAllowed):
            change_role(by=other, affiliation=place(company, firm), role="administrator", at=NOW)
        with pytest.raises(NotAllowed):
            end_affiliation(by=other, affiliation=place(administrator, firm), at=NOW)

    assert changes(before) == []


def test_the_last_administrator_stays(administrator: Member, company: Member, firm: Organisation):
    affiliate(make_member("Gone", is_active=False), firm, AffiliationRole.ADMINISTRATOR)
    before = last()

    for step in (
        lambda: end_affiliation(by=administrator, affiliation=place(administrator, firm), at=NOW),
        lambda: change_role(by=administrator, affiliation=place(administrator, firm), role="member", at=NOW),
    ):
        with pytest.raises(Conflict, match="last_administrator"):
            step()

    assert (changes(before), place(administrator, firm).role) == ([], AffiliationRole.ADMINISTRATOR)


def test_staff_may_remove_the_last_administrator(administrator: Member, firm: Organisation, staff: Member):
    end_affiliation(by=staff, affiliation=place(administrator, firm), at=NOW)

    assert not Affiliation.objects.filter(member=administrator).exists()
    assert history(firm) == [(administrator.name, "removed", staff.name)]


def test_who_leaves_is_missed_by_the_administrators(administrator: Member, company: Member, firm: Organisation):
    before = last()

    end_affiliation(by=company, affiliation=place(company, firm), at=NOW)

    assert history(firm) == [(company.name, "left", company.name)]
    assert changes(before) == [(bell(administrator), "notification.added"), ("~", "member")]


def test_what_the_removed_wrote_and_asked_stays(
    idea: Idea, researcher: Member, administrator: Member, company: Member, firm: Organisation
):
    request = make_partner(idea, administrator, firm)
    post_comment(by=company, idea=idea, body="Mine.", client_id="c", at=NOW)

    end_affiliation(by=administrator, affiliation=place(company, firm), at=NOW)

    assert Comment.objects.get().author == company
    assert JoinRequest.objects.get() == request


def test_rights_go_with_the_place(researcher: Member, administrator: Member, company: Member, firm: Organisation):
    shared = make_idea(researcher, visibility=Visibility.PRIVATE)
    make_partner_of_a_private(shared, administrator, firm)
    topic = idea_topic(shared.pk)
    assert followable(company, [topic]) == {topic}

    end_affiliation(by=administrator, affiliation=place(company, firm), at=NOW)

    assert followable(company, [topic]) == set()
    assert Change.objects.filter(topic__name="~", kind="member").latest("pk").payload == {"id": str(company.pk)}


def make_partner_of_a_private(idea: Idea, administrator: Member, firm: Organisation) -> None:
    idea.invited.add(administrator)
    make_partner(idea, administrator, firm)


def test_who_went_meanwhile_cannot_go_again(administrator: Member, company: Member, firm: Organisation):
    affiliation = place(company, firm)
    end_affiliation(by=company, affiliation=affiliation, at=NOW)

    for step in (
        lambda: end_affiliation(by=administrator, affiliation=Affiliation(pk=10**6, organisation=firm), at=NOW),
        lambda: change_role(
            by=administrator, affiliation=Affiliation(pk=10**6, organisation=firm), role="administrator", at=NOW
        ),
    ):
        with pytest.raises(Conflict, match="affiliation_gone"):
            step()


# Invitations --------------------------------------------------------------------------------------------------------


def invited(by: Member, organisation: Organisation, email: str) -> tuple[Invitation, str]:
    invitation, address = invite_member(by=by, email=email, organisation=organisation, site="", at=NOW)
    return invitation, address.split("/")[-2]


def come_in(token: str, by: Member | None = None) -> Member:
    return accept_invitation(token=token, name="Nora New", password="a long one, it is", language="it", by=by, at=NOW)


def test_withdrawn_invitation_is_dead_at_once(administrator: Member, firm: Organisation):
    invitation, token = invited(administrator, firm, "new@example.org")

    withdraw_invitation(by=administrator, invitation=invitation, at=NOW)

    with pytest.raises(Conflict, match="invitation_used"):
        come_in(token)
    with pytest.raises(Conflict, match="invitation_closed"):
        withdraw_invitation(by=administrator, invitation=invitation, at=NOW)
    invitation.refresh_from_db()
    assert (invitation.state_at(NOW), invitation.withdrawn_by) == ("withdrawn", administrator)


def test_states_of_an_invitation(administrator: Member, firm: Organisation):
    invitation, token = invited(administrator, firm, "new@example.org")
    late = NOW + timedelta(days=15)

    states = [invitation.state_at(NOW), invitation.state_at(late)]
    come_in(token)
    invitation.refresh_from_db()

    assert [*states, invitation.state_at(late)] == ["open", "expired", "accepted"]
    with pytest.raises(Conflict, match="invitation_closed"):
        withdraw_invitation(by=administrator, invitation=invitation, at=NOW)


def test_only_who_may_invite_withdraws(administrator: Member, company: Member, outsider: Member, firm: Organisation):
    invitation, _token = invited(administrator, firm, "new@example.org")

    for other in (company, outsider):
        with pytest.raises(NotAllowed):
            withdraw_invitation(by=other, invitation=invitation, at=NOW)

    invitation.refresh_from_db()
    assert invitation.is_open(NOW)


def test_who_comes_by_invitation_is_in_the_history_and_waits_no_more(
    asked: AffiliationRequest, outsider: Member, administrator: Member, firm: Organisation
):
    _invitation, token = invited(administrator, firm, outsider.email)

    come_in(token, by=outsider)

    asked.refresh_from_db()
    assert (asked.state, asked.answered_by) == (AffiliationState.ACCEPTED, administrator)
    assert history(firm) == [(outsider.name, "came", administrator.name)]


def test_who_comes_as_administrator_has_two_lines(administrator: Member, firm: Organisation):
    _invitation, address = invite_member(
        by=administrator, email="new@example.org", organisation=firm, role="administrator", site="", at=NOW
    )

    come_in(address.split("/")[-2])

    assert [act for _who, act, _by in history(firm)] == ["came", "administrator"]
