"""A real server, a real Chromium, and pages that fail their test for what a reader wouldn't see."""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.browser.law import VIEWERS, Pages, Team
from tests.browser.server import Server
from tests.browser.steps import follow_idea, write_idea
from tests.services import chromium

expect.set_options(timeout=10_000)
SAY_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
"""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    # Chromium's own sandbox refuses to run as root, as in CI.
    return {"executable_path": chromium(), "args": ["--no-sandbox", "--disable-dev-shm-usage", *quiet]}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo, on an empty data directory, for all tests of the run."""
    server = Server(tmp_path_factory.mktemp("demo"))
    server.start()
    yield server
    server.stop()
    complaints = [line for line in server.log().splitlines() if re.search("Traceback|Warning|ERROR|CRITICAL", line)]
    assert complaints == [], server.log()


class Visits:
    """Opens browsers as members or visitors, and collects what goes wrong in any of their pages."""

    # Signed in once for each member; the cookies then serve every test of the run.
    _sessions: ClassVar[dict[str, Any]] = {}

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser, self._server = browser, server
        self._contexts: list[BrowserContext] = []
        # A reader who goes on before the socket stands leaves nothing worth a word.
        self._expected = ["WebSocket is closed before the connection is established"]
        self.problems: list[str] = []

    def __call__(self, email: str = "", **options: Any) -> Page:
        """Open a browser of its own; with an address, signed in by the demo's one click."""
        options = {
            "locale": "it-IT",
            "timezone_id": "Europe/Rome",
            "viewport": {"width": 1280, "height": 900},
            "storage_state": self._sessions.get(email),
        } | options
        context = self._browser.new_context(base_url=self._server.url, **options)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        context.add_init_script(SAY_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("request", self._on_request)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        page = context.new_page()
        if email and email not in self._sessions:
            page.goto("/account/login/")
            page.locator(f"button[name=email][value='{email}']").click()
            page.wait_for_url(f"{self._server.url}/")
            self._sessions[email] = context.storage_state()
        return page

    def expect_console(self, pattern: str) -> None:
        """Let the test go on although the console says something that fits."""
        self._expected.append(pattern)

    def close(self) -> None:
        """Close every browser."""
        for context in self._contexts:
            context.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location.get('url', '')})"
        if message.type in ("error", "warning") and not any(re.search(one, text) for one in self._expected):
            self.problems.append(f"console {message.type}: {text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self._server.url, "data:", "blob:")):
            self.problems.append(f"outside request: {request.url}")


@pytest.fixture(scope="module")
def reference(browser: Browser, server: Server, request: pytest.FixtureRequest) -> str:
    """An idea of the researcher's for the tests of one file."""
    visits = Visits(browser, server)
    title = f"Un banco prova: {request.module.__name__}"
    found = write_idea(visits("researcher@example.org"), title=title)
    visits.close()
    return found


@pytest.fixture(scope="module")
def team(server: Server) -> Team:
    return Team(server)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visits]:
    """Open browsers: `visit("researcher@example.org")`; the test fails for whatever went wrong behind its back."""
    visits = Visits(browser, server)
    yield visits
    visits.close()
    assert visits.problems == []


@pytest.fixture
def two(visit: Visits, reference: str) -> tuple[Page, Page]:
    """The author and the company's member, both on the idea's page, live."""
    author, company = visit("researcher@example.org"), visit("company@example.org")
    for page in (author, company):
        follow_idea(page, reference)
    return author, company


@pytest.fixture
def old(visit: Visits, team: Team) -> Callable[[], Pages]:
    """Open the idea's page for everybody, as it is now."""

    def open_all() -> Pages:
        pages = {name: visit(f"{name}@example.org") for name in VIEWERS}
        for page in pages.values():
            follow_idea(page, team.reference)
        return pages

    return open_all
