import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from ideas.pages.middleware import RefusalMiddleware
from ideas.pages.site import server_error
from tests.factories import make_chain


def test_health_needs_no_data() -> None:
    answer = Client().get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_empty_site_is_not_ready(db: None) -> None:
    answer = Client().get("/readyz")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_loaded_site_is_ready(db: None) -> None:
    make_chain()

    assert Client().get("/readyz").status_code == 200


@pytest.mark.parametrize("failure", [OperationalError("no connection"), InterfaceError("connection closed")])
def test_a_database_that_is_away_is_503_and_needs_none_to_say_so(failure: Exception) -> None:
    request = RequestFactory().get("/")

    answers = [RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, failure)]
    try:
        raise failure
    except type(failure):
        answers.append(server_error(request))

    for answer in answers:
        assert answer is not None
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert b"503" in answer.content


def test_another_failure_is_500() -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
