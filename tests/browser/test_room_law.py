"""The partners' room and the consortium sheet, live: an old page and the changes are what a fresh page is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ideas.data.demo_files import make_pdf
from tests.browser.conftest import Visits
from tests.browser.law import Pages, Team, is_like_fresh
from tests.browser.steps import follow_idea

ROOM = "?room=partners"
TEAM = ("researcher", "company", "administrator")


@pytest.fixture
def joined(team: Team, visit: Visits) -> str:
    """A new idea in which the company's firm is a partner: the request's id."""
    team.idea()
    return join(team)


def join(team: Team) -> str:
    firm = team.ask("administrator", "organisations/demo-officine-valdarda/", "GET")["id"]
    asked = team.ask(
        "administrator", "join-requests/", idea=team.reference, organisation=firm, contribution="Una camera climatica."
    )
    team.ask("researcher", f"join-requests/{asked['id']}/accept/", reason="")
    return str(asked["id"])


def leave(team: Team, asked: str) -> None:
    team.ask("administrator", f"join-requests/{asked}/withdraw/", reason="Non possiamo più")


def tabs(page: Page) -> int:
    return page.locator("[data-rooms] .tabs__tab").count()


def test_the_tabs_and_the_sheet_come_and_go_with_the_team(team: Team, old: Callable[[], Pages]) -> None:
    reference = team.idea()
    pages = old()
    assert {name: tabs(page) for name, page in pages.items()} == {
        "researcher": 2, "company": 0, "administrator": 0, "staff": 0,
    }  # fmt: skip

    asked = join(team)
    expect(pages["company"].locator("[data-rooms] .tabs__tab")).to_have_count(2)
    is_like_fresh(pages, reference)

    team.comment("administrator", "CANARINO tra noi", audience="partners")
    team.comment("researcher", "A tutti")
    team.ask("researcher", f"ideas/{reference}/sheet/demo-officine-valdarda/", "PATCH", budget_eur=420_000, version=0)
    expect(pages["administrator"].locator("#sheet")).to_contain_text("420")
    is_like_fresh(pages, reference)
    assert "CANARINO" not in pages["staff"].content()

    leave(team, asked)
    expect(pages["company"].locator("[data-rooms] .tabs__tab")).to_have_count(0)
    expect(pages["company"].locator("#sheet")).to_be_hidden()
    is_like_fresh(pages, reference)
    assert "420" not in pages["company"].locator("aside").inner_text()


def test_the_room_is_as_live_as_the_open_discussion(team: Team, joined: str, visit: Visits) -> None:
    first = team.comment("company", "C'era **già**", audience="partners")
    pages = {name: visit(f"{name}@example.org") for name in TEAM}
    for page in pages.values():
        follow_idea(page, team.reference, ROOM)

    team.comment("researcher", "Una risposta", parent=first, audience="partners")
    gone = team.comment("administrator", "Un altro filo", audience="partners")
    team.comment("researcher", "Fuori dalla stanza")
    team.edit("company", first, "C'era già, ed è cambiata")
    is_like_fresh(pages, team.reference, ROOM)

    team.delete("administrator", gone)
    is_like_fresh(pages, team.reference, ROOM)
    assert "Fuori dalla stanza" not in pages["company"].locator("#discussion").inner_text()


def test_what_is_written_in_the_room_stays_in_it(team: Team, joined: str, visit: Visits) -> None:
    author, staff, other = (visit(f"{name}@example.org") for name in ("researcher", "staff", "company"))
    follow_idea(author, team.reference, ROOM)
    follow_idea(staff, team.reference)
    follow_idea(other, team.reference, ROOM)

    author.locator("#composer textarea").fill("CANARINO solo per noi")
    author.locator("#composer button[type=submit]").click()
    expect(other.locator("[data-comment]")).to_contain_text("CANARINO")
    author.locator("#room-attachments summary").click()
    author.locator("#room-attachments input[type=file]").set_input_files(
        {"name": "Bozza.pdf", "mimeType": "application/pdf", "buffer": make_pdf(["Bozza"])}
    )
    author.locator("#room-attachments button[type=submit]").click()

    expect(other.locator("#room-attachments [data-files] a").first).to_have_text("Bozza.pdf")
    expect(author.locator("#attachments [data-files] a").first).to_have_text("Bozza.pdf")
    assert [word for word in ("CANARINO", "Bozza") if word in staff.content()] == []


def test_who_leaves_loses_the_room_at_once_and_keeps_what_they_typed(team: Team, joined: str, visit: Visits) -> None:
    visit.expect_console("Failed to load resource")
    team.comment("researcher", "CANARINO", audience="partners")
    page = visit("company@example.org")
    follow_idea(page, team.reference, ROOM)
    page.locator("#composer textarea").fill("Stavo scrivendo")

    leave(team, joined)

    expect(page.locator("[data-comment]")).to_have_count(0)
    expect(page.locator("[data-rooms] .tabs__tab")).to_have_count(0)
    expect(page.locator("#composer [data-errors]")).to_be_visible()
    assert page.locator("#composer textarea").input_value() == "Stavo scrivendo"
    assert "CANARINO" not in page.locator("main").inner_text()
    page.locator("#composer button[type=submit]").click()
    expect(page.locator("#composer textarea")).to_have_value("Stavo scrivendo")
    found = team.ask("researcher", f"ideas/{team.reference}/comments/", "GET")
    assert found["results"] == []
