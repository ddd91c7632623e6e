"""Pages and forms work where scripts are off."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.steps import IDEA_URL, comment, post_comment, write_idea


def test_sign_in_write_and_comment(visit: Visits) -> None:
    page = visit("researcher@example.org", java_script_enabled=False)

    reference = write_idea(page, title="Scritta senza uno script")
    post_comment(page, "Anche questo, **senza** script")

    expect(page).to_have_url(re.compile(f"/ideas/{reference}/"))
    expect(comment(page, "senza script")).to_have_count(1)
    expect(page.locator(".comment__text strong")).to_have_text("senza")


def test_a_filter_and_a_search_are_links_and_forms(visit: Visits) -> None:
    page = visit("company@example.org", java_script_enabled=False)
    page.goto("/")

    page.locator("#q").fill("batteria")
    page.locator("form.search button").click()
    page.locator("#results a.covers, #results h3 a, #results h2 a").first.click()

    expect(page).to_have_url(IDEA_URL)


def test_signing_in_by_password_says_what_was_wrong(visit: Visits) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/account/login/")

    page.locator("[name=login]").fill("researcher@example.org")
    page.locator("[name=password]").fill("not the password")
    page.locator("main form button[type=submit].button--primary, main form .button--primary").first.click()

    expect(page.locator("[name=login]")).to_have_value("researcher@example.org")
    expect(page.locator("[role=alert], .errors").first).to_be_visible()
