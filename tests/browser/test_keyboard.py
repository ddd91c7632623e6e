"""The pages by keys alone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visits

# Whether something else is drawn over the middle of what has the focus: [] or [the thing, what lies over it].
COVERED = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + Math.min(box.width, 40) / 2, box.top + box.height / 2);
  const seen = !top || focused.contains(top) || top.contains(focused);
  return seen ? [] : [focused.outerHTML.slice(0, 100), top.outerHTML.slice(0, 100)];
}"""


def test_j_and_k_move_between_cards_and_enter_opens(visit: Visits) -> None:
    page = visit("researcher@example.org")
    page.goto("/")
    first = page.locator("[data-card]").first
    reference = first.locator(".ref").first.inner_text()

    for key in "jjk":
        page.keyboard.press(key)
    expect(first).to_have_class(re.compile("is-here"))
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(f"/ideas/{reference}/"))


def test_a_slash_searches(visit: Visits) -> None:
    page = visit("researcher@example.org")
    page.goto("/")

    page.keyboard.press("/")
    page.keyboard.type("jk/?")

    expect(page.locator("[data-search]")).to_be_focused()
    expect(page.locator("[data-search]")).to_have_value("jk/?")


def test_a_question_mark_lists_the_keys(visit: Visits) -> None:
    page = visit("researcher@example.org")
    page.goto("/")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#keys")).to_be_hidden()


def test_the_first_tab_leads_to_the_content(visit: Visits) -> None:
    page = visit()
    page.goto("/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_the_keyboard_reaches_on_a_phone_is_seen(visit: Visits) -> None:
    page = visit("researcher@example.org", viewport={"width": 390, "height": 844})

    hidden = []
    for path, most in (("/", 20), ("/ideas/new/?draft=none", 60)):
        page.goto(path)
        for _ in range(most):
            page.keyboard.press("Tab")
            hidden += page.evaluate(COVERED)

    assert hidden == []
