from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ideas.actions.ideas import edit_idea
from ideas.choices import Visibility
from ideas.models import Idea, Member, ValueChain
from ideas.serializers.ideas import TEASER
from realtime.models import Change
from tests.api.conftest import Api, codes
from tests.cast import signed_in
from tests.factories import make_call, make_idea, make_ket

pytestmark = pytest.mark.django_db


def references(api: Api, **params: object) -> list[str]:
    return [row["reference"] for row in api.results("ideas/", **params)]


def test_member_lists_the_ideas_they_see(company: Member, idea: Idea, secret: Idea):
    assert references(Api(company)) == [idea.reference]


def test_author_lists_the_secret_too(researcher: Member, idea: Idea, secret: Idea):
    assert sorted(references(Api(researcher))) == sorted([idea.reference, secret.reference])


def test_row_speaks_in_codes(company: Member, researcher: Member, chain: ValueChain):
    call = make_call("HORIZON-1")
    make_idea(researcher, chain=chain, kets=[make_ket("AMT")], call=call)

    row = Api(company).results("ideas/")[0]

    assert (row["value_chain"], row["value_chains"], row["kets"], row["call"]) == (
        "MOVES",
        ["MOVES"],
        ["AMT"],
        "HORIZON-1",
    )
    assert row["closes_at"] == call.closes_at.isoformat().replace("+00:00", "Z")


def test_visitor_reads_teasers_and_null_for_the_rest(researcher: Member, idea: Idea, secret: Idea):
    shown = make_idea(researcher, title="Shown", public_teaser=True)

    rows = Api(None).results("ideas/")

    assert [row["reference"] for row in rows] == [shown.reference]
    assert {name for name, value in rows[0].items() if value is not None} == set(TEASER)


def test_visitor_reads_one_teaser(researcher: Member, idea: Idea):
    shown = make_idea(researcher, title="Shown", public_teaser=True, problem="CANARY")

    answer = Api(None).get(f"/api/v1/ideas/{shown.pk}/")

    assert {name for name, value in answer.json().items() if value is not None} == set(TEASER)
    assert b"CANARY" not in answer.content
    assert Api(None).get(f"/api/v1/ideas/{idea.pk}/").status_code == 404


def test_outsider_reads_the_teaser_of_another_chains_idea(outsider: Member, researcher: Member, chain: ValueChain):
    shown = make_idea(
        researcher, chain=chain, visibility=Visibility.VALUE_CHAIN, public_teaser=True, title="Shown", problem="CANARY"
    )

    answer = Api(outsider).get(f"/api/v1/ideas/{shown.pk}/")

    assert (answer.json()["title"], answer.json()["problem"]) == ("Shown", None)


def test_idea_by_id_and_by_reference(company: Member, idea: Idea):
    api = Api(company)

    assert api.data(f"ideas/{idea.pk}/") == api.data(f"ideas/{idea.reference}/")
    assert api.data(f"ideas/{idea.pk}/")["authors"][0]["organisation"] == "Laboratory"


@pytest.mark.parametrize("method", ["get", "patch"])
def test_secret_answers_like_unknown(outsider: Member, secret: Idea, method: str):
    api = Api(outsider)

    hidden = getattr(api, method)(f"/api/v1/ideas/{secret.pk}/", {"version": 1}, format="json")
    unknown = getattr(api, method)("/api/v1/ideas/999999999/", {"version": 1}, format="json")

    assert (hidden.status_code, hidden.content) == (404, unknown.content)


@pytest.mark.parametrize(
    "key", ["0", "-1", "1e9", "9" * 30, "JVL-2026-", "%00", "JVL-2026-0001%00", "²", "%F0%9F%92%A3", "a" * 500, "..."]
)
def test_no_key_breaks_it(company: Member, key: str):
    answer = Api(company).get(f"/api/v1/ideas/{key}/")

    assert (answer.status_code, codes(answer)) == (404, [("not_found", None)])


def test_post_writes_a_draft(researcher: Member, chain: ValueChain):
    make_ket("AMT")
    make_call("HORIZON-2")
    body = {
        "title": "Batterie",
        "language": "it",
        "value_chain": "MOVES",
        "kets": ["AMT"],
        "call": "HORIZON-2",
        "trl_now": 3,
    }

    answer = Api(researcher).post("/api/v1/ideas/", body, format="json")

    idea = Idea.objects.get()
    shown = answer.json()
    assert answer.status_code == 201
    assert {**body, "state": "draft", "version": 1, "id": idea.pk} == {
        name: shown[name] for name in (*body, "state", "version", "id")
    }
    assert list(idea.authors.all()) == [researcher]
    assert [(change.topic.name, change.kind) for change in Change.objects.all()] == [
        (f"idea.{idea.pk}", "idea.changed")
    ]


def test_visitor_is_asked_who_they_are(chain: ValueChain):
    answer = Api(None).post("/api/v1/ideas/", {"title": "T", "value_chain": "MOVES"}, format="json")

    assert (answer.status_code, answer["WWW-Authenticate"], codes(answer)) == (
        401,
        "Token",
        [("not_authenticated", None)],
    )


def test_bad_token_is_refused(idea: Idea):
    api = Api(None)
    api.credentials(HTTP_AUTHORIZATION="Token " + "0" * 64)

    answer = api.get("/api/v1/ideas/")

    assert (answer.status_code, codes(answer)) == (401, [("authentication_failed", None)])


def test_session_writes_need_the_form_token(researcher: Member, chain: ValueChain):
    client = Client(enforce_csrf_checks=True)
    client.force_login(researcher, backend="ideas.pages.signed_in.MemberBackend")

    answer = client.post("/api/v1/ideas/", {"title": "T", "value_chain": "MOVES"}, content_type="application/json")

    assert (answer.status_code, Idea.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("required", "title"), ("required", "value_chain")]),
        ({"title": "T", "value_chain": "NONE"}, [("does_not_exist", "value_chain")]),
        ({"title": "T", "value_chain": {"a": 1}}, [("invalid", "value_chain")]),
        ({"title": "T", "value_chain": "MOVES", "kets": ["OLD"]}, [("does_not_exist", "kets.0")]),
        ({"title": "T\0", "value_chain": "MOVES"}, [("null_characters_not_allowed", "title")]),
        ({"title": "T" * 201, "value_chain": "MOVES"}, [("max_length", "title")]),
        ({"title": "T", "value_chain": "MOVES", "trl_now": 10**40}, [("max_value", "trl_now")]),
        ({"title": "T", "value_chain": "MOVES", "organisation": 10**40}, [("does_not_exist", "organisation")]),
        ({"title": "T", "value_chain": "MOVES", "visibility": "all"}, [("invalid_choice", "visibility")]),
        ({"title": "T", "value_chain": "MOVES", "budget_eur": -1}, [("min_value", "budget_eur")]),
    ],
)
def test_bad_input_is_named_by_field(researcher: Member, body: dict[str, object], expected: list[tuple[str, str]]):
    make_ket("OLD", retired=True)

    answer = Api(researcher).post("/api/v1/ideas/", body, format="json")

    assert (answer.status_code, codes(answer)) == (400, expected)


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"[" * 100_000, b'{"title": "\\ud800"}', b"9" * 5000, b'{"title": NaN}', b"null"]
)
def test_no_body_breaks_it(researcher: Member, body: bytes):
    answer = Api(researcher).post("/api/v1/ideas/", body, content_type="application/json")

    assert (answer.status_code, codes(answer)) in [
        (400, [("parse_error", None)]),
        (400, [("null", "non_field_errors")]),
    ]


def test_other_media_types_are_refused(researcher: Member):
    answer = Api(researcher).post("/api/v1/ideas/", "title=T", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, codes(answer)) == (415, [("unsupported_media_type", None)])


def test_author_edits_over_the_version_they_read(researcher: Member, idea: Idea):
    answer = Api(researcher).patch(f"/api/v1/ideas/{idea.pk}/", {"version": 1, "title": "Newer"}, format="json")

    idea.refresh_from_db()
    assert (answer.status_code, answer.json()["version"], idea.title, idea.teaser) == (200, 2, "Newer", "A teaser.")


def test_stale_edit_is_a_conflict(researcher: Member, idea: Idea):
    edit_idea(by=researcher, idea=idea, content={"title": "Mine"}, version=1, at=timezone.now())

    answer = Api(researcher).patch(f"/api/v1/ideas/{idea.pk}/", {"version": 1, "title": "Stale"}, format="json")

    idea.refresh_from_db()
    assert (answer.status_code, codes(answer), idea.title) == (409, [("edited_meanwhile", None)], "Mine")


def test_edit_keeps_a_ket_that_was_retired_meanwhile(researcher: Member, chain: ValueChain):
    ket = make_ket("OLD")
    idea = make_idea(researcher, chain=chain, kets=[ket])
    ket.retired = True
    ket.save()

    answer = Api(researcher).patch(f"/api/v1/ideas/{idea.pk}/", {"version": 1, "kets": ["OLD"]}, format="json")

    assert answer.json()["kets"] == ["OLD"]


def test_value_chains_hold_the_primary_one_and_others(researcher: Member, idea: Idea, other_chain: ValueChain):
    body = {"version": 1, "value_chains": ["MOVES", "NAUTICA"]}

    answer = Api(researcher).patch(f"/api/v1/ideas/{idea.pk}/", body, format="json")

    assert (answer.json()["value_chain"], answer.json()["value_chains"]) == ("MOVES", ["MOVES", "NAUTICA"])


def test_member_who_sees_it_may_not_edit_it(company: Member, idea: Idea):
    answer = Api(company).patch(f"/api/v1/ideas/{idea.pk}/", {"version": 1, "title": "X"}, format="json")

    assert (answer.status_code, codes(answer)) == (403, [("not_allowed", None)])


def test_state_follows_the_lifecycle(researcher: Member, idea: Idea):
    api = Api(researcher)

    parked = api.post(f"/api/v1/ideas/{idea.pk}/state/", {"state": "parked", "reason": "Later"}, format="json")
    wrong = api.post(f"/api/v1/ideas/{idea.pk}/state/", {"state": "funded"}, format="json")

    assert (parked.status_code, parked.json()["state"]) == (200, "parked")
    assert (wrong.status_code, codes(wrong)) == (409, [("wrong_state", None)])


def test_filters_narrow_the_list(company: Member, researcher: Member, chain: ValueChain, other_chain: ValueChain):
    call = make_call("SOON", closes_in=timedelta(days=5))
    first = make_idea(researcher, chain=chain, kets=[make_ket("AMT")], call=call, title="Battery casing")
    second = make_idea(researcher, chain=other_chain, title="Hull")
    api = Api(company)

    assert references(api, value_chain="MOVES") == [first.reference]
    assert references(api, ket="AMT") == [first.reference]
    assert references(api, call="SOON") == [first.reference]
    assert references(api, q="hull") == [second.reference]
    assert references(api, closing_soon="true") == [first.reference]
    assert references(api, sort="closing") == [first.reference]
    assert sorted(references(api, value_chain=["MOVES", "NAUTICA"])) == sorted([first.reference, second.reference])
    assert references(api, mine="true") == []


@pytest.mark.parametrize(
    ("params", "attr"),
    [({"state": "gone"}, "state.0"), ({"q": "\0"}, "q"), ({"mine": "perhaps"}, "mine"), ({"cursor": "x"}, "cursor")],
)
def test_bad_parameters_are_named(company: Member, idea: Idea, params: dict[str, str], attr: str):
    answer = Api(company).get("/api/v1/ideas/", params)

    assert (answer.status_code, [attr for _, attr in codes(answer)]) == (400, [attr])


@pytest.mark.parametrize("position", ["abc", "9" * 40, "2026-13-45", "%00"])
def test_made_up_positions_are_refused(company: Member, idea: Idea, position: str):
    from base64 import b64encode

    answer = Api(company).get("/api/v1/ideas/", {"cursor": b64encode(f"p={position}".encode()).decode()})

    assert (answer.status_code, codes(answer)) == (400, [("invalid_cursor", "cursor")])


def test_pages_follow_each_other(company: Member, researcher: Member, chain: ValueChain):
    ideas = [make_idea(researcher, chain=chain) for _ in range(5)]
    api = Api(company)

    first = api.data("ideas/", page_size=2)
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()

    seen = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert seen == [idea.pk for idea in reversed(ideas)]
    assert (first["previous"], third["next"]) == (None, None)
    assert [row["id"] for row in api.get(third["previous"]).json()["results"]] == [
        row["id"] for row in second["results"]
    ]


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    company: Member, researcher: Member, chain: ValueChain, number: int, django_assert_num_queries
):
    for _ in range(number):
        make_idea(researcher, chain=chain, kets=[make_ket()], call=make_call())
    client = signed_in(company)
    client.get("/api/v1/ideas/")

    with django_assert_num_queries(5):
        assert len(client.get("/api/v1/ideas/").json()["results"]) == number


def test_answers_to_members_are_kept_by_no_cache(company: Member, idea: Idea):
    assert Api(company).get("/api/v1/ideas/")["Cache-Control"] == "no-store"


def test_there_is_no_options_and_no_put(company: Member, idea: Idea):
    api = Api(company)

    assert [api.options("/api/v1/ideas/").status_code, api.put(f"/api/v1/ideas/{idea.pk}/").status_code] == [405, 405]


# Renewing, and another call -----------------------------------------------------------------------------------------


def test_author_renews_and_aims_again(researcher: Member, idea: Idea):
    call, day = make_call("HORIZON-NEXT"), timezone.localdate() + timedelta(days=90)
    api = Api(researcher)

    renewed = api.post(f"/api/v1/ideas/{idea.pk}/renew/", {"until": day.isoformat()}, format="json").json()
    body = {"call": call.identifier, "reason": "It fits.", "version": renewed["version"]}
    aimed = api.post(f"/api/v1/ideas/{idea.reference}/aim/", body, format="json")
    stale = api.post(f"/api/v1/ideas/{idea.reference}/aim/", body, format="json")

    assert (renewed["valid_until"], renewed["version"]) == (day.isoformat(), 2)
    assert (aimed.status_code, aimed.json()["call"], aimed.json()["state"]) == (200, "HORIZON-NEXT", "open")
    assert idea.target_changes.get().reason == "It fits."
    assert (stale.status_code, codes(stale)) == (409, [("edited_meanwhile", None)])


@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("renew", {}, ("required", "until")),
        ("renew", {"until": "2020-01-01"}, ("invalid", "until")),
        ("renew", {"until": "9999-12-31"}, ("invalid", "until")),
        ("renew", {"until": "tomorrow"}, ("invalid", "until")),
        ("aim", {"call": "NOWHERE", "version": 1}, ("does_not_exist", "call")),
        ("aim", {"call": "HORIZON-GONE", "version": 1}, ("invalid", "call")),
        ("aim", {"call": "\x00", "version": 1}, ("invalid", "call")),
        ("aim", {"call": "HORIZON-NEXT"}, ("required", "version")),
        ("aim", {"call": "HORIZON-NEXT", "version": 1, "reason": "x" * 1_001}, ("max_length", "reason")),
    ],
)
def test_a_day_or_a_call_that_is_none_is_said(
    researcher: Member, idea: Idea, path: str, body: dict[str, Any], refusal: tuple[str, str]
):
    make_call("HORIZON-NEXT")
    make_call("HORIZON-GONE", closes_in=-timedelta(days=1))

    answer = Api(researcher).post(f"/api/v1/ideas/{idea.pk}/{path}/", body, format="json")

    assert (answer.status_code, codes(answer)) == (400, [refusal])
    idea.refresh_from_db()
    assert idea.version == 1


def test_only_authors_renew_and_aim(company: Member, outsider: Member, idea: Idea, secret: Idea):
    call, day = make_call(), timezone.localdate() + timedelta(days=9)
    bodies = {"renew": {"until": day.isoformat()}, "aim": {"call": call.identifier, "version": 1}}

    def ask(member: Member | None, thing: Idea) -> list[int]:
        return [
            Api(member).post(f"/api/v1/ideas/{thing.pk}/{path}/", body, format="json").status_code
            for path, body in bodies.items()
        ]

    assert (ask(company, idea), ask(outsider, secret), ask(None, idea)) == ([403] * 2, [404] * 2, [401] * 2)


def test_a_lead_asks_for_information_and_says_which(lead: Member, idea: Idea):
    path = f"/api/v1/ideas/{idea.pk}/state/"

    silent = Api(lead).post(path, {"state": "needs_info"}, format="json")
    asked = Api(lead).post(path, {"state": "needs_info", "reason": "Who owns it?"}, format="json")

    assert (silent.status_code, codes(silent)) == (400, [("invalid", "reason")])
    assert (asked.status_code, asked.json()["state"]) == (200, "needs_info")
