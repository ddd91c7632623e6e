"""Who is here and who is writing, seen by the others while it lasts."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.steps import follow_idea, post_comment


def name_of(page: Page) -> str:
    return page.locator("[data-discussion]").get_attribute("data-name") or ""


def test_readers_see_each_other_come_and_go(two: tuple[Page, Page]) -> None:
    author, company = two

    for page, other in ((author, company), (company, author)):
        expect(page.locator("[data-here-faces] .avatar")).to_have_count(1)
        expect(page.locator("[data-here-faces] .avatar")).to_have_attribute("title", name_of(other))
        expect(page.locator("[data-here-said]")).to_contain_text(name_of(other))
    company.goto("/")

    expect(author.locator("[data-here-faces] .avatar")).to_have_count(0)
    expect(author.locator("[data-here-said]")).to_have_text("")


def test_a_second_tab_of_the_same_member_is_nobody_else(visit: Visits, reference: str) -> None:
    page = visit("researcher@example.org")
    follow_idea(page, reference)
    second = page.context.new_page()
    follow_idea(second, reference)

    second.wait_for_timeout(2_500)

    expect(page.locator("[data-here-faces] .avatar")).to_have_count(0)
    expect(second.locator("[data-here-said]")).to_have_text("")


def test_writing_shows_without_moving_anything_and_ends(two: tuple[Page, Page]) -> None:
    author, company = two
    composer = author.locator("form[data-composer]")
    composer.scroll_into_view_if_needed()
    before = composer.bounding_box()
    writing = author.locator("[data-writing]")

    company.locator("form[data-composer] textarea").press_sequentially("Penso che", delay=30)
    expect(writing).to_have_text(re.compile(re.escape(name_of(company))))
    assert composer.bounding_box() == before
    expect(company.locator("[data-writing]")).to_have_text("")

    expect(writing).to_have_text("", timeout=12_000)


def test_who_has_sent_or_turned_away_writes_no_more(two: tuple[Page, Page]) -> None:
    author, company = two
    writing = author.locator("[data-writing]")

    company.locator("form[data-composer] textarea").press_sequentially("Fatto", delay=30)
    expect(writing).to_have_text(re.compile(re.escape(name_of(company))))
    post_comment(company, "Fatto")
    expect(writing).to_have_text("", timeout=3_000)

    company.locator("form[data-composer] textarea").press_sequentially("Ancora", delay=30)
    expect(writing).to_have_text(re.compile(re.escape(name_of(company))))
    company.locator("form[data-composer] textarea").blur()
    expect(writing).to_have_text("", timeout=3_000)
