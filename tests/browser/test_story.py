"""The main job from end to end: an idea, its company, their talk, the consortium, the shortlist, the deadline."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import choose, comment, follow_idea, is_live, open_call, post_comment, press_step, write_idea

TITLE = "Accumulatori che non temono il gelo di Sestola"


def test_from_an_idea_to_a_shortlist(visit: Visits, server: Server) -> None:
    researcher, company = visit("researcher@example.org"), visit("company@example.org")
    administrator, lead = visit("administrator@example.org"), visit("lead@example.org")
    call = open_call(server)

    reference = write_idea(researcher, title=TITLE, call=call["identifier"])
    is_live(researcher)
    _find_by_chain_and_technology(company, server, reference)
    is_live(company)
    _talk_live(researcher, company)
    _join_live(researcher, company, administrator, reference)
    _shortlist(lead, reference)
    researcher.goto("/notifications/")

    expect(researcher.locator("main")).to_contain_text(TITLE)


def _find_by_chain_and_technology(page: Page, server: Server, reference: str) -> None:
    _, idea = server.api(f"ideas/{reference}/", token=server.token("company@example.org"))
    page.goto("/")
    page.locator(f"#facet-groups a[href*='value_chain={idea['value_chain']}']").first.click()
    page.wait_for_url(re.compile("value_chain="))
    page.locator(f"#facet-groups a[href*='ket={idea['kets'][0]}']").first.click()
    page.wait_for_url(re.compile("ket="))
    page.locator("#results a", has_text=TITLE).first.click()
    page.wait_for_url(re.compile(reference))


def _talk_live(researcher: Page, company: Page) -> None:
    post_comment(company, "Abbiamo una camera climatica a −30 °C.")
    expect(comment(researcher, "camera climatica")).to_have_count(1, timeout=3_000)
    post_comment(researcher, "Perfetto: quando possiamo vederla?")
    expect(comment(company, "quando possiamo vederla")).to_have_count(1, timeout=3_000)


def _join_live(researcher: Page, company: Page, administrator: Page, reference: str) -> None:
    company.locator(f"#consortium a[href$='/ideas/{reference}/join/']").first.click()
    company.locator("[name=contribution]").fill("La camera climatica e due settimane di prove.")
    company.locator("main form button[type=submit].button--primary").click()
    company.wait_for_url(re.compile(rf"/ideas/{reference}/"))
    is_live(company)
    expect(company.locator("[data-request][data-state=unauthorised]")).to_have_count(1)

    follow_idea(administrator, reference)
    press_step(administrator, "authorise")
    expect(researcher.locator("[data-request][data-state=pending]")).to_have_count(1, timeout=3_000)
    press_step(researcher, "accept")

    for page in (researcher, company):
        expect(page.locator("[data-partners] > *")).to_have_count(1, timeout=5_000)
        expect(page.locator("[data-partner-count]")).to_have_text("1")


def _shortlist(lead: Page, reference: str) -> None:
    lead.goto("/shortlists/new/")
    lead.locator("[name=title]").fill("Per il consiglio di primavera")
    choose(lead.locator("select[name=value_chain]"), "igital")
    lead.locator("main form button[type=submit].button--primary").click()
    lead.wait_for_url(re.compile(r"/shortlists/\d+/"))
    shortlist = lead.url

    lead.goto(f"/ideas/{reference}/shortlist/")
    choose(lead.locator("select[name=shortlist]"), "Per il consiglio di primavera")
    lead.locator("[name=rationale]").fill("L'unica con le prove già pronte.")
    lead.locator("main form button[type=submit].button--primary").click()
    lead.goto(shortlist)
    lead.locator("a[href$='/publish/'].button--primary").click()
    lead.locator("main form .button--primary").click()

    expect(lead.locator(".entry")).to_have_count(1)
    expect(lead.locator("main")).to_contain_text("L'unica con le prove già pronte.")


def test_an_invitation_comes_and_is_accepted_live(visit: Visits, server: Server) -> None:
    researcher, administrator = visit("researcher@example.org"), visit("administrator@example.org")
    title = "Sensori di coppia stampati sul riduttore"
    reference = write_idea(researcher, title=title)
    administrator.goto("/join-requests/")
    is_live(administrator)

    researcher.goto(f"/ideas/{reference}/invite/")
    choose(researcher.locator("select[name=organisation]"), "Valdarda")
    researcher.locator("main form button[type=submit].button--primary").click()
    researcher.wait_for_url(re.compile(rf"/ideas/{reference}/(#.*)?$"))
    is_live(researcher)
    administrator.locator("[data-request][data-state=invited] a", has_text=title).click()
    is_live(administrator)
    press_step(administrator, "accept")

    for page in (researcher, administrator):
        expect(page.locator("[data-partners] > *")).to_have_count(1, timeout=5_000)


def test_a_deadline_is_right_on_both_clocks(visit: Visits, server: Server) -> None:
    call = open_call(server)
    deadline = call["deadlines"][-1]
    at = datetime.fromisoformat(deadline["at"])
    page = visit("administrator@example.org")
    page.goto("/profile/")
    before = page.locator("[name=time_zone]").input_value()
    _live_in(page, "Europe/Athens")

    page.goto(f"/calls/{call['slug']}/")

    times = page.locator(".zones, .deadline").first
    expect(times).to_contain_text(f"{at.astimezone(ZoneInfo(deadline['zone'])):%H:%M}")
    expect(times).to_contain_text(f"{at.astimezone(ZoneInfo('Europe/Athens')):%H:%M}")
    _live_in(page, before)


def _live_in(page: Page, zone: str) -> None:
    page.goto("/profile/")
    field = page.locator("[name=time_zone]")
    if field.evaluate("(field) => field.tagName") == "SELECT":
        field.select_option(zone)
    else:
        field.fill(zone)
    page.locator("main form button[type=submit].button--primary").click()
    page.wait_for_load_state()
