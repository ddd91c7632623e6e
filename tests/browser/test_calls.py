"""Calls in a browser: dates that move under the reader's eyes, the timeline on a phone, choosing without scripts."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import is_live

Import = Callable[..., None]


@pytest.fixture
def bring(server: Server) -> Import:
    """Bring a call's dates in, as an operator does."""

    def bring(identifier: str, *, closes: str, opens: str = "") -> None:
        path = server.folder / "calls.csv"
        path.write_text(
            f"identifier,title,level,opens,closes\n{identifier},Un bando che si sposta,regional,{opens},{closes}\n"
        )
        server.manage("import_calls", str(path), "--format", "csv")

    return bring


def renewed(page: Page) -> list[str]:
    """What the parts that change with the dates hold, without what only the eye sees."""
    parts = page.locator("[data-renew]").evaluate_all("(parts) => parts.map((part) => part.innerHTML)")
    return [re.sub(r'\s+open=""', "", part) for part in parts]


def test_a_moved_deadline_is_drawn_in_its_place(visit: Visits, bring: Import) -> None:
    identifier = f"SPOSTA-{uuid4().hex[:6]}"
    bring(identifier, closes="2027-03-01 17:00")
    page, visitor = visit("researcher@example.org"), visit()
    for one in (page, visitor):
        one.goto(f"/calls/{identifier.lower()}/")
        is_live(one)
    page.locator("[data-renew=span] summary").click()

    bring(identifier, closes="2027-04-15 12:30")

    for one in (page, visitor):
        expect(one.locator("[data-renew=dates]")).to_contain_text("15 aprile 2027, 12:30", timeout=2_000)
        expect(one.locator("[data-renew=sentence]")).to_contain_text("15 aprile 2027, 12:30")
        expect(one.locator("[data-renew=changes]")).to_contain_text("15 aprile 2027, 12:30")
        expect(one.locator("[data-deadline-changed]")).to_be_hidden()
    expect(page.locator("[data-renew=span] details")).to_have_attribute("open", "")
    fresh = visit("researcher@example.org")
    fresh.goto(page.url)
    assert renewed(page) == renewed(fresh)


def test_names_stay_while_the_scale_slides_on_a_phone(visit: Visits) -> None:
    page = visit(viewport={"width": 390, "height": 800})
    page.goto("/calls/timeline/?months=24")
    scale, name = page.locator(".span-of__scroll"), page.locator(".span-of__names a").first

    x = name.bounding_box()["x"]  # type: ignore[index]  # it is drawn
    scale.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")

    expect(scale).not_to_have_js_property("scrollLeft", 0)
    assert name.bounding_box()["x"] == x  # type: ignore[index]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_calls_are_chosen_and_compared_without_scripts(visit: Visits) -> None:
    page = visit("company@example.org", java_script_enabled=False)
    page.goto("/calls/")
    boxes = page.locator("input[type=checkbox][name=call]")
    chosen = [boxes.nth(number).get_attribute("value") for number in (0, 2)]
    for number in (0, 2):
        boxes.nth(number).check()

    page.locator("form[action='/calls/compare/'] button").click()

    expect(page).to_have_url(re.compile(f"/calls/compare/\\?call={chosen[0]}&call={chosen[1]}$"))
    expect(page.locator("table.compare thead th")).to_have_count(2)


def test_a_month_is_turned_by_the_keyboard_and_a_date_leads_to_its_call(visit: Visits) -> None:
    page = visit()
    page.goto("/calls/month/?m=2027-03")

    page.locator("a[rel=next]").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?m=2027-04$"))
    page.locator(".month__dates a").first.focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-call]")).to_have_count(1)
