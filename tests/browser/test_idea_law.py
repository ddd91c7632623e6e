"""The idea's page for each kind of change: an old page and the changes are what a fresh page is."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.law import Pages, Team, bring_call, is_like_fresh
from tests.browser.server import Server


def test_comments_that_come_and_are_edited(team: Team, old: Callable[[], Pages]) -> None:
    reference = team.idea()
    first = team.comment("company", "C'era **già**")
    pages = old()

    team.comment("researcher", "Una risposta", parent=first)
    team.comment("lead", "Un altro *filo*\n\n- uno\n- due")
    team.edit("company", first, "C'era già, ed è cambiata: [qui](https://example.org)")

    is_like_fresh(pages, reference)


def test_comments_that_go(team: Team, old: Callable[[], Pages]) -> None:
    reference = team.idea()
    alone, answered, twice = (team.comment("company", f"Filo {n}") for n in range(3))
    replies = [team.comment("researcher", "Risposta", parent=parent) for parent in (answered, twice, twice)]
    pages = old()

    team.delete("company", alone)
    team.delete("company", answered)
    team.delete("researcher", replies[1])
    is_like_fresh(pages, reference)

    team.delete("researcher", replies[0])
    team.delete("company", twice)
    is_like_fresh(pages, reference)
    team.delete("researcher", replies[2])
    is_like_fresh(pages, reference)


def test_the_first_comment_and_the_last_one(team: Team, old: Callable[[], Pages]) -> None:
    reference = team.idea()
    pages = old()

    only = team.comment("researcher", "La prima")
    is_like_fresh(pages, reference)
    team.delete("researcher", only)

    is_like_fresh(pages, reference)


def test_a_consortium_from_a_place_to_a_partner_and_back(team: Team, old: Callable[[], Pages], visit: Visits) -> None:
    reference = team.idea(call="DEMO-ER-RICERCA-STRATEGICA")  # a call with rules, which the line-up is held against
    pages = old()
    author = visit("researcher@example.org")

    _write_place(author, f"/ideas/{reference}/slots/new/", expertise="Prove climatiche")
    is_like_fresh(pages, reference)
    place = author.locator("[data-slot]").get_attribute("data-slot")
    company = visit("company@example.org")
    company.goto(f"/ideas/{reference}/join/?slot={place}")
    company.locator("[name=contribution]").fill("Una camera climatica.")
    company.locator("main form button[type=submit].button--primary").click()
    company.wait_for_url(lambda url: "/join" not in url)
    is_like_fresh(pages, reference)
    asked = company.locator("[data-request]").get_attribute("data-request")
    team.ask("administrator", f"join-requests/{asked}/authorise/", reason="")
    is_like_fresh(pages, reference)
    team.ask("researcher", f"join-requests/{asked}/accept/", reason="")
    is_like_fresh(pages, reference)
    team.ask("administrator", f"join-requests/{asked}/confirm/", reason="")
    is_like_fresh(pages, reference)
    _write_place(author, f"/slots/{place}/edit/", expertise="Prove al freddo", wanted="2")
    is_like_fresh(pages, reference)
    team.ask("company", f"join-requests/{asked}/withdraw/", reason="Non possiamo più")
    is_like_fresh(pages, reference)
    author.goto(f"/slots/{place}/edit/")
    author.locator("form[action$='/remove/'] button").click()
    is_like_fresh(pages, reference)


def _write_place(page: Page, path: str, **content: str) -> None:
    page.goto(path)
    for name, value in content.items():
        page.locator(f"#slot-form [name={name}]").fill(value)
    page.locator("#slot-form button[type=submit]").click()
    page.wait_for_url(lambda url: "/slots/" not in url)


def test_a_changed_deadline(team: Team, old: Callable[[], Pages], server: Server) -> None:
    identifier = f"LEGGE-{uuid4().hex[:6]}"
    bring_call(server, identifier, closes="2027-03-01 17:00")
    reference = team.idea(call=identifier)
    pages = old()

    bring_call(server, identifier, closes="2027-04-15 12:00")

    is_like_fresh(pages, reference)


def test_a_changed_idea_is_shown_at_a_press_and_keeps_what_is_typed(team: Team, old: Callable[[], Pages]) -> None:
    reference = team.idea()
    pages = old()
    for page in pages.values():
        page.locator("form[data-composer] textarea").fill("A metà di una frase")
    version = team.ask("researcher", f"ideas/{reference}/", "GET")["version"]

    team.ask(
        "researcher", f"ideas/{reference}/", "PATCH", version=version, title="Legge nuova", problem="Altro **testo**"
    )

    for page in pages.values():
        expect(page.locator("[data-idea-changed]")).to_be_visible()
        page.locator("[data-idea-changed] a").click()
        expect(page.locator("h1")).to_have_text("Legge nuova")
        expect(page.locator("form[data-composer] textarea")).to_have_value("A metà di una frase")
        page.locator("form[data-composer] textarea").fill("")
