"""The board follows what others do: an old page, and one press, shows what a fresh page shows."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import is_live

SHOWN = """() => {
  const text = (root, selector) => root.querySelector(selector)?.textContent.trim() ?? null;
  const counts = {};
  for (const figure of document.querySelectorAll("#results .board__count [data-count], #facet-groups [data-count]"))
    if (Number(figure.textContent)) counts[figure.dataset.count] = Number(figure.textContent);
  const cards = [...document.querySelectorAll("#results [data-card]")].map((card) => ({
    id: card.dataset.id,
    activity: Date.parse(card.dataset.activity),
    closes: Date.parse(card.dataset.closes) || 0,
    reference: text(card, ".ref"),
    chain: text(card, ".chain"),
    hue: card.querySelector(".chain").dataset.hue,
    glyph: card.querySelector("use").getAttribute("href"),
    title: text(card, ".idea__title").replace(/\\s+/g, " "),
    lang: card.querySelector(".idea__title").lang,
    url: card.querySelector("a").getAttribute("href"),
    teaser: text(card, ".idea__teaser"),
    state: [card.querySelector(".state").dataset.state, text(card, ".state")],
    tags: [...card.querySelectorAll(".tag")].map((tag) => [tag.textContent, tag.title]),
    call: text(card, ".idea__call"),
    hidden: [...card.querySelectorAll("[hidden]")].map((element) => element.className),
    countdown: text(card, ".countdown__figure"),
    urgent: card.querySelector(".countdown")?.className ?? null,
    bar: card.querySelector("rect")?.getAttribute("width") ?? null,
    slots: text(card, "[data-count=slots]"),
    comments: text(card, "[data-count=comments]"),
    gone: card.classList.contains("is-gone"),
  }));
  return { counts, cards, line: text(document, ".board__count") };
}"""


class Author:
    """The researcher, by the API."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = server.token("researcher@example.org")
        _, chains = self.api("value-chains/")
        self.chains = [row["code"] for row in (chains["results"] if isinstance(chains, dict) else chains)]

    def api(self, path: str, **options: Any) -> tuple[int, Any]:
        status, answer = self.server.api(path, token=self.token, **options)
        assert status < 300, answer
        return status, answer

    def post(self, title: str, **content: Any) -> str:
        texts = dict.fromkeys(("teaser", "problem", "approach"), f"Testo di {title}.")
        content = {"title": title, "value_chain": self.chains[0], "visibility": "members", **texts, **content}
        _, idea = self.api("ideas/", method="POST", **content)
        self.step(idea["reference"], "open")
        return str(idea["reference"])

    def edit(self, reference: str, **content: Any) -> None:
        _, idea = self.api(f"ideas/{reference}/")
        self.api(f"ideas/{reference}/", method="PATCH", version=idea["version"], **content)

    def step(self, reference: str, state: str) -> None:
        self.api(f"ideas/{reference}/state/", method="POST", state=state)

    def comment(self, reference: str, body: str = "Un commento.") -> None:
        self.api(f"ideas/{reference}/comments/", method="POST", body=body, client_id=str(uuid4()))


@pytest.fixture(scope="module")
def author(server: Server) -> Author:
    return Author(server)


def open_board(page: Page, path: str = "/") -> Page:
    page.goto(path)
    is_live(page)
    return page


def card(page: Page, reference: str) -> Any:
    return page.locator(f"#results [data-reference='{reference}']")


def news(page: Page) -> Any:
    return page.locator("[data-board-news] button")


def test_an_old_board_becomes_a_fresh_one(visit: Visits, author: Author) -> None:
    call = author.api("calls/?status=open")[1]["results"][0]["identifier"]
    kets = [row["code"] for row in author.api("kets/")[1]["results"]][:2]
    steady, moving, leaving = author.post("Resta"), author.post("Cambia"), author.post("Se ne va", kets=kets[:1])
    old = open_board(visit("company@example.org"))
    order = [one["id"] for one in old.evaluate(SHOWN)["cards"]]

    author.comment(steady)
    new = author.post("Appena nata", call=call, kets=kets)
    author.step(leaving, "withdrawn")
    author.step(moving, "preparing")
    author.edit(moving, title="È cambiata", acronym="CAMBIA", call=call, kets=kets, teaser="Un altro riassunto.")

    expect(card(old, moving).locator("[data-text=title]")).to_have_text("È cambiata")
    expect(card(old, leaving)).to_have_class("row idea is-gone")
    expect(news(old)).to_be_visible()
    still = old.evaluate(SHOWN)
    assert [one["id"] for one in still["cards"]] == order
    assert card(old, new).count() == 0
    fresh = open_board(visit("company@example.org")).evaluate(SHOWN)
    both = still["counts"].keys() & fresh["counts"].keys()
    assert {key: still["counts"][key] for key in both} == {key: fresh["counts"][key] for key in both}
    # Only the eight calls that most ideas aim at are listed: which ones waits for the press, like the cards. So does
    # what no line-up lacked before; a figure that is there moves at once.
    assert all(key.startswith("call-") for key in still["counts"].keys() - fresh["counts"].keys())
    unlisted = [key for key in fresh["counts"].keys() - still["counts"].keys() if not key.startswith("call-")]
    assert all(key.startswith("lacks-") for key in unlisted)
    assert [key for key in unlisted if old.locator(f"[data-count='{key}']").count()] == []
    assert still["line"] == fresh["line"]
    drawn = {one["id"]: one for one in fresh["cards"]}
    left = [one for one in still["cards"] if one["id"] in drawn]
    assert left == [drawn[one["id"]] for one in left]

    news(old).click()

    expect(card(old, new)).to_have_count(1)
    assert old.evaluate(SHOWN) == fresh
    expect(news(old)).to_be_hidden()
    expect(old.locator("#results")).to_be_focused()


def test_a_board_shown_anew_stays_live(visit: Visits, author: Author) -> None:
    reference = author.post("Sempre viva")
    page = open_board(visit("company@example.org"))
    for body in ("uno", "due"):
        author.post(f"Un'altra {body}")
        expect(news(page)).to_be_visible()
        news(page).click()
        expect(news(page)).to_be_hidden()

    author.comment(reference)

    expect(card(page, reference).locator("[data-count=comments]")).to_have_text("1")


def test_a_change_of_audience_is_no_farewell(visit: Visits, author: Author) -> None:
    reference = author.post("Cambia pubblico")
    page = open_board(visit("staff@example.org"))

    for visibility in ("value_chain", "members", "value_chain", "members"):
        author.edit(reference, visibility=visibility, title=f"Ora {visibility}")
        expect(card(page, reference).locator("[data-text=title]")).to_have_text(f"Ora {visibility}")
    author.edit(reference, title="Alla fine")

    expect(card(page, reference).locator("[data-text=title]")).to_have_text("Alla fine")
    expect(card(page, reference).locator("[data-gone]")).to_have_count(0)
    fresh = open_board(visit("staff@example.org")).evaluate(SHOWN)
    assert page.evaluate(SHOWN)["counts"] == fresh["counts"]


def test_a_narrowed_board_leaves_its_counts_and_the_search_alone(visit: Visits, author: Author) -> None:
    reference = author.post("Trovami subito")
    page = open_board(visit("company@example.org"))
    field = page.locator("#q")
    field.press_sequentially("trovami")
    expect(page.locator("#results [data-card]")).to_have_count(1)
    before = page.evaluate(SHOWN)["counts"]

    author.comment(reference)
    author.post("Trovami dopo")

    expect(card(page, reference).locator("[data-count=comments]")).to_have_text("1")
    expect(news(page)).to_be_visible()
    assert page.evaluate(SHOWN)["counts"] == before
    field.press_sequentially(" d")
    expect(news(page)).to_be_hidden()
    expect(field).to_have_value("trovami d")
    expect(field).to_be_focused()
    assert page.evaluate(SHOWN) == open_board(visit("company@example.org"), "/?q=trovami+d").evaluate(SHOWN)


def test_a_visitors_board_is_not_live(visit: Visits) -> None:
    page = visit()
    page.goto("/")

    assert page.locator("[data-board], [data-topic], [data-board-news], #board-words").count() == 0


def test_who_loses_an_idea_is_told_and_keeps_the_words(visit: Visits, author: Author) -> None:
    reference = author.post("Solo per pochi")
    page = visit("company@example.org")
    page.goto(f"/ideas/{reference}/")
    is_live(page)
    words = page.locator("form[data-composer] textarea")
    words.fill("Quello che stavo scrivendo")

    author.edit(reference, visibility="private", title="CANARY")
    author.comment(reference, "CANARY")

    expect(page.locator("[data-idea-gone]")).to_be_visible()
    expect(words).to_have_value("Quello che stavo scrivendo")
    assert "CANARY" not in page.content()
