import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db
MEETING_PRESSES = ("begin", "turn", "mark", "reveal", "note", "pass", "take", "end")


def schema(client: Client) -> dict[str, dict[str, dict[str, object]]]:
    return json.loads(client.get("/api/v1/schema/", headers={"accept": "application/json"}).content)


def test_schema_has_no_warnings():
    # `--fail-on-warn` raises where something couldn't be described.
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_schema_describes_every_endpoint(client: Client):
    paths = schema(client)["paths"]

    assert {path.removeprefix("/api/v1"): sorted(set(methods) - {"parameters"}) for path, methods in paths.items()} == {
        "/ideas/": ["get", "post"],
        "/ideas/{id}/": ["get", "patch"],
        "/ideas/{id}/state/": ["post"],
        "/ideas/{id}/renew/": ["post"],
        "/ideas/{id}/aim/": ["post"],
        "/ideas/{id}/calls/": ["get"],
        "/ideas/{id}/partners/": ["get", "post"],
        "/organisations/{id}/ideas/": ["get", "post"],
        "/gaps/": ["get"],
        "/ideas/{id}/comments/": ["get", "post"],
        "/ideas/{id}/attachments/": ["get", "post"],
        "/ideas/{id}/annex/": ["get", "patch", "put"],
        "/ideas/{id}/sheet/": ["get"],
        "/ideas/{id}/sheet/{organisation}/": ["patch"],
        "/join-requests/{id}/sign/": ["post"],
        "/attachments/{id}/": ["delete", "get"],
        "/attachments/{id}/file/": ["get"],
        "/ideas/{id}/plan/": ["get"],
        "/ideas/{id}/plan/{milestone}/tick/": ["post"],
        "/comments/{id}/": ["delete", "patch"],
        "/ideas/{id}/slots/": ["get", "post"],
        "/slots/{id}/": ["delete", "patch"],
        "/slots/{id}/move/": ["post"],
        "/slots/{id}/split/": ["post"],
        "/slots/{id}/fill/": ["post"],
        "/slots/{id}/reopen/": ["post"],
        "/calls/": ["get"],
        "/calls/{id}/": ["get"],
        "/outlines/": ["get"],
        "/following/": ["get", "post"],
        "/following/{id}/": ["delete"],
        "/value-chains/": ["get"],
        "/value-chains/{code}/": ["get"],
        "/kets/": ["get"],
        "/kets/{code}/": ["get"],
        "/organisations/": ["get", "post"],
        "/organisations/{id}/": ["get", "patch"],
        "/competences/": ["get", "post"],
        "/competences/{id}/": ["get", "patch"],
        "/competences/{id}/merge/": ["post"],
        "/competences/{id}/retire/": ["post"],
        "/organisations/{id}/units/": ["get", "post"],
        "/organisations/{id}/units/{unit}/": ["delete"],
        "/affiliations/": ["get"],
        "/affiliations/{id}/": ["delete", "patch"],
        "/affiliation-requests/": ["get", "post"],
        "/affiliation-requests/{id}/": ["get"],
        "/affiliation-requests/{id}/{step}/": ["post"],
        "/network/": ["get"],
        "/join-requests/": ["get", "post"],
        "/join-requests/invite/": ["post"],
        "/join-requests/{id}/": ["get"],
        "/join-requests/{id}/{step}/": ["post"],
        "/merges/": ["get", "post"],
        "/merges/{id}/": ["get"],
        "/merges/{id}/consent/": ["post"],
        "/merges/{id}/end/": ["post"],
        "/searches/": ["get", "post"],
        "/searches/{id}/": ["delete", "get", "patch"],
        "/searches/{id}/visit/": ["post"],
        "/desk/": ["get"],
        "/ideas/{id}/decisions/": ["get"],
        "/shortlists/{id}/decisions/": ["get"],
        "/shortlists/{id}/decisions/publish/": ["post"],
        "/shortlists/{id}/entries/{entry}/decision/": ["delete", "put"],
        "/meetings/": ["get"],
        "/meetings/{id}/": ["get"],
        **{f"/meetings/{{id}}/{act}/": ["post"] for act in MEETING_PRESSES},
        "/shortlists/": ["get", "post"],
        "/shortlists/{id}/": ["get"],
        "/shortlists/{id}/entries/": ["post"],
        "/shortlists/{id}/entries/{entry}/": ["delete", "patch"],
        "/shortlists/{id}/entries/{entry}/move/": ["post"],
        "/shortlists/{id}/publish/": ["post"],
        "/shortlists/{id}/round/": ["get", "put"],
        "/shortlists/{id}/reviews/": ["get", "post"],
        "/reviews/": ["get", "post"],
        "/reviews/{id}/": ["delete", "get", "patch"],
        "/reviews/{id}/done/": ["post"],
        "/reviews/{id}/reopen/": ["post"],
        "/reviews/{id}/decline/": ["post"],
        "/conflicts/": ["get", "post"],
        "/conflicts/{id}/": ["delete"],
    }


def test_every_write_says_how_it_is_refused(client: Client):
    for path, methods in schema(client)["paths"].items():
        for method, operation in methods.items():
            if method in {"post", "put", "patch", "delete"}:
                assert {"401", "403", "409"} <= set(operation["responses"]), (path, method)


def test_page_loads_only_from_this_site(client: Client):
    page = client.get("/api/docs/").content.decode()

    assert ('id="swagger-ui"' in page, "https://" in page, "cdn" in page) == (True, False, False)


def test_script_names_the_schema(client: Client):
    answer = client.get("/api/docs/?script=")

    assert (answer["Content-Type"].split(";")[0], b"/api/v1/schema/" in answer.content) == (
        "application/javascript",
        True,
    )


def test_unknown_addresses_answer_in_json(client: Client):
    answer = client.get("/api/v1/nothing/here")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


def test_schema_is_the_same_whatever_the_address_asks(client: Client):
    plain = client.get("/api/v1/schema/")

    odd = client.get("/api/v1/schema/?version=2%0d%0aX-Evil:1&lang=xx")

    assert (odd.status_code, odd.content) == (200, plain.content)
    assert odd["Content-Disposition"] == 'inline; filename="Joint Virtual Lab.yaml"'


def test_schema_is_described_in_the_readers_language(client: Client):
    english, italian = (
        client.get("/api/v1/schema/", headers={"accept-language": code}).content for code in ("en", "it")
    )

    assert english != italian
