"""The address of one's calendar, into the clipboard and out of somebody else's hands."""

from playwright.sync_api import expect

from tests.browser.conftest import Visits


def test_the_address_is_copied_and_a_new_one_is_another(visit: Visits) -> None:
    page = visit("researcher@example.org")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/calendar/")
    address = page.locator("#feed").input_value()

    page.locator("[data-copy]").first.click()

    expect(page.locator("[data-toasts]")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert page.request.get(address).headers["content-type"] == "text/calendar; charset=utf-8"

    page.locator("details.disclosure summary").first.click()
    page.locator("form[action='/calendar/renew/'] button").click()

    expect(page.locator("#feed")).not_to_have_value(address)
    assert page.request.get(address).status == 404
