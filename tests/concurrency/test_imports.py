"""Large files, which are read beside the request that brought them, while their page is asked again and again."""

from time import monotonic, sleep

import pytest

from ideas.models import Call
from ideas.pages import uploads
from tests.pages.test_imports import HEADER, client, folder, give, outcomes

__all__ = ["client", "folder"]  # the fixtures


@pytest.mark.django_db(transaction=True)
def test_large_file_is_read_beside_the_request_and_its_page_tells_how_far_it_is(client, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 10)

    address = give(client, HEADER + b"A,one,regional,\nB,two,regional,\n")["Location"]
    page = wait_for(client, address)
    client.post(f"{address}confirm/")
    done = wait_for(client, address)

    assert outcomes(page) == ["created", "created"]
    assert done.context["log"]["state"] == "done"
    assert Call.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_large_file_that_cannot_be_read_says_so_on_its_page(client, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE_BYTES", 10)

    address = give(client, b'{"fundingData":{"GrantTenderObj":[{"type":1', format="eu-portal")["Location"]
    page = wait_for(client, address)

    assert page.context["error"] != ""
    assert client.post(f"{address}discard/").status_code == 303


def wait_for(client, address):
    until = monotonic() + 20
    while monotonic() < until:
        page = client.get(address)
        if "log" in page.context and "working" not in page.context:
            return page
        assert page["Refresh"] == "2"
        sleep(0.05)
    raise AssertionError("The work never ended.")
