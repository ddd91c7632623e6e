"""The end of the story of a list: a lead publishes what was decided, three authors read it live, one comes back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import follow_idea, is_live

AUTHORS = {"researcher@example.org": "shortlist", "company@example.org": "revise", "outsider@example.org": "decline"}
WORDS = "Parole solo per chi scrive: "


def _posted(server: Server, email: str) -> str:
    """An open idea of the lead's value chain; its reference."""
    token = server.token(email)
    content = {
        "title": f"Banco di prova di {email.partition('@')[0]}", "teaser": "Un banco di prova.", "problem": "Manca.",
        "approach": "Lo costruiamo.", "value_chain": "DAAMA", "visibility": "members", "language": "it",
    }  # fmt: skip
    status, idea = server.api("ideas/", token=token, method="POST", **content)
    assert status == 201, idea
    status, _ = server.api(f"ideas/{idea['id']}/state/", token=token, method="POST", state="open")
    assert status == 200
    return str(idea["reference"])


def _listed(server: Server, references: list[str]) -> tuple[int, list[int]]:
    """A list of the lead's with these ideas; its id, and those of its entries."""
    token = server.token("lead@example.org")
    _, made = server.api("shortlists/", token=token, method="POST", value_chain="DAAMA", title="Prove di dicembre")
    for reference in references:
        status, answer = server.api(f"shortlists/{made['id']}/entries/", token=token, method="POST", idea=reference)
        assert status == 201, answer
    return made["id"], [entry["id"] for entry in answer["entries"]]


def _decide(lead: Page, entry: int, outcome: str) -> None:
    lead.goto(f"/shortlist-entries/{entry}/decision/")
    lead.locator(f"input[name=outcome][value={outcome}]").check()
    # Only the ready texts of this outcome are offered; one's own words come after.
    expect(lead.locator(f".answers li:not([data-for={outcome}]) >> visible=true")).to_have_count(0)
    lead.locator(f".answers [data-for={outcome}] a").first.click()
    area = lead.locator("textarea[name=text]")
    area.fill(f"{WORDS}{outcome}. {area.input_value()}")
    lead.locator("main form .button--primary").click()
    lead.wait_for_url(re.compile(r"/shortlists/\d+/"))


def test_a_lead_publishes_three_authors_hear_at_once_and_one_comes_back(visit: Visits, server: Server) -> None:
    references = {email: _posted(server, email) for email in AUTHORS}
    shortlist, entries = _listed(server, list(references.values()))
    authors = {email: visit(email) for email in AUTHORS}
    for email, page in authors.items():
        follow_idea(page, references[email])
        expect(page.locator("[data-decisions]")).to_be_hidden()
    lead = visit("lead@example.org")
    for entry, outcome in zip(entries, AUTHORS.values(), strict=True):
        _decide(lead, entry, outcome)
    for page in authors.values():
        expect(page.locator("body")).not_to_contain_text(WORDS)
    before = {email: int(page.locator("[data-unread]").text_content() or 0) for email, page in authors.items()}

    # The confirm step says who hears what, and one press tells all three.
    lead.locator("a[href$='/publish/'].button--primary").click()
    expect(lead.locator("[data-outcome]")).to_have_count(3)
    lead.locator("main form .button--primary").click()

    for email, page in authors.items():
        expect(page.locator(f"[data-decisions] [data-outcome={AUTHORS[email]}]")).to_contain_text(WORDS, timeout=5_000)
        expect(page.locator("[data-unread]")).to_have_text(str(before[email] + 1))
    member = visit("administrator@example.org")
    member.goto(f"/shortlists/{shortlist}/")
    expect(member.locator(".entry")).to_have_count(1)
    expect(member.locator("main")).not_to_contain_text(WORDS)

    # The author who was asked to revises, and the lead's open list says so by itself.
    lead.goto(f"/shortlists/{shortlist}/")
    is_live(lead)
    author, reference = authors["company@example.org"], references["company@example.org"]
    author.goto(f"/ideas/{reference}/edit/")
    author.locator("#id_approach").fill("Lo costruiamo, e lo misura il laboratorio.")
    author.locator(".button[name=act][value=save]").first.click()
    author.wait_for_url(re.compile(rf"/ideas/{reference}/(#.*)?$"))
    author.locator("form[action$='/state/'] button[value=open]").first.click()

    changes = lead.locator(f"#entry-{entries[1]} a[href$='/changes/']")
    expect(changes).to_be_visible(timeout=5_000)
    changes.click()
    expect(lead.locator("[data-changes] ins")).to_contain_text("laboratorio")
