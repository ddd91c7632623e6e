"""A meeting in four browsers, one of them a phone that loses its network: one truth on every screen."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import is_live

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
LEAD, SECOND, STAFF = "lead@example.org", "administrator@example.org", "staff@example.org"
# The instant at which the marks are there to be read, on the one clock of this machine.
WATCH = """() => {
  const look = () => {
    if (!window.revealedAt && document.querySelector("[data-revealed-mark]")) window.revealedAt = Date.now();
  };
  new MutationObserver(look).observe(document.querySelector("[data-meeting]"), { childList: true, subtree: true });
}"""
MOST_APART_MS = 500
# Without its own fetching of style sheets, which a content security policy refuses.
AXE = {"resultTypes": ["violations"], "preload": False}


@pytest.fixture(scope="module")
def address(server: Server) -> str:
    """A running meeting over a list in preparation, made by the staff: the room of it."""
    token = server.token(STAFF)
    _, answer = server.api("meetings/", token=token)
    planned = next(one for one in answer["results"] if one["state"] == "planned")
    return f"/meetings/{planned['id']}/"


def enter(visit: Visits, address: str, email: str, frames: list[str], **options: Any) -> Page:
    page = visit(email, **options)

    def record(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))

    page.on("websocket", record)
    page.goto(address)
    is_live(page)
    return page


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE).response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


def test_four_browsers_hold_a_meeting_and_one_comes_back(visit: Visits, server: Server, address: str) -> None:
    # What a phone without a network says in its console.
    visit.expect_console("ERR_INTERNET_DISCONNECTED|WebSocket connection|409")
    frames: list[str] = []
    lead = enter(visit, address, LEAD, frames)
    lead.locator("form[action$='/begin/'] button").click()
    lead.locator(".room--running").wait_for()
    screens = [enter(visit, address, STAFF, frames) for _ in range(2)]
    phone = enter(visit, address, STAFF, frames, **PHONE)
    # Of the first idea the demo's lead is told nothing: they turn on.
    lead.locator("#turn-on").click()
    title = screens[0].locator("[data-stage-title]")
    everybody = [lead, *screens, phone]
    second = server.api(f"{address.strip('/')}/", token=server.token(STAFF))[1]["agenda"][1]["title"]
    for page in everybody:
        expect(page.locator("[data-stage-title]")).to_contain_text(second)

    # A note half typed survives the next turn, and stays with its idea.
    screens[0].locator("#id_body").fill("Chi coordina")
    phone.context.set_offline(True)
    expect(phone.locator("[data-lost]")).to_be_visible(timeout=40_000)
    lead.keyboard.press("n")
    third = server.api(f"{address.strip('/')}/", token=server.token(STAFF))[1]["agenda"][2]["title"]
    expect(title).to_contain_text(third)
    expect(screens[0].locator("#id_body")).to_have_value("Chi coordina")
    expect(screens[0].locator("#note-form [data-about]")).to_be_visible()
    expect(phone.locator("[data-stage-title]")).to_contain_text(second)

    # Marks while one is away: who has given one is told, and no answer or frame says which.
    screens[0].locator("#mark-9").click()
    expect(screens[0].locator("#mark-9")).to_have_attribute("aria-pressed", "true")
    lead.keyboard.press("3")
    lead.keyboard.press(",")
    expect(lead.locator("#mark-7")).to_have_attribute("aria-pressed", "true")
    expect(lead.locator("[data-given-state=given]")).to_have_count(2)
    phone.context.set_offline(False)
    expect(phone.locator("[data-stage-title]")).to_contain_text(third, timeout=45_000)
    expect(phone.locator("[data-lost]")).to_be_hidden()
    assert [frame for frame in frames if "mark" in frame or "halves" in frame] == []

    assert violations(phone) == []

    for page in everybody:
        page.evaluate(WATCH)
    lead.locator("#reveal").click()
    for page in everybody:
        expect(page.locator("[data-revealed-mark]")).to_have_text(["3,5", "4,5"])
    moments = [page.evaluate("window.revealedAt") for page in everybody]
    assert max(moments) - min(moments) <= MOST_APART_MS, moments

    assert violations(lead) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    screens[0].locator("#note-form button").click()
    expect(screens[1].locator(".minute--note")).to_contain_text("Chi coordina")
    expect(screens[1].locator(".minute--note .minute__about")).to_have_text(second)
