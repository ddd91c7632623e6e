"""The plan on the idea's page for each kind of change: an old page and the changes are what a fresh page is."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.law import VIEWERS, Pages, Team, bring_call, is_like_fresh
from tests.browser.server import Server
from tests.browser.steps import follow_idea


def new_identifier() -> str:
    return f"PIANO-{uuid4().hex[:6]}"


def steps(page: Page) -> list[str]:
    return page.locator("#plan .tick").all_inner_texts()


def join(team: Team, visit: Visits) -> str:
    """Make the company's firm a partner; the request's id."""
    company = visit("company@example.org")
    company.goto(f"/ideas/{team.reference}/join/")
    company.locator("[name=contribution]").fill("Una camera climatica.")
    company.locator("main form button[type=submit].button--primary").click()
    company.wait_for_url(lambda url: "/join" not in url)
    asked = company.locator("[data-request]").get_attribute("data-request")
    team.ask("administrator", f"join-requests/{asked}/authorise/", reason="")
    team.ask("researcher", f"join-requests/{asked}/accept/", reason="")
    return str(asked)


def test_a_plan_from_its_making_to_a_partner_who_leaves(
    team: Team, old: Callable[[], Pages], visit: Visits, server: Server
) -> None:
    call = new_identifier()
    bring_call(server, call, closes="2027-06-01 17:00")
    reference = team.idea(call=call)
    pages = old()
    author = visit("researcher@example.org")
    follow_idea(author, reference)

    author.locator("#plan-make").click()
    expect(author.locator("#plan .tick")).to_have_count(6)
    is_like_fresh(pages, reference)
    assert [len(steps(pages[name])) for name in VIEWERS] == [6, 0, 0, 0]

    asked = join(team, visit)
    expect(pages["company"].locator("#plan .tick")).to_have_count(6)
    is_like_fresh(pages, reference)

    plan = team.ask("company", f"ideas/{reference}/plan/", "GET")
    first, second = (row["id"] for row in plan["milestones"][:2])
    team.ask("company", f"ideas/{reference}/plan/{first}/tick/", done=True)
    team.ask("researcher", f"ideas/{reference}/plan/{second}/tick/", done=True)
    is_like_fresh(pages, reference)
    team.ask("researcher", f"ideas/{reference}/plan/{first}/tick/", done=False)
    is_like_fresh(pages, reference)

    author.goto(f"/ideas/{reference}/plan/new/")
    author.locator("#id_name").fill("Parere etico")
    author.locator("#id_days_before").fill("40")
    author.locator("#step-form button[type=submit]").click()
    author.wait_for_url(lambda url: url.endswith("/plan/"))
    is_like_fresh(pages, reference)
    author.goto(f"/milestones/{second}/edit/")
    author.locator("form[action$='/remove/'] button").click()
    author.wait_for_url(lambda url: url.endswith("/plan/"))
    is_like_fresh(pages, reference)

    bring_call(server, call, closes="2027-07-15 12:00")
    is_like_fresh(pages, reference)

    team.ask("company", f"join-requests/{asked}/withdraw/", reason="Non possiamo più")
    expect(pages["company"].locator("#plan")).to_be_hidden()
    is_like_fresh(pages, reference)  # which waits for the others' pages, too
    assert [len(steps(pages[name])) for name in VIEWERS] == [6, 0, 0, 0]


@pytest.fixture
def planned(team: Team, server: Server, visit: Visits) -> Page:
    """The author's page of an idea with a plan."""
    call = new_identifier()
    bring_call(server, call, closes="2027-06-01 17:00")
    reference = team.idea(call=call)
    page = visit("researcher@example.org")
    follow_idea(page, reference)
    page.locator("#plan-make").click()
    expect(page.locator("#plan .tick")).to_have_count(6)
    return page


def test_a_tick_keeps_the_focus_and_every_other_button_stays(planned: Page) -> None:
    ticks = planned.locator("#plan .tick")
    last = ticks.last.element_handle()
    ticks.first.focus()

    planned.keyboard.press("Enter")

    expect(ticks.first).to_have_attribute("aria-pressed", "true")
    expect(ticks.first).to_be_focused()
    expect(planned.locator("#plan .figure").first).to_have_text(re.compile(r"^1 \w+ 6$"))
    assert last.evaluate("(element) => element.isConnected")
    planned.keyboard.press("Enter")
    expect(ticks.first).to_have_attribute("aria-pressed", "false")


def test_nothing_leaves_from_under_the_pointer(planned: Page, team: Team, visit: Visits) -> None:
    planned.locator("#plan .tick").nth(2).hover()
    other = visit("researcher@example.org")
    other.goto(f"/ideas/{team.reference}/plan/new/")
    other.locator("#id_name").fill("Parere etico")
    other.locator("#id_days_before").fill("90")
    other.locator("#step-form button[type=submit]").click()
    other.wait_for_url(lambda url: url.endswith("/plan/"))

    planned.wait_for_timeout(1_500)
    assert len(steps(planned)) == 6
    planned.mouse.move(5, 5)

    expect(planned.locator("#plan .tick")).to_have_count(7)


def test_the_plan_works_without_scripts(planned: Page, team: Team, visit: Visits) -> None:
    page = visit("researcher@example.org", java_script_enabled=False)
    page.goto(f"/ideas/{team.reference}/plan/")

    page.locator("#plan .tick").first.click()

    expect(page.locator("#plan .tick").first).to_have_attribute("aria-pressed", "true")
    expect(planned.locator("#plan .tick").first).to_have_attribute("aria-pressed", "true")


def test_a_lost_answer_is_said_and_nothing_is_ticked(planned: Page, visit: Visits) -> None:
    visit.expect_console("Failed to load resource|ERR_FAILED|net::")
    planned.route("**/plan/tick/", lambda route: route.abort())

    planned.locator("#plan .tick").first.click()

    expect(planned.locator(".toast")).to_be_visible()
    expect(planned.locator("#plan .tick").first).to_have_attribute("aria-pressed", "false")
