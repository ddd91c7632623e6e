"""The board goes on by itself as its end comes near; and what is fetched stays live."""

from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.test_board_live import Author, open_board


def test_the_next_page_comes_by_itself_and_no_card_twice(server: Server, visit: Visits) -> None:
    author = Author(server)
    first = author.post("La prima")
    for number in range(26):
        author.post(f"Lunga lista {number}")
    page = open_board(visit("company@example.org"))
    cards = page.locator("#results [data-card]")
    expect(cards).to_have_count(25)

    page.locator("#results [data-more] a").scroll_into_view_if_needed()

    expect(page.locator(f"#results [data-reference='{first}']")).to_have_count(1)
    ids = cards.evaluate_all("all => all.map((one) => one.dataset.id)")
    assert len(ids) == len(set(ids))
    author.edit(first, title="La prima, cambiata")
    expect(page.locator(f"#results [data-reference='{first}'] [data-text=title]")).to_have_text("La prima, cambiata")
