"""The idea's page for each kind of change: an old page and the changes are what a fresh page is."""

from collections.abc import Callable
from difflib import unified_diff
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import follow_idea

VIEWERS = ("researcher", "company", "administrator", "staff")
# The page as lines, without what is said of the moment alone: positions, tokens, times in words, who is here.
SHAPE = """() => {
  const lines = [];
  const skip = "template, script, [data-here], [data-news], [name=csrfmiddlewaretoken], [name=client_id]";
  const glow = /^is-(new|changed)$/;
  const moment = (name) => /^data-(live|own|set)-|^(style|title|data-(after|epoch|newest|idea-version))$/.test(name);
  const walk = (node, depth) => {
    const text = (words) => words.replace(/\\s+/g, " ").trim();
    if (node.nodeType === Node.TEXT_NODE && text(node.data)) lines.push("  ".repeat(depth) + text(node.data));
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(skip)) return;
    const attributes = [...node.attributes].filter(({ name }) => !moment(name)).map(({ name, value }) => {
      if (name === "class") value = value.split(/\\s+/).filter((one) => !glow.test(one)).sort().join(" ");
      if (name === "datetime") value = new Date(value).toISOString();
      return `${name}=${value}`;
    });
    lines.push("  ".repeat(depth) + [node.localName, ...attributes.sort()].join(" "));
    if (!node.matches("time[data-relative]")) for (const child of node.childNodes) walk(child, depth + 1);
  };
  walk(document.querySelector("[data-bell]"), 0);
  walk(document.querySelector("main"), 0);
  return lines;
}"""


class Team:
    """Everybody's acts on one idea, by the API."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tokens = {name: server.token(f"{name}@example.org") for name in (*VIEWERS, "lead")}
        _, self.call = server.api("calls/?status=open")
        self.reference = ""

    def ask(self, name: str, path: str, method: str = "POST", **body: Any) -> Any:
        status, answer = self.server.api(path, token=self.tokens[name], method=method, **body)
        assert status < 300, (status, answer)
        return answer

    def idea(self, **content: Any) -> str:
        _, chains = self.server.api("value-chains/", token=self.tokens["researcher"])
        chain = (chains["results"] if isinstance(chains, dict) else chains)[0]["code"]
        texts = dict.fromkeys(("teaser", "problem", "approach"), "Un testo.")
        idea = self.ask(
            "researcher", "ideas/", title="Legge", value_chain=chain, visibility="members", **texts, **content
        )
        self.ask("researcher", f"ideas/{idea['reference']}/state/", state="open")
        self.reference = str(idea["reference"])
        return self.reference

    def comment(self, name: str, body: str, parent: int | None = None) -> int:
        content = {"body": body, "client_id": str(uuid4())} | ({"parent": parent} if parent else {})
        return int(self.ask(name, f"ideas/{self.reference}/comments/", **content)["id"])

    def edit(self, name: str, comment: int, body: str) -> None:
        self.ask(name, f"comments/{comment}/", "PATCH", body=body)

    def delete(self, name: str, comment: int) -> None:
        self.ask(name, f"comments/{comment}/", "DELETE")


@pytest.fixture(scope="module")
def team(server: Server) -> Team:
    return Team(server)


Pages = dict[str, Page]


@pytest.fixture
def old(visit: Visits, team: Team) -> Callable[[], Pages]:
    """Open the idea's page for everybody, as it is now."""

    def open_all() -> Pages:
        pages = {name: visit(f"{name}@example.org") for name in VIEWERS}
        for page in pages.values():
            follow_idea(page, team.reference)
        return pages

    return open_all


def is_like_fresh(pages: Pages, reference: str) -> None:
    """Compare every old page with a fresh one of the same reader."""
    for name, page in pages.items():
        # A tab costs more than a page: one beside each old page serves all comparisons.
        fresh = next((tab for tab in page.context.pages if tab is not page), None) or page.context.new_page()
        follow_idea(fresh, reference)
        expected = fresh.evaluate(SHAPE)
        for _ in range(100):  # the last change may still be on its way
            differences = list(unified_diff(page.evaluate(SHAPE), expected, n=0))
            if not differences:
                break
            page.wait_for_timeout(100)
        assert (name, differences) == (name, [])
        fresh.goto("about:blank")


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
    reference = team.idea()
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
    _import(server, identifier, closes="2027-03-01 17:00")
    reference = team.idea(call=identifier)
    pages = old()

    _import(server, identifier, closes="2027-04-15 12:00")

    is_like_fresh(pages, reference)


def _import(server: Server, identifier: str, *, closes: str) -> None:
    path = server.folder / "calls.csv"
    path.write_text(f"identifier,title,level,closes\n{identifier},Un bando,regional,{closes}\n")
    server.manage("import_calls", str(path), "--format", "csv")


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
