"""What people do on the pages, by the hooks that scripts and forms use: true in either language."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.server import Server

IDEA_URL = re.compile(r"/ideas/(JVL-\d{4}-\d+)/")


def open_call(server: Server) -> dict[str, Any]:
    """A call that takes proposals now: a real one while there is any, else one of the demo."""
    for status in ("open", "closing_soon", "forthcoming"):
        _, answer = server.api(f"calls/?status={status}")
        calls = answer["results"]
        real = [call for call in calls if call["identifier"].startswith("HORIZON-")]
        if real or calls:
            return (real or calls)[0]  # type: ignore[no-any-return]  # JSON
    raise AssertionError("Not even the demo has a call")


def write_idea(page: Page, *, title: str, chain: str = "igital", call: str = "") -> str:
    """Write an idea in Italian, with the first technology that there is, and open it; its reference."""
    page.goto("/ideas/new/")
    page.locator("#id_title").fill(title)
    page.locator("#id_teaser").fill("Celle riscaldate per accumulatori che lavorano al freddo: cerchiamo chi li prova.")
    page.locator("#id_problem").fill("Sotto zero gli accumulatori perdono **metà** della capacità.")
    page.locator("#id_approach").fill("Un riscaldatore sottile tra le celle, comandato dal BMS.")
    choose(page.locator("select[name=value_chain]"), chain)
    page.locator("[name=kets]").first.check()
    if call:
        choose(page.locator("select[name=call]"), call)
    page.locator("button[name=act][value=open]").click()
    page.wait_for_url(IDEA_URL)
    found = IDEA_URL.search(page.url)
    assert found
    return found.group(1)


def choose(select: Locator, text: str) -> None:
    """Choose the option that says a text."""
    script = "(options, text) => options.find((one) => one.textContent.includes(text))?.value"
    value = select.locator("option").evaluate_all(script, text)
    assert value, f"No option says {text!r}"
    select.select_option(value)


def follow_idea(page: Page, reference: str, query: str = "") -> None:
    """Open an idea's page and wait until it is live."""
    page.goto(f"/ideas/{reference}/{query}")
    is_live(page)


def is_live(page: Page, *, seconds: float = 15) -> None:
    """Wait until the page's socket stands."""
    expect(page.locator("[data-live-status]")).to_have_attribute("data-status", "live", timeout=seconds * 1000)


def post_comment(page: Page, body: str) -> None:
    """Write a comment and send it."""
    page.locator("form[data-composer] textarea").fill(body)
    page.locator("form[data-composer] button[type=submit]").click()


def comment(page: Page, body: str) -> Locator:
    """The comments with this text; those on their way to the server too."""
    return page.locator("[data-comment]", has=page.locator(".comment__text", has_text=body))


def press_step(page: Page, step: str) -> None:
    """Take a step with the only request to join that waits for it."""
    page.locator(f"#consortium form[action$='/{step}/'] button[type=submit]").click()
