"""Several tabs of one member, signing out in one of them, and the way back through history."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.steps import comment, follow_idea, is_live, post_comment


def sign_in(page: Page, email: str) -> None:
    """Sign in to a session that no other test uses."""
    page.goto("/account/login/")
    page.locator(f"button[name=email][value='{email}']").click()
    page.wait_for_url(re.compile(r"/$"))


def test_signing_out_elsewhere_is_told_and_keeps_what_is_typed(visit: Visits, reference: str) -> None:
    first = visit()
    sign_in(first, "company@example.org")
    follow_idea(first, reference)
    field = first.locator("form[data-composer] textarea")
    field.fill("Una frase che non deve andare persa")
    second = first.context.new_page()
    follow_idea(second, reference)

    second.locator("summary.tool").click()
    second.locator("form[action$='/account/logout/'] button").click()
    second.locator("[data-live-status]").wait_for(state="attached")

    expect(first.locator("[data-live-status]")).to_have_attribute("data-status", "offline", timeout=5_000)
    toast = first.locator("[data-toasts] .toast")
    expect(toast).to_have_count(1)
    expect(field).to_have_value("Una frase che non deve andare persa")
    toast.locator("a").click()
    first.locator("button[name=email][value='company@example.org']").click()
    first.wait_for_url(re.compile(reference))
    is_live(first)
    expect(first.locator("form[data-composer] textarea")).to_have_value("Una frase che non deve andare persa")


def test_a_comment_sent_after_signing_out_elsewhere_comes_back_to_the_composer(visit: Visits, reference: str) -> None:
    visit.expect_console("403")
    first = visit()
    sign_in(first, "company@example.org")
    follow_idea(first, reference)
    first.context.clear_cookies()

    post_comment(first, "Spedita senza più una sessione")

    expect(first.locator("form[data-composer] textarea")).to_have_value("Spedita senza più una sessione")
    expect(first.locator("[data-composer] [data-errors] a")).to_have_attribute("href", re.compile("/account/login/"))
    expect(first.locator(".is-sending")).to_have_count(0)


def test_two_tabs_of_a_member_both_follow_and_their_bells_agree(visit: Visits, reference: str) -> None:
    author, company = visit("researcher@example.org"), visit("company@example.org")
    second = author.context.new_page()
    for page in (author, second, company):
        follow_idea(page, reference)
    before = int(author.locator("[data-unread]").text_content() or 0)

    for number in range(3):
        post_comment(company, f"Alle due schede {number}")
        expect(comment(company, f"Alle due schede {number}").locator("[data-act=edit]")).to_be_visible()

    for page in (author, second):
        expect(comment(page, "Alle due schede")).to_have_count(3)
        expect(page.locator("[data-unread]")).to_have_text(str(before + 3))
    third = author.context.new_page()
    third.goto("/notifications/")
    third.locator("form[action$='/notifications/read/'] button").click()
    for page in (author, second, third):
        expect(page.locator("[data-unread]")).to_be_hidden()


def test_one_tab_writes_and_the_other_shows_it_as_its_own(visit: Visits, reference: str) -> None:
    first = visit("company@example.org")
    second = first.context.new_page()
    for page in (first, second):
        follow_idea(page, reference)

    post_comment(first, "Da una scheda all'altra")

    for page in (first, second):
        expect(comment(page, "Da una scheda all'altra")).to_have_count(1)
        expect(comment(page, "Da una scheda all'altra").locator("[data-act=edit]")).to_be_visible()


def test_the_way_back_shows_what_came_meanwhile_once(visit: Visits, reference: str) -> None:
    author, company = visit("researcher@example.org"), visit("company@example.org")
    for page in (author, company):
        follow_idea(page, reference)
    post_comment(company, "Prima")
    expect(comment(author, "Prima")).to_have_count(1)
    author.locator("form[data-composer] textarea").fill("Resta qui")

    author.locator("nav .nav__link").first.click()
    author.wait_for_url(re.compile(r"/$"))
    post_comment(company, "Durante")
    expect(comment(company, "Durante").locator("[data-act=edit]")).to_be_visible()
    author.evaluate("history.back()")
    author.wait_for_url(re.compile(reference))
    is_live(author)
    post_comment(company, "Dopo")

    for page in (author, company):
        for moment in ("Prima", "Durante", "Dopo"):
            expect(comment(page, moment)).to_have_count(1)
    expect(author.locator("form[data-composer] textarea")).to_have_value("Resta qui")
    shown, fresh = (
        page.locator("[data-comment]").evaluate_all("(rows) => rows.map((row) => row.dataset.comment)")
        for page in (author, company)
    )
    assert shown == fresh
    author.locator("form[data-composer] textarea").fill("")
