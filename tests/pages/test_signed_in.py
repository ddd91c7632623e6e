"""A session and its member are read anew at each request: what ended a moment ago is over."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ideas.models import Member
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def is_signed_in(client: Client) -> bool:
    return bool(client.get("/").wsgi_request.user.is_authenticated)


def new_password(member: Member) -> None:
    member.set_password("another password of theirs")
    member.save()


ENDS: dict[str, Any] = {
    "the session is deleted": lambda member: Session.objects.all().delete(),
    "the session has expired": lambda member: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
    "the session holds another's words": lambda member: Session.objects.update(session_data="forged:words:here"),
    "the member was made inactive": lambda member: Member.objects.filter(pk=member.pk).update(is_active=False),
    "the member is gone": lambda member: Member.objects.filter(pk=member.pk).delete(),
    "the password is another": new_password,
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_ended_is_over_at_the_next_request(end: Any, outsider: Member):
    client = signed_in(outsider)
    was = is_signed_in(client)

    end(outsider)

    assert (was, is_signed_in(client), client.get(reverse("members:profile")).status_code) == (True, False, 302)


def test_each_session_is_its_own_members(outsider: Member, researcher: Member):
    clients = [signed_in(outsider), signed_in(researcher), signed_in(outsider)]

    users = [client.get("/").wsgi_request.user for client in clients]

    assert users == [outsider, researcher, outsider]
    assert [getattr(users[1], field.attname) for field in Member._meta.concrete_fields] == [
        getattr(Member.objects.get(pk=researcher.pk), field.attname) for field in Member._meta.concrete_fields
    ]


def test_what_a_session_keeps_is_saved_and_read_back(outsider: Member):
    client = signed_in(outsider)
    session = client.session
    session["kept"] = {"a": [1, "è"]}
    session.save()

    assert client.get("/").wsgi_request.session["kept"] == {"a": [1, "è"]}


def test_a_password_signs_in_and_a_wrong_one_does_not(outsider: Member):
    outsider.set_password("the right password")
    outsider.save()

    tried = [
        Client().login(email=outsider.email, password=password) for password in ("the right password", "a wrong one")
    ]

    assert tried == [True, False]


@pytest.mark.parametrize("cookie", ["", "short", "x" * 32, "x" * 5_000, "è" * 40, "%00" * 12])
def test_a_cookie_that_is_no_session_is_a_visitor(cookie: str, db: None):
    client = Client()
    client.cookies["sessionid"] = cookie

    answer = client.get("/")

    assert (answer.status_code, answer.wsgi_request.user.is_authenticated) == (200, False)
