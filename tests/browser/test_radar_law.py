"""What staff write of a call's rules is on open pages of ideas and on open boards without a reload."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.law import Pages, Team, bring_call, is_like_fresh
from tests.browser.server import Server
from tests.browser.steps import follow_idea, is_live, press_step, write_idea


def test_changed_rules_are_on_panels_cards_and_counts_at_once(
    team: Team, old: Callable[[], Pages], visit: Visits, server: Server
) -> None:
    identifier = f"REGOLE-{uuid4().hex[:6]}"
    bring_call(server, identifier, closes="2027-03-01 17:00")
    reference = team.idea(call=identifier)
    pages, board, staff = old(), visit("company@example.org"), visit("staff@example.org")
    board.goto("/")
    is_live(board)
    card = board.locator(f"#results [data-reference='{reference}']")
    figure = board.locator("#facet-groups [data-count='lacks-min_accredited']")
    before = int(figure.inner_text())

    write_rules(staff, identifier, min_accredited="40")

    expect(card.locator("[data-lacking=min_accredited]")).to_contain_text("40")
    expect(figure).to_have_text(str(before + 1))
    is_like_fresh(pages, reference)

    write_rules(staff, identifier, min_accredited="", max_organisations="5")

    expect(card.locator("[data-lacking=nothing]")).to_be_visible()
    expect(figure).to_have_text(str(before))
    is_like_fresh(pages, reference)


def test_a_line_up_goes_from_missing_to_able_before_three_pairs_of_eyes(visit: Visits, server: Server) -> None:
    identifier = f"REGOLE-{uuid4().hex[:6]}"
    bring_call(server, identifier, closes="2027-03-01 17:00")
    write_rules(visit("staff@example.org"), identifier, min_companies="1", min_organisations="2")
    author, company, administrator = (visit(f"{who}@example.org") for who in ("researcher", "company", "administrator"))
    reference = write_idea(author, title="Un radar per tre paia di occhi", call=identifier)
    _add_place(author, reference)
    for page in (author, company, administrator):
        follow_idea(page, reference)
        says(page, "missing", min_companies="missing")

    company.goto(f"/ideas/{reference}/join/")
    company.locator("[name=contribution]").fill("Un banco prova per riduttori.")
    company.locator("main form button[type=submit].button--primary").click()
    company.wait_for_url(lambda url: "/join/" not in url)
    is_live(company)
    press_step(administrator, "authorise")
    press_step(author, "accept")
    for page in (author, company, administrator):
        says(page, "if_confirmed", min_companies="if_confirmed")
    press_step(administrator, "confirm")

    for page in (author, company, administrator):
        says(page, "met", min_companies="met")
        expect(page.locator("[data-slots] [data-slot]")).to_have_count(1)


def _add_place(author: Page, reference: str) -> None:
    author.goto(f"/ideas/{reference}/slots/new/")
    author.locator("[name=expertise]").fill("Un banco prova")
    author.locator("main form button[type=submit].button--primary").click()
    author.wait_for_url(lambda url: "/slots/" not in url)


def says(page: Page, verdict: str, **checks: str) -> None:
    """Wait until the panel's radar says it."""
    expect(page.locator(f"#consortium [data-radar-verdict][data-verdict={verdict}]")).to_be_visible()
    for rule, one in checks.items():
        expect(page.locator(f"#consortium [data-check={rule}][data-verdict={one}]")).to_be_visible()


def write_rules(staff: Page, identifier: str, **numbers: str) -> None:
    staff.goto(f"/calls/{identifier.lower()}/rules/")
    for rule, number in numbers.items():
        staff.locator(f"[name={rule}]").fill(number)
    staff.locator("#rules-form button.button--primary").click()
    staff.wait_for_url(lambda url: "/rules/" not in url)


def test_rules_are_tried_on_a_line_up_without_scripts(visit: Visits) -> None:
    page = visit("staff@example.org", java_script_enabled=False)
    page.goto("/rule-sets/eic-accelerator/")
    page.locator("[name=party-0-kind]").select_option("sme")
    page.locator("[name=party-1-kind]").select_option("research")

    page.locator("button.button[value=try]").click()

    judged = page.locator("[data-judged]")
    expect(judged.locator("p[data-verdict=missing]")).to_be_visible()
    expect(judged.locator("[data-check=max_organisations][data-verdict=missing]")).to_have_count(1)
    expect(judged.locator("[data-check=min_smes][data-verdict=met]")).to_have_count(1)
