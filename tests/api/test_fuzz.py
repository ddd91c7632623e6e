"""Whatever is sent, by whomever: a documented refusal, never a failure of the server."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ideas.actions.merging import propose_merge
from ideas.actions.searches import save_search
from ideas.queries.filters import IdeaFilters
from tests.cast import signed_in
from tests.factories import (
    affiliate,
    make_call,
    make_chain,
    make_comment,
    make_competence,
    make_idea,
    make_join_request,
    make_ket,
    make_member,
    make_organisation,
    make_shortlist,
    make_slot,
)

BOUNDED = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
NOUNS = (
    "ideas", "calls", "value-chains", "kets", "organisations", "join-requests", "shortlists", "comments", "merges",
    "searches", "outlines", "slots", "competences",
)  # fmt: skip
NAMES = (
    "title", "teaser", "value_chain", "value_chains", "kets", "call", "deadline", "organisation", "trl_now", "version",
    "state", "reason", "body", "client_id", "parent", "idea", "slot", "role", "contribution", "position", "rationale",
    "interest_until", "budget_eur", "visibility", "public_teaser", "s3_area", "can_coordinate",
    "expertise", "work", "wanted", "kinds", "direction", "first", "into", "joins", "answer", "until", "name",
    "alerts", "filters", "pic", "country", "languages", "competences", "projects", "website", "member_since", "name_it",
    "name_en", "kind", "take_away",
)  # fmt: skip
PARAMETERS = (
    "value_chain", "ket", "call", "state", "q", "closing_soon", "mine", "sort", "cursor", "page_size", "level",
    "programme", "status", "days", "kind", "province", "accredited", "competence", "member",
)  # fmt: skip
texts = st.text(max_size=12) | st.sampled_from(
    ["\0", "MOVES", "AI", "open", "private", "9" * 60, "-1", "1e400", "\ud800"]
)
numbers = st.integers() | st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**80]) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(NAMES), values, max_size=6) | values
keys = st.sampled_from(["{id}", "0", "-1", "9" * 40, "x", "%00", "JVL-2026-0001", "%F0%9F%92%A3", "a%20b"])
tails = st.sampled_from(
    [
        "", "state/", "comments/", "accept/", "decline/", "publish/", "entries/", "entries/1/move/", "renew/", "aim/",
        "consent/", "end/", "visit/", "slots/", "move/", "split/", "fill/", "reopen/", "invite/", "remove/",
        "merge/", "retire/",
    ]
)  # fmt: skip


class Stage:
    """The author of everything but the list, and the ids of what they have."""

    def __init__(self) -> None:
        chain, firm, now = make_chain("MOVES"), make_organisation(), timezone.now()
        member = make_member(is_staff=True)
        affiliate(member, firm, "administrator")
        idea = make_idea(member, chain=chain, kets=[make_ket("AI")], call=make_call())
        self.ids: dict[str, Any] = {
            "ideas": idea.pk,
            "comments": make_comment(idea, member).pk,
            "join-requests": make_join_request(idea, member, firm).pk,
            "shortlists": make_shortlist(make_member(is_staff=True), chain, idea).pk,
            "organisations": firm.pk,
            "value-chains": "MOVES",
            "kets": "AI",
            "calls": idea.call_id,
            "merges": propose_merge(by=member, idea=idea, into=make_idea(make_member(), chain=chain), at=now).pk,
            "searches": save_search(by=member, name="AI", filters=IdeaFilters(ket=("AI",)), alerts=True, at=now).pk,
            "outlines": 0,
            "slots": make_slot(idea, wanted=2).pk,
            "competences": make_competence().pk,
        }
        self.browser = signed_in(member)
        self.browser.raise_request_exception = False


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage()


@BOUNDED
@given(st.sampled_from(NOUNS), st.sampled_from(["post", "patch", "delete"]), keys, tails, bodies)
def test_no_write_fails(stage: Stage, noun: str, method: str, key: str, tail: str, body: Any) -> None:
    cache.clear()
    path = f"/api/v1/{noun}/" + (f"{key.format(id=stage.ids[noun])}/{tail}" if key != "x" else "")
    sent = json.dumps(body).encode()  # NaN, Infinity and half characters go out as they are

    answer = getattr(stage.browser, method)(path, sent, content_type="application/json")

    assert answer.status_code < 500, (method, path, sent)
    assert answer.status_code < 400 or set(answer.json()) == {"type", "errors"}


@BOUNDED
@given(st.sampled_from(NOUNS), st.dictionaries(st.sampled_from(PARAMETERS), texts, max_size=4))
def test_no_list_fails(stage: Stage, noun: str, params: dict[str, str]) -> None:
    cache.clear()
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in params.items()}

    answer = stage.browser.get(f"/api/v1/{noun}/", sent)

    assert answer.status_code in {200, 400, 404, 405}, (noun, params)


@BOUNDED
@given(st.binary(max_size=60))
def test_no_bytes_fail(stage: Stage, sent: bytes) -> None:
    cache.clear()
    answer = stage.browser.post("/api/v1/ideas/", sent, content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.django_db
def test_deep_nesting_is_refused() -> None:
    client = signed_in(make_member())

    answer = client.post("/api/v1/ideas/", "[" * 200_000, content_type="application/json")

    assert answer.status_code == 400
