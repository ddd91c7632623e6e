"""A network that comes and goes while two people write: nothing acknowledged is missed, doubled or out of order."""

import time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.cable import Cable, cable_to
from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import follow_idea, is_live, write_idea

FLAPS = 20
NETWORK = r"ERR_(CONNECTION_\w+|EMPTY_RESPONSE|INTERNET_DISCONNECTED|NETWORK_CHANGED|SOCKET_NOT_CONNECTED)|WebSocket"


def test_twenty_flaps_while_two_write_by_turns(browser: Any, server: Server) -> None:
    with cable_to(server) as first, cable_to(server) as second:
        visits = [Visits(browser, cable.server) for cable in (first, second)]
        for visit in visits:
            visit.expect_console(NETWORK)
        author, company = visits[0]("researcher@example.org"), visits[1]("company@example.org")
        reference = write_idea(author, title="Un banco prova con un contatto che balla")
        for page in (author, company):
            follow_idea(page, reference)

        began = time.monotonic()
        _write_by_turns([(author, first), (company, second)])
        for page in (author, company):
            _nothing_waits(page)
        _, answer = server.api(f"ideas/{reference}/comments/", token=server.token("company@example.org"))
        written = [one["body"] for one in answer["results"]]

        assert sorted(written) == sorted(f"Turno {turn:02d}, scritto a metà e poi finito" for turn in range(FLAPS))
        for page in (author, company):
            expect(page.locator("[data-comment] .comment__text")).to_have_text(written, timeout=15_000)
            is_live(page)
        assert time.monotonic() - began < 60
        for visit in visits:
            visit.close()
            assert visit.problems == []


def _write_by_turns(people: list[tuple[Page, Cable]]) -> None:
    """In each turn the network goes; one sends, while the other is in the middle of a sentence."""
    _begin(people[0][0], 0)
    for turn in range(FLAPS):
        (writer, cable), (other, far_cable) = people[turn % 2], people[1 - turn % 2]
        _begin(other, turn + 1)
        for each in (cable, far_cable) if turn % 3 else (cable,):
            each.cut()
        if turn % 2:
            other.context.set_offline(True)
        writer.keyboard.press("End")
        writer.keyboard.type(" e poi finito")
        writer.keyboard.press("Control+Enter")
        writer.wait_for_timeout(250)
        cable.mend()
        far_cable.mend()
        other.context.set_offline(False)
        other.wait_for_timeout(400)

        assert _typed(other) == (f"Turno {turn + 1:02d}, scritto a metà", len("Turno"), True)
    people[FLAPS % 2][0].locator("form[data-composer] textarea").fill("")


def _begin(page: Page, turn: int) -> None:
    """Write half a sentence, and put the caret into it."""
    field = page.locator("form[data-composer] textarea")
    field.fill(f"Turno {turn:02d}, scritto a metà")
    field.evaluate("(field) => { field.focus(); field.setSelectionRange(5, 5); }")


def _typed(page: Page) -> tuple[str, int, bool]:
    script = "(field) => [field.value, field.selectionStart, field === document.activeElement]"
    value, caret, focused = page.locator("form[data-composer] textarea").evaluate(script)
    return value, caret, focused


def _nothing_waits(page: Page) -> None:
    """Wait until every comment written here has been acknowledged."""
    expect(page.locator(".is-sending")).to_have_count(0, timeout=25_000)
    waiting = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('jvl.outbox'))")
    assert waiting == []


def test_who_gets_a_comment_through_follows_again_at_once(browser: Any, server: Server) -> None:
    with cable_to(server) as cable:
        near, far = Visits(browser, cable.server), Visits(browser, server)
        near.expect_console(NETWORK)
        company = near("company@example.org")
        reference = write_idea(far("researcher@example.org"), title="Una linea che torna")
        company.clock.install()
        company.add_init_script("Math.random = () => 0.9")  # the longest waits, each time the same
        follow_idea(company, reference)

        cable.cut()
        for _ in range(8):
            company.clock.run_for(30_000)
            company.wait_for_timeout(100)
        cable.mend()
        elsewhere = {"body": "Scritto altrove", "client_id": "altrove-1", "method": "POST"}
        server.api(f"ideas/{reference}/comments/", token=server.token("researcher@example.org"), **elsewhere)
        company.locator("form[data-composer] textarea").fill("Scritto qui")
        company.keyboard.press("Control+Enter")
        expect(company.locator(".is-sending")).to_have_count(0)
        company.clock.run_for(2_000)

        expect(company.locator("[data-comment] .comment__text")).to_have_text(["Scritto altrove", "Scritto qui"])
        for visits in (near, far):
            visits.close()
            assert visits.problems == []
