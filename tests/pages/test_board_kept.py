"""The board drawn of kept parts is the board drawn anew: whoever reads it, in whatever language, after any change."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ideas.choices import IdeaState, OrganisationKind, Scheme, Visibility
from ideas.models import Call, Deadline, Idea, Member, Organisation, RoleSlot, Term, ValueChain
from ideas.queries import board_index, board_pages
from ideas.templatetags.kept import forget_parts
from tests.cast import signed_in
from tests.factories import make_call, make_chain, make_idea, make_ket, make_slot

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PATHS = ("/", "/?state=open", "/?q=turbine", "/?sort=closing")


@pytest.fixture
def ideas(researcher: Member, chain: ValueChain, other_chain: ValueChain) -> list[Idea]:
    """Ideas of every kind, some with a call that closes soon."""
    with time_machine.travel(NOON - timedelta(days=1)):
        call = make_call("X", closes_in=timedelta(days=9), rules={"min_companies": 1})
        return [
            make_idea(
                researcher, chain=chain, title="Turbine <one>", call=call, kets=[make_ket("AMT")],
                other_chains=[other_chain], public_teaser=True, organisation=researcher.affiliations.get().organisation,
            ),
            make_idea(researcher, chain=other_chain, title="Turbine two", visibility=Visibility.VALUE_CHAIN),
            make_idea(researcher, chain=chain, title="Hidden turbine", visibility=Visibility.PRIVATE),
            make_idea(researcher, chain=chain, title="A draft", state=IdeaState.DRAFT),
        ]  # fmt: skip


def page(member: Member | None, path: str, language: str = "en") -> str:
    html = signed_in(member).get(path, headers={"accept-language": language}).content.decode()
    return re.sub(r'(nonce=|csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', r"\1", html)


def forget_all() -> None:
    forget_parts()
    board_index.forget()
    board_pages.forget_cards()


def update(model: Any, **changes: Any) -> Callable[[list[Idea]], Any]:
    return lambda ideas: model.objects.update(**changes)


def of_first(**changes: Any) -> Callable[[list[Idea]], Any]:
    return lambda ideas: Idea.objects.filter(pk=ideas[0].pk).update(**changes)


CHANGES: dict[str, Callable[[list[Idea]], Any]] = {
    # Writes of ours before those past all actions, which leave counts behind.
    "a place": lambda ideas: make_slot(ideas[0], role="coordinator", kinds=[OrganisationKind.SME], wanted=1),
    "title": of_first(title="Turbine & more"),
    "acronym": of_first(acronym="TURB"),
    "teaser": of_first(teaser="Other words"),
    "language": of_first(language="en"),
    "closing": of_first(closes_at=NOON + timedelta(hours=1)),
    "a closing that is over": of_first(closes_at=NOON - timedelta(hours=1)),
    "places": of_first(open_slots=7),
    "comments": of_first(comment_count=7),
    "activity": of_first(activity_at=NOON - timedelta(days=30)),
    "until when": of_first(valid_until=NOON.date() - timedelta(days=1)),
    "what is lacking": of_first(lacking="nothing"),
    "demo": of_first(is_demo=True),
    "tags": lambda ideas: ideas[0].kets.clear(),
    "levels": of_first(trl_now=2, trl_target=4),
    "an idea comes": lambda ideas: make_idea(ideas[0].created_by, chain=make_chain(), title="Turbine new"),
    "a chain's name": update(ValueChain, name_it="Altra", name_en="Another"),
    "a chain's glyph": update(ValueChain, glyph="wheel"),
    "a KET's name": update(Term, name_it="Altra", name_en="Another"),
    "a call's title": update(Call, title="Another call"),
    "a call's date": update(Deadline, at=NOON + timedelta(days=20)),
    "a call comes": lambda ideas: make_call("NEW", closes_in=timedelta(days=5)),
    "a member's name": update(Member, name="Renamed <Member>"),
    "a member's zone": update(Member, time_zone="Pacific/Auckland"),
    "a lead": lambda ideas: ideas[0].value_chain.leads.add(*Member.objects.all()),
    "a member is staff": update(Member, is_staff=True),
    "an organisation moves": lambda ideas: Organisation.objects.update(
        province=Term.objects.create(scheme=Scheme.PROVINCE, code="ITH54", name_it="Modena", name_en="Modena")
    ),
    "audience": of_first(audience=""),
    "state": of_first(state="parked"),
    "an idea goes": lambda ideas: ideas[0].delete(),
}  # fmt: skip


def test_after_any_change_the_kept_board_is_the_board_drawn_anew(
    ideas: list[Idea], researcher: Member, company: Member, outsider: Member
):
    asked = [(researcher, "/"), (company, "/?q=turbine"), (company, "/?state=open"), (outsider, "/"), (None, "/")]
    wrong, unseen = [], []

    with time_machine.travel(NOON, tick=False):
        before = [page(*one) for one in asked]
        for name, change in CHANGES.items():
            change(ideas)
            kept = [page(*one) for one in asked]
            forget_all()
            anew = [page(*one) for one in asked]
            wrong += [name] if kept != anew else []
            unseen += [name] if anew == before else []
            before = anew

    assert (wrong, unseen) == ([], [])


@pytest.mark.usefixtures("ideas")
def test_each_reader_language_and_hour_has_its_own_board(
    researcher: Member, company: Member, outsider: Member, staff: Member
):
    boards = {}
    readers = (researcher, company, outsider, staff, None)
    hours = [NOON + timedelta(hours=hours) for hours in (0, 1, 11, 9 * 24, 40 * 24)]

    for forget in (False, True):
        for at in hours:
            with time_machine.travel(at, tick=False):
                for number, reader in enumerate(readers):
                    for language in ("it", "en"):
                        if forget:
                            forget_all()
                        boards[forget, at, number, language] = page(reader, "/", language)

    assert [boards[False, *key] for _, *key in boards] == [boards[True, *key] for _, *key in boards]
    # An hour later a visitor's board says the same.
    assert len(set(boards.values())) == len(hours) * len(readers) * 2 - 2


@pytest.mark.usefixtures("ideas")
def test_what_is_kept_tells_nobody_of_an_idea_that_they_do_not_see(researcher: Member, outsider: Member):
    for path in PATHS:
        page(researcher, path)

    pages = [page(reader, path) for reader in (outsider, None) for path in PATHS]

    assert not any("Hidden turbine" in html or "A draft" in html for html in pages)


def test_an_open_place_moves_counts_and_nothing_of_the_card(ideas: list[Idea], company: Member):
    with time_machine.travel(NOON, tick=False):
        page(company, "/")
        make_slot(ideas[0], role="coordinator")
        RoleSlot.objects.update(filled=1)
        html = page(company, "/")

    assert "role=coordinator" not in html


def test_the_rows_are_read_each_time(ideas: list[Idea], company: Member):
    client = signed_in(company)
    client.get("/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/")

    assert any('"ideas_idea"."title"' in query["sql"] for query in asked.captured_queries)
