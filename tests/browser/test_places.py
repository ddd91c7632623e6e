"""The page of an idea's places: what its author does there disturbs nothing that they are writing."""

from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.law import Team
from tests.browser.steps import follow_idea


def test_moving_a_place_leaves_what_is_typed_in_an_answer(team: Team, visit: Visits) -> None:
    reference = team.idea()
    for expertise in ("Chi prova le celle", "Chi le fonde"):
        team.ask("researcher", f"ideas/{reference}/slots/", expertise=expertise)
    firm = team.ask("administrator", "organisations/demo-officine-valdarda/", "GET")["id"]
    asked = {"idea": reference, "organisation": firm, "contribution": "Una camera climatica."}
    request = team.ask("administrator", "join-requests/", **asked)["id"]
    author = visit("researcher@example.org")
    author.goto(f"/ideas/{reference}/places/")
    author.locator(f"#standing-{request} > summary").click()
    author.locator(f"#step-{request}-decline > summary").click()
    words = author.locator(f"#reason-{request}-decline")
    words.fill("Cerchiamo qualcuno di più vicino")

    author.locator("[data-place]").first.locator("button[value=down]").click()

    expect(author.locator("[data-place]").last).to_contain_text("Chi prova le celle")
    expect(words).to_be_visible()
    expect(words).to_have_value("Cerchiamo qualcuno di più vicino")


def test_what_is_typed_in_an_answer_is_not_left_behind_unasked(team: Team, visit: Visits) -> None:
    reference = team.idea()
    firm = team.ask("administrator", "organisations/demo-officine-valdarda/", "GET")["id"]
    asked = {"idea": reference, "organisation": firm, "contribution": "Una camera climatica."}
    request = team.ask("administrator", "join-requests/", **asked)["id"]
    author = visit("researcher@example.org")
    follow_idea(author, reference)
    step = author.locator(f"#step-{request}-decline")
    step.locator("summary").click()
    words = author.locator(f"#reason-{request}-decline")
    words.press_sequentially("Grazie, ma")

    with author.expect_event("dialog") as asks:
        author.locator(f"#request-{request} form[action$='/accept/'] button").click(no_wait_after=True)
    asks.value.dismiss()

    expect(words).to_have_value("Grazie, ma")
    expect(author.locator(f"#request-{request}")).to_have_attribute("data-state", "pending")
