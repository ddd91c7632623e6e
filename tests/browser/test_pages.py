"""Every page: axe finds nothing serious, in either language and scheme; nothing is wider than a phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server

BLOCKING = {"serious", "critical"}
# Without its own fetching of style sheets, which a content security policy refuses.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# {where: (language, scheme, what the browser is)}
LOOKS: dict[str, tuple[str, Any, dict[str, Any]]] = {"phone": ("it", "dark", PHONE), "desk": ("en", "light", {})}
AUTHOR_PAGES = {
    "board": "/",
    "filtered board": "/?q=batteria&sort=closing",
    "empty board": "/?q=nothingisnamedlikethis",
    "idea": "{idea}",
    "new idea": "/ideas/new/",
    "edit idea": "{idea}edit/",
    "preview": "{idea}preview/",
    "versions": "{idea}versions/",
    "consortium": "{idea}consortium/",
    "planned idea": "{planned}",
    "plan": "{planned}plan/",
    "step of a plan": "{planned}plan/new/",
    "calls": "/calls/",
    "month of calls": "/calls/month/?m=2027-04&day=2027-04-14",
    "timeline of calls": "/calls/timeline/",
    "calls side by side": "/calls/compare/?call=demo-er-ricerca-strategica&call=demo-it-click-day-efficienza",
    "nothing to compare": "/calls/compare/",
    "calendars": "/calendar/",
    "call": "{call}",
    "organisations": "/organisations/",
    "organisation": "{organisation}",
    "people of an organisation": "/organisations/demo-laboratorio-aurora/people/",
    "I work here": "/organisations/demo-cellaviva/work-here/",
    "new unit": "/organisations/demo-laboratorio-aurora/units/add/",
    "network": "/network/",
    "join requests": "/join-requests/",
    "notifications": "/notifications/",
    "profile": "/profile/",
    "search": "/search/?q=batteria",
    "saved searches": "{searches}",
    "insights": "/insights/",
    "ideas brought along": "/bring-ideas/",
    "style": "/style/",
    "API": "/api/docs/",
}
LEAD_PAGES = {
    "shortlists": "/shortlists/",
    "new shortlist": "/shortlists/new/",
    "shortlist": "{shortlist}",
}
STAFF_PAGES = {
    "new call": "/calls/new/",
    "edited call": "{call}edit/",
    "tags of calls": "/calls/tags/",
    "steps of plans": "/plan-steps/",
    "kinds of call": "/rule-sets/",
    "rules of a kind": "/rule-sets/er-strategic-research/",
    "rules of a call": "{call}rules/",
}
VISITOR_PAGES = {
    "sign-in": "/account/login/",
    "forgotten password": "/account/password/reset/",
    "public board": "/",
    "public calls": "/calls/",
    "public calendars": "/calendar/",
    "public call": "{call}",
    "public organisations": "/organisations/",
}
PAGES = {
    **{name: ("researcher@example.org", path) for name, path in AUTHOR_PAGES.items()},
    **{name: ("lead@example.org", path) for name, path in LEAD_PAGES.items()},
    **{name: ("staff@example.org", path) for name, path in STAFF_PAGES.items()},
    **{name: ("", path) for name, path in VISITOR_PAGES.items()},
}


@pytest.fixture(scope="module")
def addresses(browser: Any, server: Server) -> dict[str, str]:
    """One address of each kind: an own idea, one with a plan, a call, an organisation, a shortlist."""
    visits = Visits(browser, server)
    author, lead = visits("researcher@example.org"), visits("lead@example.org")
    found = {
        "idea": _first_link(author, "/?mine=1", r"^/ideas/JVL-\d{4}-\d+/$"),
        "planned": _first_link(author, "/?q=DIGIPOMPA", r"^/ideas/JVL-\d{4}-\d+/$"),
        "call": _first_link(author, "/calls/", r"^/calls/(?!month|timeline|compare|new|tags)[\w-]+/$"),
        "organisation": _first_link(author, "/organisations/", r"^/organisations/[\w-]+/$"),
        "shortlist": _first_link(lead, "/shortlists/", r"^/shortlists/\d+/$"),
        "searches": _save_search(author),
    }
    visits.close()
    return found


def _save_search(page: Page) -> str:
    """Save one of which there is much to say; returns the address of the list."""
    page.goto("/searches/new/?value_chain=MOVES&value_chain=MAMMER&ket=AI&q=batterie+che+durano+molto+al+freddo")
    page.locator("main form button").click()
    page.wait_for_url("**/searches/")
    return "/searches/"


def _first_link(page: Page, path: str, pattern: str) -> str:
    page.goto(path)
    links = page.locator("main a[href]").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    return next(link for link in links if re.search(pattern, link))


class Tabs:
    """A tab for each member and look, kept for all pages: a browser of its own for each would take longer than axe."""

    def __init__(self, visits: Visits, server: Server) -> None:
        self.visits, self._server = visits, server
        self._known: dict[tuple[str, str], Page] = {}

    def __call__(self, email: str, look: str) -> Page:
        """The tab of a member, or of a visitor, as it looks there."""
        if (email, look) not in self._known:
            language, scheme, options = LOOKS[look]
            page = self._known[email, look] = self.visits(email, **options)
            page.context.add_cookies([{"name": "django_language", "value": language, "url": self._server.url}])
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        return self._known[email, look]


@pytest.fixture(scope="module")
def tabs(browser: Any, server: Server) -> Iterator[Tabs]:
    tabs = Tabs(Visits(browser, server), server)
    yield tabs
    tabs.visits.close()


@pytest.fixture
def tab(tabs: Tabs) -> Iterator[Tabs]:
    """The tabs; the test fails for whatever goes wrong in them behind its back."""
    yield tabs
    problems, tabs.visits.problems[:] = list(tabs.visits.problems), []
    assert problems == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(
    name: str, look: str, tab: Tabs, addresses: dict[str, str]
) -> None:
    email, path = PAGES[name]
    page = tab(email, look)

    open_page(page, path.format(**addresses))

    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths[0] <= widths[1], _wide_elements(page)
    assert _violations(page) == {}


def open_page(page: Page, path: str) -> None:
    """Go there, and nowhere else."""
    answer = page.goto(path)
    assert answer
    assert answer.status == 200
    assert page.url.endswith(path)


def _violations(page: Page) -> dict[tuple[str, str], list[str]]:
    response = Axe().run(page, options=OPTIONS).response
    return {
        (one["id"], one["impact"]): [f"{node['target']} {node['html'][:160]}" for node in one["nodes"]]
        for one in response["violations"]
        if one["impact"] in BLOCKING
    }


def _wide_elements(page: Page) -> list[str]:
    script = """() => [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120)).slice(0, 12)"""
    wide: list[str] = page.evaluate(script)
    return wide


def test_the_language_switch_changes_the_page(visit: Visits) -> None:
    page = visit()
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "it")

    page.get_by_role("button", name=re.compile("^English$|^EN$", re.IGNORECASE)).first.click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
