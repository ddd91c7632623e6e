import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from ideas.actions.members import accept_invitation, invite_member, issue_token, renew_feed, update_profile
from ideas.errors import Conflict, NotAllowed
from ideas.models import Invitation, Member, Organisation, ValueChain
from ideas.queries.members import feed_token, member_of_feed, member_of_token
from realtime.models import Change

pytestmark = pytest.mark.django_db


def changes() -> list[tuple[str, str]]:
    return [(change.topic.name, change.kind) for change in Change.objects.select_related("topic")]


def invited(by: Member, organisation: Organisation | None = None, email: str = "new@example.org") -> str:
    """The token of a new invitation."""
    address = invite_member(by=by, email=email, organisation=organisation, site="", at=timezone.now())[1]
    return address.split("/")[-2]


def come_in(token: str, **fields: object) -> Member:
    fields = {"name": "Nora", "password": "a long enough one", "language": "it", "at": timezone.now(), **fields}
    return accept_invitation(token=token, **fields)  # type: ignore[arg-type]


def test_only_the_hash_of_an_invitation_is_kept(staff: Member):
    token = invited(staff)

    assert token not in str(list(Invitation.objects.values()))


def test_plain_member_may_not_invite(company: Member, firm: Organisation):
    with pytest.raises(NotAllowed):
        invited(company, firm)

    assert (Invitation.objects.count(), changes()) == (0, [])


def test_administrator_may_not_invite_elsewhere(administrator: Member, laboratory: Organisation):
    with pytest.raises(NotAllowed):
        invited(administrator, laboratory)


def test_invitation_expires_after_fourteen_days(staff: Member):
    token = invited(staff)
    late = timezone.now() + timedelta(days=14, seconds=1)

    with pytest.raises(Conflict) as refusal:
        come_in(token, at=late)

    assert (refusal.value.code, Member.objects.count()) == ("invitation_used", 1)


def test_invitation_is_used_once(staff: Member):
    token = invited(staff)
    come_in(token)

    with pytest.raises(Conflict):
        come_in(token)


def test_weak_password_leaves_the_invitation_open(staff: Member):
    token = invited(staff)

    with pytest.raises(ValidationError) as refusal:
        come_in(token, password="1234567890")

    assert list(refusal.value.message_dict) == ["password"]
    assert come_in(token).email == "new@example.org"


def test_name_is_one_line(staff: Member):
    assert come_in(invited(staff), name=" Nora\r\nBcc: x ").name == "Nora Bcc: x"


def test_new_chains_let_the_sockets_be_checked(company: Member, other_chain: ValueChain):
    update_profile(by=company, content={}, value_chains=[other_chain])

    assert changes() == [("~", "member")]


def test_words_alone_announce_nothing(company: Member):
    update_profile(by=company, content={"job_title": "Buyer"})

    assert changes() == []


def test_unknown_zone_is_refused(company: Member):
    with pytest.raises(ValidationError) as refusal:
        update_profile(by=company, content={"time_zone": "Mars/Olympus"}, value_chains=[])

    assert (list(refusal.value.message_dict), changes()) == (["time_zone"], [])


def test_token_stands_for_its_member(company: Member):
    assert member_of_token(issue_token(member=company)) == company


def test_command_prints_the_token_only(company: Member):
    out = io.StringIO()

    call_command("issue_token", "Company@example.org", stdout=out)

    assert (out.getvalue().count("\n"), member_of_token(out.getvalue().strip())) == (1, company)


@pytest.mark.parametrize("email", ["nobody@example.org", "gone@example.org"])
def test_command_refuses_who_is_no_active_member(db: None, email: str):
    Member.objects.create_user("gone@example.org", "x" * 12, name="Gone", is_active=False)

    with pytest.raises(CommandError):
        call_command("issue_token", email, stdout=io.StringIO())


def test_a_new_address_of_the_calendar_ends_the_old_one(company: Member, outsider: Member):
    old, others = feed_token(company), feed_token(outsider)

    renew_feed(by=company)

    company.refresh_from_db()
    assert (member_of_feed(old), member_of_feed(feed_token(company)), member_of_feed(others)) == (
        None,
        company,
        outsider,
    )
    assert changes() == []
