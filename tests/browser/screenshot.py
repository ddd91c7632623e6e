"""`python -m tests.browser.screenshot`: draw the README's picture of the board anew."""

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.server import ROOT, Server
from tests.services import chromium

TARGET = ROOT / "docs" / "screenshots" / "board.png"


def main() -> None:
    """Start the demo on an empty folder, and take the picture as the researcher sees the board."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(base_url=server.url, viewport={"width": 1280, "height": 860}, locale="en-GB")
        page.goto("/account/login/")
        page.locator("button[name=email][value='researcher@example.org']").click()
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": server.url}])
        page.goto("/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TARGET)
        browser.close()
        server.stop()


if __name__ == "__main__":
    main()
