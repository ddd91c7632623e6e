from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from ideas.models import Attachment, Idea, Member, Organisation
from tests.exchange.hostile import PDF
from tests.factories import make_attachment, make_partner

pytestmark = pytest.mark.django_db


def as_(member: Member) -> APIClient:
    client = APIClient()
    client.force_authenticate(member)
    return client


def send(member: Member, idea: Idea, name: str = "Plan.pdf", content: bytes = PDF, **fields: Any) -> Any:
    file = SimpleUploadedFile(name, content, "text/html")
    return as_(member).post(
        f"/api/v1/ideas/{idea.reference}/attachments/", {"file": file, **fields}, format="multipart"
    )


def test_author_attaches_reads_downloads_and_removes_a_file(researcher: Member, idea: Idea):
    made = send(researcher, idea, audience="partners", client_id="one")
    again = send(researcher, idea, client_id="one")
    client, address = as_(researcher), f"/api/v1/attachments/{made.json()['id']}/"

    assert (made.status_code, again.status_code, again.json()) == (201, 201, made.json())
    assert made.json() == {
        "id": Attachment.objects.get().pk,
        "idea": idea.pk,
        "name": "Plan.pdf",
        "content_type": "application/pdf",
        "size_bytes": len(PDF),
        "audience": "partners",
        "uploaded_by": {"id": researcher.pk, "name": "Ada Researcher"},
        "uploaded_at": made.json()["uploaded_at"],
    }
    assert client.get(address).json() == made.json()
    file = client.get(f"{address}file/")
    assert (b"".join(file.streaming_content), file["Content-Security-Policy"]) == (PDF, "default-src 'none'; sandbox")
    assert file["Content-Disposition"] == 'attachment; filename="Plan.pdf"'
    assert [client.delete(address).status_code, client.delete(address).status_code] == [204, 404]


@pytest.mark.parametrize(
    ("sent", "attr", "code"),
    [
        ({"name": "a.svg"}, "file", "wrong_kind"),
        ({"name": "a.docx"}, "file", "wrong_content"),
        ({"content": b""}, "file", "empty"),
        ({"audience": "everybody"}, "audience", "invalid_choice"),
        ({"client_id": "x" * 65}, "client_id", "max_length"),
        ({"client_id": "\x00"}, "client_id", "null_characters_not_allowed"),
    ],
)
def test_what_is_refused_has_a_code(researcher: Member, idea: Idea, sent: dict[str, Any], attr: str, code: str):
    answer = send(researcher, idea, **sent)

    assert (answer.status_code, [(error["attr"], error["code"]) for error in answer.json()["errors"]]) == (
        400,
        [(attr, code)],
    )
    assert not Attachment.objects.exists()


def test_a_file_must_come_as_a_form(researcher: Member, idea: Idea):
    client, address = as_(researcher), f"/api/v1/ideas/{idea.pk}/attachments/"

    answers = [
        client.post(address, {"file": "x"}, format="json"),
        client.post(address, {"file": "x"}, format="multipart"),
        client.post(address, {}, format="multipart"),
    ]

    assert [answer.status_code for answer in answers] == [415, 400, 400]


def test_outsider_reads_what_is_for_all_and_nothing_else(
    outsider: Member, researcher: Member, administrator: Member, firm: Organisation, idea: Idea
):
    make_partner(idea, administrator, firm)
    shared = make_attachment(idea, researcher)
    hidden = make_attachment(idea, administrator, audience="partners", name="CANARY.png")
    client = as_(outsider)

    listed = client.get(f"/api/v1/ideas/{idea.pk}/attachments/").json()["results"]

    assert [row["id"] for row in listed] == [shared.pk]
    paths = (f"/api/v1/attachments/{hidden.pk}/", f"/api/v1/attachments/{hidden.pk}/file/")
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert client.delete(paths[0]).status_code == 404
    assert client.delete(f"/api/v1/attachments/{shared.pk}/").status_code == 403
    assert send(outsider, idea).status_code == 403
    assert len(as_(administrator).get(f"/api/v1/ideas/{idea.pk}/attachments/").json()["results"]) == 2


def test_outsider_does_not_learn_of_a_secret_ideas_files(outsider: Member, researcher: Member, secret: Idea):
    attachment = make_attachment(secret, researcher)
    client = as_(outsider)

    answers = [
        client.get(f"/api/v1/ideas/{secret.pk}/attachments/"),
        client.get(f"/api/v1/attachments/{attachment.pk}/file/"),
        send(outsider, secret),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


@pytest.mark.parametrize("key", ["0", "x", "9" * 300, "١"])
def test_an_unknown_file_is_not_found(researcher: Member, key: str):
    assert as_(researcher).get(f"/api/v1/attachments/{key}/file/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_the_database_a_fixed_number_of_times(
    number: int, researcher: Member, idea: Idea, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(number):
        make_attachment(idea, researcher)
    client = as_(researcher)

    with django_assert_num_queries(5):
        client.get(f"/api/v1/ideas/{idea.pk}/attachments/")
