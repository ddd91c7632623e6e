"""A list put in order by mouse, finger and keyboard, while another lead looks on."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import is_live

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def address(server: Server) -> str:
    """A list in preparation, of ideas in which neither of its two leads has an interest."""
    lead = server.token("lead@example.org")
    _, begun = server.api("shortlists/", token=lead, method="POST", value_chain="MOVES", title="By hand")
    listed = 0
    for idea in server.api("ideas/?value_chain=MOVES", token=lead)[1]["results"]:
        status, _ = server.api(f"shortlists/{begun['id']}/entries/", token=lead, method="POST", idea=idea["id"])
        listed += status == 201
        if listed == 4:
            break
    assert listed >= 3
    return f"/shortlists/{begun['id']}/"


def open_list(visit: Visits, address: str, email: str, **options: Any) -> Page:
    page = visit(email, **options)
    page.goto(address)
    is_live(page)
    return page


def order(page: Page) -> list[str]:
    rows = page.locator("[data-entry]")
    return rows.evaluate_all("rows => rows.map((row) => row.dataset.entry)")  # type: ignore[no-any-return]


def grip(page: Page, entry: str) -> Locator:
    return page.locator(f"#grip-{entry}")


def middle(row: Locator) -> tuple[float, float]:
    box = row.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def title_of(page: Page, entry: str) -> str:
    return grip(page, entry).get_attribute("data-title") or ""


def said_at(title: str, place: int) -> re.Pattern[str]:
    """What names an idea and its place, in any language."""
    return re.compile(rf"^\W*{re.escape(title)}\W.*\b{place}\b.*\d+\.$")


def is_ordered(page: Page, entries: list[str]) -> None:
    script = (
        "(entries) => [...document.querySelectorAll('[data-entry]')].map((row) => row.dataset.entry).join() === entries"
    )
    page.wait_for_function(script, arg=",".join(entries))


def test_a_mouse_drags_an_idea_and_the_other_lead_sees_it(visit: Visits, address: str) -> None:
    lead, other = (open_list(visit, address, email) for email in ("lead@example.org", "staff@example.org"))
    first, second, *rest = order(lead)

    grip(lead, first).scroll_into_view_if_needed()
    lead.mouse.move(*middle(grip(lead, first)))
    lead.mouse.down()
    x, y = middle(lead.locator(f"#entry-{second}"))
    lead.mouse.move(x, y + 5, steps=8)
    lead.mouse.up()

    for page in (lead, other):
        is_ordered(page, [second, first, *rest])
    lead.reload()
    is_ordered(lead, [second, first, *rest])


def test_a_finger_drags_an_idea_without_scrolling_the_page(visit: Visits, address: str) -> None:
    lead = open_list(visit, address, "lead@example.org", **PHONE)
    other = open_list(visit, address, "staff@example.org")
    first, second, *rest = order(lead)
    grip(lead, second).scroll_into_view_if_needed()
    touch = lead.context.new_cdp_session(lead)

    def point(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    before = lead.evaluate("scrollY")
    x, y = middle(grip(lead, second))
    _, target = middle(lead.locator(f"#entry-{first}"))
    point("touchStart", (x, y))
    for part in range(1, 9):
        point("touchMove", (x, y + (target - 5 - y) * part / 8))
    # Beneath a finger that goes up, a page would scroll down.
    assert lead.evaluate("scrollY") <= before
    point("touchEnd")

    for page in (lead, other):
        is_ordered(page, [second, first, *rest])
    expect(lead.locator("[data-announce]")).to_have_text(said_at(title_of(lead, second), 1))


def test_the_keyboard_moves_an_idea_and_says_so_and_a_stale_move_shows_the_true_order(
    visit: Visits, address: str, server: Server
) -> None:
    visit.expect_console("409")
    lead = open_list(visit, address, "lead@example.org")
    first, second, third, *rest = order(lead)
    said = lead.locator("[data-announce]")

    grip(lead, first).focus()
    lead.keyboard.press("Space")
    expect(grip(lead, first)).to_have_attribute("aria-pressed", "true")
    lead.keyboard.press("ArrowDown")
    is_ordered(lead, [second, first, third, *rest])
    expect(said).to_have_text(re.compile(r": \w+ 2 \w+ \d+\.$"))
    lead.keyboard.press("Escape")
    is_ordered(lead, [first, second, third, *rest])
    expect(grip(lead, first)).to_have_attribute("aria-pressed", "false")

    lead.keyboard.press("Space")
    lead.keyboard.press("ArrowDown")
    lead.keyboard.press("Space")
    expect(grip(lead, first)).to_be_focused()
    lead.reload()
    is_live(lead)  # its own last move may come again, and draws the list anew
    is_ordered(lead, [second, first, third, *rest])

    _, now = server.api(f"{address.strip('/')}/", token=server.token("lead@example.org"))
    grip(lead, first).focus()
    lead.keyboard.press("Space")
    expect(grip(lead, first)).to_have_attribute("aria-pressed", "true")
    lead.keyboard.press("ArrowUp")
    path = f"{address.strip('/')}/entries/{third}/move/"
    server.api(path, token=server.token("staff@example.org"), method="POST", position=1, version=now["version"])
    expect(lead.locator("[data-waiting]")).to_be_visible()
    lead.keyboard.press("Space")
    is_ordered(lead, [third, second, first, *rest])
    expect(lead.locator("[data-entries] [role=alert]")).to_be_visible()


@pytest.mark.parametrize("language", ["it", "en"])
def test_each_move_is_said_by_title_and_place_in_the_language_of_the_page(
    visit: Visits, address: str, language: str
) -> None:
    lead = open_list(visit, address, "lead@example.org")
    lead.locator(f"button[name=language][value={language}]").click()
    expect(lead.locator("html")).to_have_attribute("lang", language)
    is_live(lead)
    first, second, *rest = order(lead)
    title, said = title_of(lead, first), lead.locator("[data-announce][aria-live]")
    words = lead.locator("[data-shortlist]").evaluate("list => list.dataset.sayMoved")
    by_hand = words.format(title=title, place=2, count=2 + len(rest))
    assert ("place" in words.replace("{place}", "")) == (language == "en")

    grip(lead, first).focus()
    lead.keyboard.press("Enter")
    expect(said).to_have_text(re.compile(re.escape(title)))
    lead.keyboard.press("ArrowDown")
    expect(said).to_have_text(by_hand)
    lead.keyboard.press("Enter")
    is_ordered(lead, [second, first, *rest])
    expect(said).to_have_text(said_at(title, 2))

    lead.locator(f"#entry-{first} button[name=position][value='1']").click()
    is_ordered(lead, [first, second, *rest])
    expect(said).to_have_text(said_at(title, 1))


def test_a_row_in_the_hand_stays_there_though_a_list_comes_that_was_asked_for_before(
    visit: Visits, address: str, server: Server
) -> None:
    lead = open_list(visit, address, "lead@example.org")
    first, second, *rest = order(lead)
    late: list[Route] = []
    lead.route("**/?fragment=1", lambda route: late.append(route))
    _, now = server.api(f"{address.strip('/')}/", token=server.token("lead@example.org"))
    path = f"{address.strip('/')}/entries/{second}/move/"
    with lead.expect_request("**/?fragment=1"):
        server.api(path, token=server.token("staff@example.org"), method="POST", position=1, version=now["version"])
    grip(lead, first).focus()
    lead.keyboard.press("Space")
    expect(grip(lead, first)).to_have_attribute("aria-pressed", "true")

    late[0].continue_()

    expect(lead.locator("[data-waiting]")).to_be_visible()
    expect(grip(lead, first)).to_have_attribute("aria-pressed", "true")
    lead.unroute("**/?fragment=1")
    lead.keyboard.press("Escape")
    is_ordered(lead, [second, first, *rest])
    expect(lead.locator("[data-waiting]")).to_be_hidden()
