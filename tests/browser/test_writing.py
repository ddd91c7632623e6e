"""An idea is written on a phone, in Italian, while the server dies and the session ends: no word is lost."""

import re
import signal

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import IDEA_URL, choose, write_idea

PHONE = {"width": 390, "height": 844}
TITLE = "Giunti che si smontano in un minuto"
TEXTS = {
    "teaser": "Giunti incollati che si aprono con il calore: cerchiamo chi li prova su una linea.",
    "problem": "Riparare un pezzo incollato costa più che farlo nuovo.",
    "approach": "Un adesivo che cede a 120 °C, e un anello che lo scalda.",
}


def type_and_wait(page: Page, name: str, text: str) -> None:
    """Write into a field, and wait until the server keeps it."""
    with page.expect_response(lambda answer: answer.url.endswith("/drafts/save/") and answer.ok):
        page.locator(f"#id_{name}").fill(text)


def holds(page: Page, **texts: str) -> None:
    for name, text in texts.items():
        expect(page.locator(f"#id_{name}")).to_have_value(text)


def test_two_interruptions_lose_nothing(visit: Visits, server: Server) -> None:
    visit.expect_console(r"WebSocket|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to fetch")
    page = visit("researcher@example.org", viewport=PHONE)
    page.goto("/ideas/new/")
    type_and_wait(page, "title", TITLE)
    type_and_wait(page, "teaser", TEXTS["teaser"])

    # The server dies; what is typed meanwhile reaches it once it is back, without a press.
    server.stop(signal.SIGKILL)
    page.locator("#id_problem").fill(TEXTS["problem"])
    page.wait_for_timeout(3_000)
    with page.expect_response(lambda answer: answer.url.endswith("/drafts/save/") and answer.ok, timeout=60_000):
        server.start()
    page.close()
    page = visit("researcher@example.org", viewport=PHONE)
    page.goto("/ideas/new/")
    holds(page, title=TITLE, teaser=TEXTS["teaser"], problem=TEXTS["problem"])

    # The session ends; the form that was sent is there again after signing in.
    page.locator("#id_approach").fill(TEXTS["approach"])
    choose(page.locator("select[name=value_chain]"), "igital")
    page.context.clear_cookies(name="sessionid")
    page.locator("button[name=act][value=open]").click()
    page.locator("button[name=email][value='researcher@example.org']").click()
    page.wait_for_url("**/ideas/new/")
    holds(page, title=TITLE, **TEXTS)

    page.locator("button[name=act][value=open]").click()
    page.wait_for_url(IDEA_URL)
    expect(page.locator("h1")).to_have_text(TITLE)
    page.goto("/ideas/new/")
    holds(page, title="", problem="")


def test_what_only_the_browser_has_is_put_back(visit: Visits) -> None:
    visit.expect_console(r"ERR_INTERNET_DISCONNECTED|WebSocket|Failed to fetch")
    page = visit("company@example.org", viewport=PHONE)
    page.goto("/ideas/new/")
    page.context.set_offline(True)
    page.locator("#id_problem").fill("Scritto in treno")
    page.wait_for_timeout(2_500)
    page.context.set_offline(False)

    page.reload()

    holds(page, problem="Scritto in treno")


def test_a_form_goes_on_in_the_session_that_another_tab_began(visit: Visits) -> None:
    visit.expect_console("403")
    page = visit("company@example.org", viewport=PHONE)
    page.clock.install()
    page.goto("/ideas/new/?draft=none")
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto("/account/login/")
    other.locator("button[name=email][value='company@example.org']").click()
    other.wait_for_url(lambda url: "login" not in url)

    with page.expect_response(lambda answer: answer.url.endswith("/drafts/save/") and answer.status == 403):
        page.locator("#id_problem").fill("Scritto tra due sessioni")
        page.clock.run_for(2_000)
    with page.expect_response(lambda answer: answer.url.endswith("/drafts/save/") and answer.ok):
        # The mark of the new session is fetched before the next try.
        page.wait_for_timeout(1_000)
        page.clock.run_for(11_000)

    page.goto("/ideas/new/")
    holds(page, problem="Scritto tra due sessioni")
    page.locator("form[action='/drafts/discard/'] button").first.click()


def test_two_authors_who_save_at_once_lose_nothing(visit: Visits) -> None:
    visit.expect_console(r"409 \(Conflict\)")
    author, other = visit("researcher@example.org"), visit("company@example.org")
    reference = write_idea(author, title="Due mani sulla stessa penna")
    author.goto(f"/ideas/{reference}/edit/")
    author.locator("#id_authors").fill(other_name(other))
    author.locator(".form__acts [value=save]").click()
    author.wait_for_url(f"**/ideas/{reference}/")
    for page in (author, other):
        page.goto(f"/ideas/{reference}/edit/")

    author.locator("#id_problem").fill("Il problema, detto dalla prima.")
    author.locator(".form__acts [value=save]").click()
    author.wait_for_url(f"**/ideas/{reference}/")
    other.locator("#id_problem").fill("Il problema, detto dal secondo.")
    other.locator(".form__acts [value=save]").click()

    expect(other.locator(".version__text")).to_have_text(
        ["Il problema, detto dalla prima.", "Il problema, detto dal secondo."]
    )
    holds(other, problem="Il problema, detto dal secondo.")
    other.locator(".form__acts [value=save]").click()
    other.wait_for_url(f"**/ideas/{reference}/")
    other.goto(f"/ideas/{reference}/versions/")
    expect(other.locator("del")).to_contain_text(["dalla prima"])
    expect(other.locator("ins")).to_contain_text(["dal secondo"])


def other_name(page: Page) -> str:
    """The name of the member who is signed in there, as the menu says it."""
    page.goto("/")
    return page.locator(".menu__head").evaluate("(head) => head.firstChild.textContent.trim()")


def test_an_author_looks_through_others_eyes(visit: Visits) -> None:
    page = visit("researcher@example.org", viewport=PHONE)
    reference = write_idea(page, title="Guardata con gli occhi degli altri")
    for kind in ("member", "chain", "partner", "visitor"):
        page.goto(f"/ideas/{reference}/preview/?as={kind}")
        expect(page.locator("[data-preview] [aria-current=page]")).to_have_count(1)
        # It can be read by whatever means, and nothing on it acts.
        expect(page.locator("main")).not_to_have_attribute("inert", "")
    page.goto(f"/ideas/{reference}/preview/?as=member")
    page.locator("main a[href^='/organisations/']").first.click()
    expect(page.locator("main textarea").first).to_be_disabled()
    assert page.url.endswith("/preview/?as=member")
    page.goto(f"/ideas/{reference}/preview/?as=visitor")
    expect(page.locator("main h1")).not_to_have_text("Guardata con gli occhi degli altri")


def test_a_call_brings_its_outline_and_no_typed_word_gives_way(visit: Visits) -> None:
    page = visit("company@example.org", viewport=PHONE)
    page.goto("/ideas/new/?draft=none")
    type_and_wait(page, "approach", TEXTS["approach"])

    choose(page.locator("select[name=call]"), "RICERCA-STRATEGICA")
    expect(page.locator("#outline")).to_be_visible()
    page.locator("#id_title").fill(TITLE)
    page.locator("#outline button[value=outline]").click()
    page.wait_for_url("**outlined=1*")

    # The copy in this browser is older than what the server wrote, and doesn't come back over it.
    expect(page.locator("#id_problem")).to_have_value(re.compile("^# "))
    holds(page, title=TITLE, approach=TEXTS["approach"])
    expect(page.locator("[data-draft-put-back]")).to_have_count(0)
    expect(page.locator("[data-missing=problem]")).to_be_visible()

    page.locator("#outline button[value=outline_away]").click()
    expect(page.locator("#outline button[value=outline_away]")).to_have_count(0)
    holds(page, problem="", title=TITLE, approach=TEXTS["approach"])
