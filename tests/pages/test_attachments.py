import asyncio
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient
from pytest_django import DjangoAssertNumQueries

from ideas.actions.attachments import remove_attachment
from ideas.actions.joining import withdraw_join_request
from ideas.models import Attachment, Idea, Member, Organisation
from tests.cast import signed_in
from tests.exchange.hostile import GOOD, PDF
from tests.factories import make_attachment, make_partner

pytestmark = pytest.mark.django_db
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


def page_of(idea: Idea, rest: str = "") -> str:
    return f"/ideas/{idea.reference}/attachments/{rest}"


def given(name: str = "Plan.pdf", content: bytes = PDF, **fields: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content, "text/html"), "audience": "all", "client_id": "one", **fields}


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# Adding -------------------------------------------------------------------------------------------------------------


def test_author_attaches_a_file_and_finds_it_on_the_idea(researcher: Member, idea: Idea):
    client = signed_in(researcher)

    answer = client.post(page_of(idea, "add/"), given(), follow=True)

    assert answer.redirect_chain == [(f"{idea.get_absolute_url()}#attachments", 303)]
    assert [(row["name"], row["may_remove"]) for row in answer.context["files"]["rows"]] == [("Plan.pdf", True)]


def test_a_script_gets_the_panel_back(researcher: Member, idea: Idea):
    answer = signed_in(researcher).post(page_of(idea, "add/"), given(), **FRAGMENT)

    shown = answer.content.decode()
    assert (answer.status_code, "Plan.pdf" in shown, "<html" in shown) == (200, True, False)


@pytest.mark.parametrize("how", [{}, FRAGMENT])
def test_a_refusal_stands_beside_the_field_and_what_was_chosen_stays(
    researcher: Member, idea: Idea, how: dict[str, Any]
):
    answer = signed_in(researcher).post(page_of(idea, "add/"), given("a.docx", audience="partners"), **how)

    form = answer.context["files"]["form"]
    assert (answer.status_code, form.errors.as_data()["file"][0].code) == (400, "wrong_content")
    assert form["audience"].value() == "partners"
    assert form.errors["file"][0].replace("'", "&#x27;") in answer.content.decode()
    assert not Attachment.objects.exists()


def test_a_form_without_a_file_says_so(researcher: Member, idea: Idea):
    answer = signed_in(researcher).post(page_of(idea, "add/"), {"audience": "everybody", "client_id": "\x00"})

    assert (answer.status_code, set(answer.context["files"]["form"].errors)) == (400, {"file", "audience", "client_id"})


def test_the_same_form_sent_twice_is_one_file(researcher: Member, idea: Idea):
    client = signed_in(researcher)

    for _ in range(2):
        client.post(page_of(idea, "add/"), given())

    assert Attachment.objects.count() == 1


# Who reads ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def joined(idea: Idea, administrator: Member, firm: Organisation) -> Idea:
    """An idea that every member sees, with the firm as a partner."""
    make_partner(idea, administrator, firm)
    return idea


@pytest.mark.parametrize("viewer", ["researcher", "company", "administrator"])
def test_the_team_reads_what_is_for_partners(
    viewer: str, joined: Idea, researcher: Member, request: pytest.FixtureRequest
):
    attachment = make_attachment(joined, researcher, audience="partners", name="CANARY.png")
    client = signed_in(request.getfixturevalue(viewer))

    assert "CANARY" in client.get(joined.get_absolute_url()).content.decode()
    assert client.get(f"/attachments/{attachment.pk}/").status_code == 200
    assert client.get(f"/attachments/{attachment.pk}/thumbnail/").status_code == 200


@pytest.mark.parametrize("viewer", ["outsider", "lead", "staff"])
def test_others_learn_nothing_of_what_is_for_partners(
    viewer: str, joined: Idea, researcher: Member, request: pytest.FixtureRequest
):
    attachment = make_attachment(joined, researcher, audience="partners", name="CANARY.png")
    client = signed_in(request.getfixturevalue(viewer))

    pages = [client.get(joined.get_absolute_url()), client.get(page_of(joined)), client.get("/search/?q=canary")]
    told = [
        f"/attachments/{attachment.pk}/{rest}" in page.content.decode() for page in pages for rest in ("", "remove")
    ]
    assert told == [False] * 6
    assert ["CANARY" in page.content.decode() for page in pages[:2]] == [False, False]
    answers = [client.get(f"/attachments/{attachment.pk}/{rest}") for rest in ("", "thumbnail/", "remove/")]
    assert [answer.status_code for answer in (*answers, client.post(f"/attachments/{attachment.pk}/remove/"))] == [
        404
    ] * 4
    assert client.post(page_of(joined, "add/"), given()).status_code == 403


def test_every_download_asks_again_whether_one_may(
    joined: Idea, researcher: Member, company: Member, administrator: Member
):
    attachment = make_attachment(joined, researcher, audience="partners")
    client = signed_in(company)
    before = client.get(f"/attachments/{attachment.pk}/").status_code

    withdraw_join_request(by=administrator, request=joined.join_requests.get(), at=attachment.uploaded_at)

    assert (before, client.get(f"/attachments/{attachment.pk}/").status_code) == (200, 404)


def test_visitor_is_asked_to_sign_in(idea: Idea, researcher: Member):
    attachment = make_attachment(idea, researcher)

    answer = signed_in(None).get(f"/attachments/{attachment.pk}/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/login/")


@pytest.mark.parametrize("number", [10**9, int("9" * 300)])
def test_an_unknown_file_is_not_found(researcher: Member, number: int):
    assert signed_in(researcher).get(f"/attachments/{number}/").status_code == 404


# Downloads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["pdf", "docx", "png"])
def test_a_file_is_saved_and_never_run(researcher: Member, company: Member, idea: Idea, suffix: str):
    name = f"Attività “{suffix}”.{suffix}"
    signed_in(researcher).post(page_of(idea, "add/"), given(name, GOOD[suffix]))

    answer = signed_in(company).get(f"/attachments/{Attachment.objects.get().pk}/")

    assert body(answer) == GOOD[suffix]
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Attivit%C3%A0")
    assert "html" not in answer["Content-Type"]
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_thumbnail_is_harmless_too(company: Member, researcher: Member, idea: Idea):
    attachment = make_attachment(idea, researcher)

    answer = signed_in(company).get(f"/attachments/{attachment.pk}/thumbnail/")

    assert (answer["Content-Type"], answer.content[:4], answer.content[8:12]) == ("image/webp", b"RIFF", b"WEBP")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_without_picture_has_none(researcher: Member, idea: Idea):
    signed_in(researcher).post(page_of(idea, "add/"), given())

    assert signed_in(researcher).get(f"/attachments/{Attachment.objects.get().pk}/thumbnail/").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "piece"),
    [
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-6", 206, PDF[-6:]),
        ("bytes=-9999", 206, PDF),
        ("bytes=2-99999", 206, PDF[2:]),
        ("bytes=99999-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=3-1", 200, PDF),
        ("bytes=0-1,4-5", 200, PDF),
        (f"bytes={'9' * 300}-", 200, PDF),
        ("bytes=١-٣", 200, PDF),
        ("lines=1", 200, PDF),
        ("bytes=-", 200, PDF),
    ],
)
def test_a_download_that_broke_off_goes_on(researcher: Member, idea: Idea, wanted: str, status: int, piece: bytes):
    client = signed_in(researcher)
    client.post(page_of(idea, "add/"), given())

    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/", HTTP_RANGE=wanted)

    assert (answer.status_code, body(answer)) == (status, piece)
    assert answer["Cache-Control"] == "private, no-store"


def test_a_piece_of_another_content_is_not_mixed_in(researcher: Member, idea: Idea):
    client = signed_in(researcher)
    client.post(page_of(idea, "add/"), given())
    address = f"/attachments/{Attachment.objects.get().pk}/"
    tag = client.get(address)["ETag"]

    mine = body(client.get(address, HTTP_RANGE="bytes=0-3", HTTP_IF_RANGE=tag))
    others = body(client.get(address, HTTP_RANGE="bytes=0-3", HTTP_IF_RANGE='"other"'))

    assert (mine, others) == (PDF[:4], PDF)


@pytest.mark.asyncio
@pytest.mark.django_db(transaction=True)
async def test_the_server_streams_without_holding_the_whole(researcher: Member, idea: Idea):
    attachment = await asyncio.to_thread(make_attachment, idea, researcher)
    client = AsyncClient()
    await client.aforce_login(researcher, backend="ideas.pages.signed_in.MemberBackend")

    answer = await client.get(f"/attachments/{attachment.pk}/")

    content = b"".join([block async for block in answer.streaming_content])
    assert (answer.is_async, len(content)) == (True, attachment.size_bytes)


def test_a_file_that_the_storage_lost_is_said_plainly(researcher: Member, idea: Idea):
    attachment = make_attachment(idea, researcher)
    attachment.idea.attachments.update(kept_as="attachments/0/gone")

    answer = signed_in(researcher).get(f"/attachments/{attachment.pk}/")

    assert (answer.status_code, "archivio" in answer.content.decode()) == (409, True)


# Removing -----------------------------------------------------------------------------------------------------------


def test_removing_asks_first(researcher: Member, idea: Idea):
    attachment, client = make_attachment(idea, researcher), signed_in(researcher)

    asked = client.get(f"/attachments/{attachment.pk}/remove/")
    standing = Attachment.objects.count()
    answer = client.post(f"/attachments/{attachment.pk}/remove/")

    assert ("Sketch.png" in asked.content.decode(), standing, Attachment.objects.count()) == (True, 1, 0)
    assert answer["Location"] == f"{idea.get_absolute_url()}#attachments"


def test_who_may_only_read_is_not_asked_but_refused(company: Member, researcher: Member, idea: Idea):
    attachment, client = make_attachment(idea, researcher), signed_in(company)

    answers = [
        client.get(f"/attachments/{attachment.pk}/remove/"),
        client.post(f"/attachments/{attachment.pk}/remove/"),
    ]

    assert ([answer.status_code for answer in answers], Attachment.objects.count()) == ([403, 403], 1)


# The list -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_database_a_fixed_number_of_times(
    number: int, researcher: Member, idea: Idea, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(number):
        make_attachment(idea, researcher)
    client = signed_in(researcher)
    client.get(page_of(idea))

    with django_assert_num_queries(12):
        client.get(page_of(idea))


def test_old_page_and_a_change_are_the_fresh_page(researcher: Member, company: Member, idea: Idea):
    client = signed_in(company)
    empty = client.get(page_of(idea), **FRAGMENT).content
    attachment = make_attachment(idea, researcher)

    added = client.get(page_of(idea), **FRAGMENT).content.decode()
    remove_attachment(by=researcher, attachment=attachment)

    assert (f'id="file-{attachment.pk}"' in added, client.get(page_of(idea), **FRAGMENT).content == empty) == (
        True,
        True,
    )
