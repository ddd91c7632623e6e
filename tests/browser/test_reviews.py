"""A review written by keyboard, kept as it is typed, while a lead looks on."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import is_live


@pytest.fixture
def listed(server: Server) -> tuple[int, int]:
    """A list with a round, and an entry of it that the company can be asked about: (list, entry)."""
    lead = server.token("lead@example.org")
    _, begun = server.api("shortlists/", token=lead, method="POST", value_chain="MOVES", title="To review")
    path = f"shortlists/{begun['id']}"
    server.api(f"{path}/round/", token=lead, method="PUT")
    for idea in server.api("ideas/?value_chain=MOVES", token=lead)[1]["results"]:
        status, shown = server.api(f"{path}/entries/", token=lead, method="POST", idea=idea["id"])
        if status == 201:
            entry = shown["entries"][-1]["id"]
            if _ask(server, begun["id"], entry):
                return begun["id"], entry
            server.api(f"{path}/entries/{entry}/", token=lead, method="DELETE")
    raise AssertionError("the demo has no idea of which the company may be asked")


def _ask(server: Server, pk: int, entry: int) -> bool:
    """Ask by rule, so many that the company is among them unless it has an interest."""
    lead, company = server.token("lead@example.org"), server.token("company@example.org")
    server.api(f"shortlists/{pk}/reviews/", token=lead, method="POST", wanted=10)
    return any(row["entry"] == entry for row in server.api("reviews/", token=company)[1]["results"])


def state_at(page: Page, state: str) -> None:
    expect(page.locator(f"[data-reviewer][data-state={state}]", has_text=re.compile("Forlani"))).to_have_count(1)


def test_a_review_is_written_by_keyboard_kept_and_seen_live(visit: Visits, server: Server, listed: tuple[int, int]):
    pk, entry = listed
    lead, company = visit("lead@example.org"), visit("company@example.org")
    lead.goto(f"/shortlists/{pk}/reviews/")
    is_live(lead)
    rows = server.api("reviews/", token=server.token("company@example.org"))[1]["results"]
    company.goto(f"/reviews/{next(row['id'] for row in rows if row['entry'] == entry)}/")

    for code in ("excellence", "impact", "implementation"):
        company.locator(f"#id_mark-{code}_7").focus()
        company.keyboard.press("Space")
        company.keyboard.press("ArrowRight")
    expect(company.locator("[data-autosave-status]")).not_to_be_empty()
    state_at(lead, "draft")
    company.locator("input[name=confidence]").first.check()
    company.locator("button[name=act][value=done]").click()

    state_at(lead, "done")
    # The lead is asked, too: that it is done is all that they read now.
    expect(lead.locator(f"#entry-{entry} [data-overall]")).to_have_count(0)
    rows = server.api("reviews/", token=server.token("company@example.org"))[1]["results"]
    marks = next(row["marks"] for row in rows if row["entry"] == entry)
    assert marks == dict.fromkeys(("excellence", "impact", "implementation"), "4.0")
