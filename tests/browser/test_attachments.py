"""Files beside an idea: sent with a bar, refused beside the field, and in the others' pages at once."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.steps import follow_idea

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def send(page: Page, name: str, content: bytes, audience: str = "all") -> None:
    send_file(page, {"name": name, "mimeType": "application/pdf", "buffer": content}, audience)


def send_file(page: Page, file: Any, audience: str = "all") -> None:
    """Choose a file (a path, or its content as Playwright takes it) and send it."""
    upload = page.locator("[data-upload]")
    if upload.get_attribute("open") is None:
        upload.locator("summary").click()
    upload.locator("input[type=file]").set_input_files(file)
    upload.locator(f"input[value={audience}]").check()
    upload.locator("button[type=submit]").click()


def test_a_file_comes_and_goes_in_the_others_pages(visit: Visits, reference: str) -> None:
    author, outsider = visit("researcher@example.org"), visit("outsider@example.org")
    for page in (author, outsider):
        follow_idea(page, reference)
    expect(outsider.locator("#attachments")).to_be_hidden()

    send(author, "Per i partner.pdf", PDF, "partners")
    expect(author.locator(".file")).to_have_count(1)
    send(author, "Per tutti.pdf", PDF)

    expect(author.locator(".file")).to_have_count(2)
    expect(outsider.locator(".file a").first).to_have_text("Per tutti.pdf")
    expect(outsider.locator(".file")).to_have_count(1)
    with outsider.expect_download() as saved:
        outsider.locator(".file a").first.click()
    assert (saved.value.suggested_filename, Path(saved.value.path()).read_bytes()) == ("Per tutti.pdf", PDF)

    other = author.context.new_page()
    other.goto(f"/ideas/{reference}/")
    other.locator(".file", has_text="Per tutti").locator("a").last.click()
    other.locator("main form button[type=submit]").click()

    expect(author.locator(".file")).to_have_count(1)
    expect(outsider.locator("#attachments")).to_be_hidden()


def test_a_refused_file_is_said_beside_the_field_and_stays_chosen(visit: Visits, reference: str) -> None:
    visit.expect_console("status of 400")
    page = visit("researcher@example.org")
    follow_idea(page, reference)

    send(page, "Costi.xlsx", b"voce;costo\nbanco;100\n", "partners")

    upload = page.locator("[data-upload]")
    expect(upload.locator(".field__error")).to_contain_text(".xlsx")
    expect(upload.locator("input[value=partners]")).to_be_checked()
    assert upload.locator("input[type=file]").evaluate("field => field.files[0].name") == "Costi.xlsx"
    expect(upload.locator("[data-progress]")).to_be_hidden()


def test_a_file_that_is_too_large_is_not_even_sent(visit: Visits, reference: str, tmp_path: Path) -> None:
    page = visit("researcher@example.org")
    follow_idea(page, reference)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    # From disk, as a reader does: twenty megabytes take seconds through the test's own pipe to the browser.
    film = tmp_path / "Film.pdf"
    film.write_bytes(b"\0" * 20_000_001)
    send_file(page, film)

    expect(page.locator("[data-upload] .field__error")).to_contain_text("20 MB")
    assert [url for url in sent if "attachments" in url] == []


def test_a_dropped_connection_keeps_the_file_chosen(visit: Visits, reference: str) -> None:
    visit.expect_console("ERR_FAILED")
    page = visit("researcher@example.org")
    follow_idea(page, reference)
    page.route("**/attachments/add/", lambda route: route.abort())
    send(page, "Ancora.pdf", PDF)
    expect(page.locator("[data-upload] .field__error")).to_be_visible()

    page.unroute("**/attachments/add/")
    page.locator("[data-upload] button[type=submit]").click()

    expect(page.locator(".file", has_text="Ancora.pdf")).to_have_count(1)
