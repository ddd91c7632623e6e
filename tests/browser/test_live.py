"""Two browsers on one idea: what one does the other sees, and what one is doing nothing disturbs."""

from playwright.sync_api import Page, expect

from tests.browser.steps import comment, post_comment


def test_an_edit_arrives(two: tuple[Page, Page]) -> None:
    author, company = two
    post_comment(company, "Prima stesura")
    expect(comment(author, "Prima stesura")).to_have_count(1)

    comment(company, "Prima stesura").locator("[data-act=edit]").click()
    form = company.locator("[data-edit-form]")
    form.locator("textarea").fill("Seconda stesura")
    form.locator("button[type=submit]").click()

    for page in two:
        expect(comment(page, "Seconda stesura")).to_have_count(1)
        expect(comment(page, "Prima stesura")).to_have_count(0)


def test_a_deletion_arrives(two: tuple[Page, Page]) -> None:
    author, company = two
    post_comment(company, "Da togliere")
    expect(comment(author, "Da togliere")).to_have_count(1)

    comment(company, "Da togliere").locator("[data-act=delete]").click()
    company.locator("[data-delete-dialog] button[type=submit]").click()

    for page in two:
        expect(comment(page, "Da togliere")).to_have_count(0)


def test_what_is_being_typed_stays(two: tuple[Page, Page]) -> None:
    author, company = two
    field = author.locator("form[data-composer] textarea")
    field.fill("Sto scriv")
    field.press("End")

    post_comment(company, "Arriva mentre scrivi")
    expect(comment(author, "Arriva mentre scrivi")).to_have_count(1)
    author.keyboard.type("endo ancora")

    expect(field).to_be_focused()
    expect(field).to_have_value("Sto scrivendo ancora")
    field.fill("")


def test_what_is_being_read_does_not_move(two: tuple[Page, Page]) -> None:
    author, company = two
    for number in range(12):
        post_comment(company, f"Riempie la pagina {number}\n\ncon\n\npiù\n\nrighe")
        expect(comment(author, f"Riempie la pagina {number}")).to_have_count(1)
    reading = comment(author, "Riempie la pagina 2")
    reading.scroll_into_view_if_needed()
    before = reading.bounding_box()

    post_comment(company, "In fondo, senza spostare niente")

    expect(comment(author, "In fondo, senza spostare niente")).to_have_count(1)
    expect(author.locator("[data-news]")).to_be_visible()
    assert reading.bounding_box() == before


def test_a_double_click_posts_once(two: tuple[Page, Page]) -> None:
    author, company = two
    company.locator("form[data-composer] textarea").fill("Premuto due volte")

    company.locator("form[data-composer] button[type=submit]").dblclick()

    expect(comment(author, "Premuto due volte")).to_have_count(1)
    company.reload()
    expect(comment(company, "Premuto due volte")).to_have_count(1)


def test_a_comment_goes_out_though_the_browser_can_keep_nothing(two: tuple[Page, Page]) -> None:
    author, company = two
    full = "() => { throw new DOMException('full', 'QuotaExceededError'); }"
    company.evaluate(f"() => {{ Storage.prototype.setItem = {full}; }}")

    post_comment(company, "Scritto con la memoria piena")

    expect(comment(author, "Scritto con la memoria piena")).to_have_count(1)
    expect(company.locator(".is-sending")).to_have_count(0)
    company.reload()


def test_hostile_text_is_only_text(two: tuple[Page, Page]) -> None:
    author, company = two

    post_comment(
        company, '<img src=x onerror="document.title=1"> <script>document.title=2</script> [qui](javascript:3)'
    )

    arrived = author.locator("[data-comment]").last
    expect(arrived).to_contain_text("onerror")
    assert arrived.locator("img, script, a[href^=javascript]").count() == 0
    assert author.title() not in ("1", "2")
