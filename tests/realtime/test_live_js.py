"""live.js in a real browser, against a real server."""

import asyncio
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from tests.realtime.test_socket import append
from tests.services import Flapping, Site, chromium, get_json

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def tab() -> AsyncIterator[Page]:
    """A tab in which nothing may go wrong unseen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = await browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
        yield page
        await browser.close()
        assert errors == []


async def open_page(tab: Page, port: int, topic: str) -> None:
    await tab.goto(f"http://127.0.0.1:{port}/page?topic={topic}")
    await becomes(tab, "window.states?.at(-1) === 'online'")


async def becomes(tab: Page, condition: str, *, seconds: float = 10) -> None:
    """Wait until a condition holds; from outside, since the page's policy forbids evaluating strings."""
    async with asyncio.timeout(seconds):
        while not await tab.evaluate(condition):  # noqa: ASYNC110 - the event happens in another program
            await asyncio.sleep(0.05)


async def shows(tab: Page, last: int, *, seconds: float = 20) -> None:
    """Wait until the list shows every number from 1 to `last`, each once, in order."""
    await becomes(tab, f"document.querySelectorAll('#list li').length >= {last}", seconds=seconds)
    items = await tab.locator("#list li").all_inner_texts()
    assert [int(item) for item in items] == list(range(1, last + 1))


async def test_page_goes_on_from_where_the_server_rendered_it(tab: Page, port: int, topic: str) -> None:
    await append(port, topic, n=3)
    await open_page(tab, port, topic)

    await append(port, topic, n=4)

    await shows(tab, 7)


async def test_reader_in_a_browser_acknowledges(tab: Page, port: int, topic: str) -> None:
    await open_page(tab, port, topic)

    for _ in range(10):
        await append(port, topic, n=10, size=5_000)

    await shows(tab, 100)
    await asyncio.sleep(5)
    assert await tab.evaluate("window.states") == ["online"]


async def test_killed_server_costs_nothing_and_touches_no_text(tab: Page, site: Site, topic: str) -> None:
    port = next(iter(site.processes))
    await open_page(tab, port, topic)
    await tab.fill("#draft", "half a comment")
    await append(port, topic, n=2)
    await shows(tab, 2)

    for count in (4, 6):
        site.stop(port, signal.SIGKILL)
        await asyncio.to_thread(site.start, port)
        await append(port, topic, n=2)
        await shows(tab, count)

    assert await tab.input_value("#draft") == "half a comment"
    assert "resuming" in await tab.evaluate("window.states")


async def test_twenty_network_flaps_show_every_change_once(tab: Page, port: int, topic: str) -> None:
    async with Flapping(port) as cable:
        await open_page(tab, cable.port, topic)
        await tab.focus("#draft")
        for n in range(20):
            cable.cut()
            await append(port, topic)
            await tab.keyboard.type(f"{n % 10}")
            cable.mend()
            await append(port, topic)
            await asyncio.sleep(0.3)

        await shows(tab, 40)
        assert await tab.input_value("#draft") == "0123456789" * 2
        assert await tab.evaluate("document.activeElement.id") == "draft"


async def test_page_restored_from_history_catches_up(tab: Page, port: int, topic: str) -> None:
    await open_page(tab, port, topic)
    await tab.fill("#draft", "kept")
    await tab.goto(f"http://127.0.0.1:{port}/position?topic={topic}")
    await append(port, topic, n=3)

    await tab.go_back()

    await shows(tab, 3)


async def test_reset_reloads_the_page_unless_somebody_does_better(tab: Page, site: Site, topic: str) -> None:
    port = next(iter(site.processes))
    await append(port, topic, n=2)
    await open_page(tab, port, topic)
    await tab.evaluate("document.addEventListener('live:reset', (event) => sessionStorage.setItem('asked', 'yes'))")

    async with tab.expect_navigation():
        await asyncio.to_thread(site.manage, "new_epoch")

    await append(port, topic)
    await shows(tab, 3)
    assert await tab.evaluate("sessionStorage.getItem('asked')") == "yes"


async def test_sign_out_elsewhere_is_told_once_and_ends_the_line(tab: Page, site: Site) -> None:
    port = next(iter(site.processes))
    cookie = get_json(port, "/sign_in?name=ada")["cookie"]
    name, value = cookie.split("=")
    await tab.context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    await open_page(tab, port, "members.all")

    await asyncio.to_thread(get_json, port, "/sign_out", cookie=cookie)

    await becomes(tab, "window.states.at(-1) === 'signed_out'", seconds=3)


async def test_forbidden_topic_is_told_like_a_revoked_one(tab: Page, port: int, topic: str) -> None:
    await open_page(tab, port, topic)

    await tab.evaluate("void followMore('members.secret')")

    await becomes(tab, "window.revoked.length > 0")
    assert await tab.evaluate("window.revoked") == ["members.secret"]


async def test_two_tabs_see_each_other_and_who_is_writing(tab: Page, site: Site) -> None:
    port = next(iter(site.processes))
    pages = [tab, await (await tab.context.browser.new_context()).new_page()]  # type: ignore[union-attr]
    for name, page in zip(("ada", "bo"), pages, strict=True):
        cookie = get_json(port, f"/sign_in?name={name}")["cookie"].split("=")
        await page.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": f"http://127.0.0.1:{port}"}])
        await open_page(page, port, "members.all")
        await page.evaluate(
            """async () => {
                const { attend } = await import("/static/realtime/live.js");
                window.here = attend("members.all", (news) => (window.news = news));
            }"""
        )

    await becomes(tab, "window.news?.count === 2")
    await pages[1].evaluate("here.typing(true)")
    await becomes(tab, "window.news.members.some((member) => member.typing)")
    await pages[1].close()
    await becomes(tab, "window.news.count === 1 && window.news.members.length === 1")


async def test_second_follower_of_a_topic_gets_its_own_past(tab: Page, port: int, topic: str) -> None:
    await append(port, topic, n=3)
    await open_page(tab, port, topic)

    got: Any = await tab.evaluate(
        """async (topic) => {
            const { follow } = await import("/static/realtime/live.js");
            const { epoch } = document.getElementById("script").dataset;
            const seen = [];
            const unfollow = follow(topic, { after: 1, epoch }, (change) => seen.push(change.seq));
            await new Promise((done) => setTimeout(done, 500));
            unfollow();
            return seen;
        }""",
        topic,
    )

    assert got == [2, 3]
    await append(port, topic)
    await shows(tab, 4)
