import re

import pytest
from django.conf import settings as jvl
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from ideas.models import Member
from realtime.models import Change
from tests.cast import signed_in
from tests.factories import PASSWORD, make_member

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Rate limits count in the cache, which no rollback empties."""
    cache.clear()


@pytest.fixture
def demo(settings, db: None) -> Member:
    """The demo on this machine, with one of its people."""
    settings.DEBUG = True
    return make_member("Ada Researcher", email="researcher@example.org", is_demo=True, language="en")


def here(**headers: str) -> Client:
    """A browser on the machine of the demo."""
    return Client(HTTP_HOST=headers.pop("host", "localhost"), **headers)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client: Client, email: str, password: str, **more: str):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def controls() -> list[tuple[str, dict[str, str]]]:
    return [(change.kind, change.payload) for change in Change.objects.filter(topic__name="~")]


def test_member_signs_in_by_mail_whatever_the_case(client: Client, company: Member):
    answer = sign_in(client, "Company@Example.org", PASSWORD)

    assert (answer.status_code, answer["Location"], is_signed_in(client)) == (302, "/", True)


def test_language_of_the_member_comes_at_sign_in(client: Client, company: Member):
    company.language = "en"
    company.save()

    sign_in(client, company.email, PASSWORD)

    assert client.cookies[jvl.LANGUAGE_COOKIE_NAME].value == "en"


def test_wrong_password_and_unknown_address_look_alike(client: Client, company: Member):
    def answer(email: str) -> str:
        page = sign_in(client, email, "not the password").content.decode()
        return re.sub(r"[0-9A-Za-z]{64}|nonce=\S+", "", page).replace(email, "")

    assert answer(company.email) == answer("nobodyx@example.org")
    assert not is_signed_in(client)


def test_closed_account_cannot_sign_in(client: Client, company: Member):
    company.is_active = False
    company.save()

    sign_in(client, company.email, PASSWORD)

    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_next_never_leads_away(client: Client, company: Member, target: str):
    assert sign_in(client, company.email, PASSWORD, next=target)["Location"] == "/"


def test_next_leads_on(client: Client, company: Member):
    assert sign_in(client, company.email, PASSWORD, next="/calls/")["Location"] == "/calls/"


def test_guessing_is_slowed_down(client: Client, company: Member):
    answers = [sign_in(client, company.email, "guess").status_code for _ in range(6)]
    late = sign_in(client, company.email, PASSWORD)

    assert answers[0] == 200
    assert (late.status_code in {200, 429}, is_signed_in(client)) == (True, False)


def test_sign_out_is_a_post_and_revokes_the_sockets(company: Member):
    client = signed_in(company)

    asked = client.get("/account/logout/")
    still = is_signed_in(client)
    left = client.post("/account/logout/")

    assert (asked.status_code, still, left.status_code, is_signed_in(client)) == (200, True, 302, False)
    assert controls() == [("member", {"id": str(company.pk)})]


def test_new_password_signs_out_and_revokes_the_sockets(company: Member):
    client, other = signed_in(company), signed_in(company)
    new = "another horse battery"

    answer = client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    company.refresh_from_db()
    assert (answer.status_code, company.check_password(new)) == (302, True)
    assert other.get("/profile/").status_code == 302
    assert {kind for kind, _ in controls()} == {"member"}


def test_member_without_a_password_chooses_one_by_mail(company: Member):
    company.set_unusable_password()
    company.save()

    answer = signed_in(company).get("/account/password/change/", follow=True)

    assert answer.redirect_chain[-1] == ("/account/password/reset/", 302)


def test_weak_password_is_refused(company: Member):
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}

    answer = signed_in(company).post("/account/password/change/", form)

    company.refresh_from_db()
    assert (answer.status_code, company.check_password(PASSWORD)) == (200, True)


def test_forgotten_password_is_chosen_anew(client: Client, company: Member):
    client.post("/account/password/reset/", {"email": company.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert link
    form = client.get(link[1])["Location"]
    new = "another horse battery"

    answer = client.post(form, {"password1": new, "password2": new})

    company.refresh_from_db()
    assert (answer.status_code, company.check_password(new)) == (302, True)
    assert controls() == [("member", {"id": str(company.pk)})]
    assert "can't be used" in Client().get(link[1], headers={"accept-language": "en"}).content.decode()


def test_reset_answers_alike_for_known_and_unknown(client: Client, company: Member):
    known = client.post("/account/password/reset/", {"email": company.email})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[company.email], ["nobody@example.org"]]


def test_nobody_signs_up(client: Client):
    answers = [client.get("/account/signup/").status_code, client.post("/account/signup/", {}).status_code]

    assert (answers, Member.objects.count()) == ([200, 405], 0)


def test_admin_site_signs_in_by_the_same_page(client: Client):
    assert client.get("/staff/admin/login/?next=/staff/admin/")["Location"].startswith(LOGIN)


@pytest.mark.parametrize("page", ["account_login", "account_reset_password", "account_signup", "account_inactive"])
def test_visitor_pages_open_in_both_languages(client: Client, page: str):
    for language in ("it", "en"):
        answer = client.get(reverse(page), headers={"accept-language": language})
        assert (answer.status_code, answer["Content-Language"]) == (200, language)


def test_demo_offers_its_people_on_this_machine(demo: Member):
    page = here().get(LOGIN).content.decode()

    assert re.findall(r'name="email" value="([^"]+)"', page) == [demo.email]


def test_one_click_signs_in(demo: Member):
    client = here()

    answer = client.post("/account/demo/", {"email": demo.email, "next": "/calls/"})

    assert (answer.status_code, answer["Location"], is_signed_in(client)) == (303, "/calls/", True)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "jvl.example.org"},
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
    ],
)
def test_demo_is_closed_to_everybody_else(demo: Member, settings, headers: dict[str, str]):
    settings.ALLOWED_HOSTS = ["*"]
    client = here(**headers)

    page = client.get(LOGIN).content.decode()
    answer = client.post("/account/demo/", {"email": demo.email})

    assert (answer.status_code, is_signed_in(client), demo.email in page) == (404, False, False)


def test_demo_is_closed_without_debug(demo: Member, settings):
    settings.DEBUG = False

    assert here().post("/account/demo/", {"email": demo.email}).status_code == 404


def test_demo_knows_only_its_own_people(demo: Member):
    make_member("Real", email="company@example.org")
    make_member("Other", email="other@example.org", is_demo=True)

    answers = [
        here().post("/account/demo/", {"email": email}).status_code
        for email in ("company@example.org", "other@example.org", "", "x\0")
    ]

    assert answers == [404, 404, 404, 404]


def test_demo_login_is_a_post(demo: Member):
    assert here().get("/account/demo/").status_code == 405
