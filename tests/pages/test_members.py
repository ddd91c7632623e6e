import re
from datetime import timedelta

import pytest
from django.conf import settings as jvl
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from ideas.actions.members import invite_member
from ideas.models import Affiliation, Invitation, Member, Organisation, ValueChain
from tests.cast import signed_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def make_invitation(by: Member, organisation: Organisation | None = None, email: str = "new@example.org") -> str:
    """An invitation's address on this site."""
    return invite_member(by=by, email=email, organisation=organisation, site="", at=timezone.now())[1]


def accept(client: Client, address: str, **form: str):
    return client.post(address, {"name": "Nora New", "password": "a long enough one", "language": "en", **form})


def plain(answer) -> str:
    page = re.sub(r'nonce="[^"]+"|X-CSRFToken[^}]+|csrfmiddlewaretoken[^>]+', "", answer.content.decode())
    return re.sub(r"/invitations/[^/]+/", "", page)


def test_visitor_has_no_profile(client: Client):
    assert client.get("/profile/")["Location"] == "/account/login/?next=/profile/"


def test_member_saves_their_profile(company: Member, chain: ValueChain, other_chain: ValueChain):
    form = {
        "name": "Carlo  Nuovo",
        "job_title": "R&D",
        "language": "en",
        "time_zone": "Atlantic/Azores",
        "value_chains": [other_chain.pk],
    }

    answer = signed_in(company).post("/profile/", form)

    company.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, "/profile/")
    assert (company.name, company.job_title, company.language, company.time_zone) == (
        "Carlo Nuovo",
        "R&D",
        "en",
        "Atlantic/Azores",
    )
    assert list(company.value_chains.all()) == [other_chain]
    assert answer.cookies[jvl.LANGUAGE_COOKIE_NAME].value == "en"


@pytest.mark.parametrize("bad", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"name": ""}, {"name": "a\0"}])
def test_bad_profile_is_refused_and_keeps_what_was_typed(company: Member, bad: dict[str, str]):
    form = {"name": "Carlo", "job_title": "Kept words", "language": "it", "time_zone": "Europe/Rome", **bad}

    answer = signed_in(company).post("/profile/", form)

    company.refresh_from_db()
    assert (answer.status_code, "Kept words" in answer.content.decode(), company.name) == (400, True, "Carlo Company")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_language_switch_stays_here(client: Client, target: str):
    answer = client.post("/language/", {"language": "en", "next": target})

    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert answer.cookies[jvl.LANGUAGE_COOKIE_NAME].value == "en"


def test_language_switch_is_kept_for_a_member(company: Member):
    signed_in(company).post("/language/", {"language": "en", "next": "/calls/"})

    company.refresh_from_db()
    assert company.language == "en"


def test_unknown_language_changes_nothing(company: Member):
    answer = signed_in(company).post("/language/", {"language": "tlh"})

    assert (answer.status_code, jvl.LANGUAGE_COOKIE_NAME in answer.cookies) == (303, False)


def test_staff_invites_anybody(staff: Member, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(staff).post("/invitations/new/", {"email": "New@example.org", "role": "member"})

    link = re.search(r"http://testserver/invitations/[\w-]+/", mail.outbox[0].body)
    assert (answer.status_code, mail.outbox[0].to, Invitation.objects.get().email) == (
        303,
        ["new@example.org"],
        "new@example.org",
    )
    assert link


def test_administrator_invites_to_their_own_organisation(administrator: Member, firm: Organisation):
    form = {"email": "new@example.org", "role": "member", "organisation": firm.pk}

    assert signed_in(administrator).post("/invitations/new/", form).status_code == 303
    assert Invitation.objects.get().organisation == firm


@pytest.mark.parametrize("where", ["elsewhere", "nowhere"])
def test_administrator_invites_to_no_other(administrator: Member, laboratory: Organisation, where: str):
    form = {
        "email": "new@example.org",
        "role": "member",
        **({"organisation": laboratory.pk} if where == "elsewhere" else {}),
    }

    assert signed_in(administrator).post("/invitations/new/", form).status_code == 400
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_plain_member_invites_nobody(company: Member, method: str):
    assert getattr(signed_in(company), method)("/invitations/new/").status_code == 403


def test_visitor_invites_nobody(client: Client):
    assert client.get("/invitations/new/")["Location"] == "/account/login/?next=/invitations/new/"


def test_invitation_makes_a_member(client: Client, administrator: Member, firm: Organisation):
    address = make_invitation(administrator, firm)

    page = client.get(address)
    answer = accept(client, address)

    member = Member.objects.get(email="new@example.org")
    assert (page.status_code, answer.status_code, answer["Location"]) == (200, 303, "/profile/")
    assert (member.name, member.language, member.check_password("a long enough one")) == ("Nora New", "en", True)
    assert Affiliation.objects.get(member=member).organisation == firm
    assert client.session["_auth_user_id"] == str(member.pk)


def test_used_expired_and_unknown_look_alike(client: Client, staff: Member):
    used, expired = make_invitation(staff), make_invitation(staff, email="late@example.org")
    accept(Client(), used)
    Invitation.objects.filter(email="late@example.org").update(expires_at=timezone.now() - timedelta(seconds=1))

    answers = [client.get(address) for address in (used, expired, "/invitations/nothing/", "/invitations/%00/")]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({plain(answer) for answer in answers}) == 1


def test_invitation_works_once(client: Client, staff: Member):
    address = make_invitation(staff)
    accept(Client(), address)

    assert accept(client, address, name="Second").status_code == 404
    assert Member.objects.filter(name="Second").count() == 0


def test_weak_password_keeps_what_was_typed(client: Client, staff: Member):
    answer = accept(client, make_invitation(staff), password="12345")

    assert (answer.status_code, "Nora New" in answer.content.decode()) == (400, True)
    assert Invitation.objects.get().accepted_at is None


def test_known_member_signs_in_first_and_gains_the_affiliation(
    administrator: Member, outsider: Member, firm: Organisation
):
    address = make_invitation(administrator, firm, email=outsider.email)

    assert accept(Client(), address).status_code == 403
    answer = signed_in(outsider).post(address)

    assert (answer.status_code, firm in outsider.organisations.all()) == (303, True)


def test_somebody_else_cannot_use_it(company: Member, staff: Member):
    address = make_invitation(staff)

    assert [signed_in(company).get(address).status_code, accept(signed_in(company), address).status_code] == [403, 403]
    assert Invitation.objects.get().accepted_at is None


def test_invitation_of_an_outsider_says_no_names_to_them(outsider: Member, staff: Member):
    page = signed_in(outsider).get(make_invitation(staff, email="canary@example.org")).content.decode()

    assert ("canary@example.org" in page, PASSWORD in page) == (False, False)
