"""Places and invitations by the API."""

import pytest

from ideas.models import Idea, JoinRequest, Member, Organisation, RoleSlot
from tests.api.conftest import Api, codes
from tests.factories import make_invitation, make_partner, make_slot

pytestmark = pytest.mark.django_db


def test_an_author_offers_changes_orders_and_takes_places_away(idea: Idea, researcher: Member):
    api = Api(researcher)
    made = [
        api.post(f"/api/v1/ideas/{idea.reference}/slots/", {"expertise": name, "wanted": 3}, format="json")
        for name in "AB"
    ]
    second = f"/api/v1/slots/{made[1].json()['id']}/"

    changed = api.patch(second, {"kinds": ["sme"]}, format="json").json()
    moved = api.post(f"{second}move/", {"direction": "up"}, format="json")
    split = api.post(f"{second}split/", {"first": 1}, format="json").json()
    filled = api.post(f"{second}fill/", {}, format="json").json()
    opened = api.post(f"{second}reopen/", {}, format="json").json()
    gone = api.delete(f"/api/v1/slots/{made[0].json()['id']}/")

    assert [answer.status_code for answer in (*made, moved, gone)] == [201, 201, 200, 204]
    assert (changed["kinds"], changed["wanted"], changed["expertise"]) == (["sme"], 3, "B")
    assert (split["wanted"], filled["outside"], opened["outside"]) == (2, 1, 0)
    listed = api.results(f"ideas/{idea.pk}/slots/")
    assert [(row["expertise"], row["wanted"]) for row in listed] == [("B", 1), ("B", 2)]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("move/", {}, 400, "required"),
        ("move/", {"direction": "left"}, 400, "invalid_choice"),
        ("split/", {"first": 2}, 400, "invalid"),
        ("split/", {"first": 10**40}, 400, "max_value"),
        ("reopen/", {}, 409, "wrong_state"),
        ("", {"wanted": 0}, 400, "min_value"),
        ("", {"expertise": ""}, 400, "blank"),
    ],
)
def test_what_a_place_cannot_do_has_a_code(
    idea: Idea, researcher: Member, path: str, body: dict[str, object], status: int, code: str
):
    slot = make_slot(idea, wanted=2)

    answer = getattr(Api(researcher), "post" if path else "patch")(
        f"/api/v1/slots/{slot.pk}/{path}", body, format="json"
    )

    assert (answer.status_code, [found for found, _ in codes(answer)]) == (status, [code])


def test_a_place_that_a_partner_has_stays(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    slot = make_slot(idea)
    make_partner(idea, administrator, firm, slot=slot)

    answers = [
        Api(researcher).delete(f"/api/v1/slots/{slot.pk}/"),
        Api(administrator).delete(f"/api/v1/slots/{slot.pk}/"),
    ]

    assert [(answer.status_code, codes(answer)[0][0]) for answer in answers] == [
        (409, "slot_filled"), (403, "not_allowed"),
    ]  # fmt: skip


def test_an_outsider_finds_no_place_of_a_secret(secret: Idea, outsider: Member):
    slot, api = make_slot(secret, expertise="CANARY"), Api(outsider)

    hidden = [
        api.get(f"/api/v1/ideas/{secret.pk}/slots/"),
        api.post(f"/api/v1/ideas/{secret.pk}/slots/", {"expertise": "x"}, format="json"),
        api.patch(f"/api/v1/slots/{slot.pk}/", {"expertise": "x"}, format="json"),
        api.delete(f"/api/v1/slots/{slot.pk}/"),
        *(
            api.post(f"/api/v1/slots/{slot.pk}/{act}/", {}, format="json")
            for act in ("move", "split", "fill", "reopen")
        ),
    ]

    assert [answer.status_code for answer in hidden] == [404] * 8
    assert RoleSlot.objects.get().expertise == "CANARY"


def invite(api: Api, idea: object, organisation: Organisation, **more: object):
    body = {"idea": idea, "organisation": organisation.pk, **more}
    return api.post("/api/v1/join-requests/invite/", body, format="json")


def test_an_invitation_from_its_sending_to_its_answer(
    secret: Idea, researcher: Member, administrator: Member, company: Member, firm: Organisation
):
    slot = make_slot(secret)

    sent = invite(Api(researcher), secret.reference, firm, slot=slot.pk, message="Come.")
    seen = [member.pk for member in (administrator, company) if Api(member).results("join-requests/")]
    answered = Api(administrator).post(f"/api/v1/join-requests/{sent.json()['id']}/accept/", {}, format="json").json()

    told = sent.json()
    assert (sent.status_code, told["state"], told["slot"], told["message"]) == (201, "invited", slot.pk, "Come.")
    assert (told["invited_by"]["name"], bool(told["expires_at"]), seen) == ("Ada Researcher", True, [administrator.pk])
    assert (answered["state"], answered["asked_by"]["name"], answered["expires_at"]) == (
        "accepted", "Anna Administrator", None,
    )  # fmt: skip
    assert [(step["act"], step["by"]) for step in answered["history"]] == [
        ("invited", "Ada Researcher"), ("accepted", "Anna Administrator"),
    ]  # fmt: skip


def test_refused_invitations_have_their_codes(
    idea: Idea, secret: Idea, researcher: Member, administrator: Member, outsider: Member, firm: Organisation
):
    make_invitation(idea, firm)
    elsewhere = make_slot(secret)

    answers = [
        invite(Api(researcher), idea.pk, firm),
        invite(Api(administrator), idea.pk, firm, role="end_user"),
        invite(Api(researcher), idea.pk, firm, slot=elsewhere.pk),
        invite(Api(outsider), secret.pk, firm),
        invite(Api(researcher), idea.pk, firm, role="king"),
    ]

    assert [(answer.status_code, codes(answer)[0]) for answer in answers] == [
        (409, ("already_candidate", None)),
        (403, ("not_allowed", None)),
        (400, ("does_not_exist", "slot")),
        (400, ("does_not_exist", "idea")),
        (400, ("invalid_choice", "role")),
    ]
    assert JoinRequest.objects.count() == 1


def test_removal_needs_a_reason(idea: Idea, researcher: Member, administrator: Member, firm: Organisation):
    partner = make_partner(idea, administrator, firm)
    path = f"/api/v1/join-requests/{partner.pk}/remove/"

    without = Api(researcher).post(path, {}, format="json")
    removed = Api(researcher).post(path, {"reason": "Silent."}, format="json")

    assert (without.status_code, [attr for _, attr in codes(without)]) == (400, ["reason"])
    assert (removed.status_code, removed.json()["state"], removed.json()["reason"]) == (200, "removed", "Silent.")
