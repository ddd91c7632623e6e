"""Writing a call's dates: scripts propose and say in words, and never say anything else than the server."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits

NEW = "/calls/new/"


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-date]").nth(number)


def fill(page: Page, number: int, *, day: str, hour: str = "", zone: str = "", kind: str = "single") -> None:
    page.locator(f"[name=dates-{number}-kind]").select_option(kind)
    page.locator(f"[name=dates-{number}-day]").fill(day)
    if hour:
        page.locator(f"[name=dates-{number}-hour]").fill(hour)
    if zone:
        page.locator(f"[name=dates-{number}-zone]").select_option(zone)


def words(page: Page, number: int) -> str:
    return row(page, number).locator("[data-date-words]").inner_text().casefold()


def save(page: Page) -> None:
    page.locator(".form__acts--stuck [value=save]").click()


@pytest.mark.parametrize(
    ("day", "hour", "zone"),
    [
        ("2027-04-14", "17:00", "Europe/Brussels"),
        ("2027-03-15", "17:00", "America/New_York"),
        ("2026-12-31", "23:30", "Asia/Tokyo"),
        ("2026-10-25", "03:00", "Europe/London"),
    ],
)
def test_script_and_server_say_a_date_alike(visit: Visits, day: str, hour: str, zone: str) -> None:
    visit.expect_console("status of 400")
    scripted = visit("staff@example.org")
    plain = visit("staff@example.org", java_script_enabled=False)

    for page in (scripted, plain):
        page.goto(NEW)
        fill(page, 0, day=day, hour=hour, zone=zone)
    save(plain)  # without a title: the form comes back

    assert words(plain, 0) != ""
    assert words(scripted, 0) == words(plain, 0)


def test_the_level_proposes_and_a_person_decides(visit: Visits) -> None:
    page = visit("staff@example.org")
    page.goto(NEW)
    expect(row(page, 1)).to_be_hidden()

    fill(page, 0, day="2027-04-14")
    without_level = page.locator("[name=dates-0-zone]").input_value()
    page.locator("[name=level]").select_option("european")
    proposed = [page.locator(f"[name=dates-0-{name}]").input_value() for name in ("zone", "hour")]
    page.locator("[name=dates-0-zone]").select_option("Europe/Athens")
    page.locator("[data-date-add]").click()
    fill(page, 1, day="2027-01-10", kind="opening")
    page.locator("[name=level]").select_option("regional")

    assert (without_level, proposed) == ("", ["Europe/Brussels", "17:00"])
    assert page.locator("[name=dates-0-zone]").input_value() == "Europe/Athens"
    assert page.locator("[name=dates-1-zone]").input_value() == "Europe/Rome"
    assert page.locator("[name=dates-1-hour]").input_value() == ""


def test_an_hour_that_no_clock_shows_is_told_before_it_is_sent(visit: Visits) -> None:
    page = visit("staff@example.org")
    page.goto(NEW)

    fill(page, 0, day="2027-03-28", hour="02:30", zone="Europe/Rome")
    skipped = words(page, 0)
    fill(page, 0, day="2026-10-25", hour="02:30", zone="Europe/Rome")
    repeated = words(page, 0)
    fill(page, 0, day="2026-10-26", hour="02:30", zone="Europe/Rome")
    once = words(page, 0)

    assert len({skipped, repeated, once, ""}) == 4
    assert ["2026" in said for said in (skipped, repeated, once)] == [False, False, True]


def test_dates_that_were_not_saved_come_back(visit: Visits) -> None:
    page = visit("staff@example.org")
    page.goto(NEW)
    page.locator("[name=title]").fill("Bando di prova")
    fill(page, 0, day="2027-04-14", hour="12:00", zone="Europe/Rome")
    page.locator("[data-date-add]").click()
    fill(page, 1, day="2027-05-14", hour="13:00", zone="Europe/Paris", kind="milestone")
    page.on("dialog", lambda dialog: dialog.accept())

    page.wait_for_timeout(600)  # until what is typed is kept
    page.reload()

    expect(row(page, 1)).to_be_visible()
    assert page.locator("[name=dates-1-zone]").input_value() == "Europe/Paris"
    assert "2027" in words(page, 1)


def test_a_call_is_written_without_scripts(visit: Visits) -> None:
    visit.expect_console("status of 400")
    page = visit("staff@example.org", java_script_enabled=False)
    page.goto(NEW)
    page.locator("[name=title]").fill("Bando senza script")
    page.locator("[name=identifier]").fill("SENZA-SCRIPT-2027")
    page.locator("[name=level]").select_option("national")
    fill(page, 0, day="2026-10-25", hour="02:30", zone="Europe/Rome")
    before = page.locator("[data-date]").count()

    page.locator("[data-date-add]").click()
    added = page.locator("[data-date]").count() - before
    save(page)
    page.locator("[name=dates-0-which]").select_option("second")
    save(page)

    assert added > 0
    expect(page).to_have_url(re.compile("/calls/senza-script-2027/$"))
    expect(page.locator("time[datetime='2026-10-25T02:30:00+01:00']")).not_to_have_count(0)
