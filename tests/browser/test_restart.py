"""The server dies and comes back while two watch and a third posts: nothing acknowledged is missed or doubled."""

import signal
import threading
import time
import uuid

from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.server import Server
from tests.browser.steps import follow_idea, is_live, write_idea

POSTS = 30
DOWN_AFTER = 10


class Poster(threading.Thread):
    """Posts comments by the API, each until it is acknowledged, with one key for all its tries."""

    def __init__(self, server: Server, reference: str, token: str) -> None:
        super().__init__(daemon=True)
        self._server, self._reference, self._token = server, reference, token
        self.acknowledged: list[str] = []

    def run(self) -> None:
        for number in range(POSTS):
            body, key = f"acknowledged {number:03d}", uuid.uuid4().hex
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self._post(body, key):
                time.sleep(0.2)
            time.sleep(0.05)

    def _post(self, body: str, key: str) -> bool:
        path = f"ideas/{self._reference}/comments/"
        try:
            status, answer = self._server.api(path, token=self._token, method="POST", body=body, client_id=key)
        except (OSError, ValueError):
            return False
        if status in (200, 201):
            assert answer["client_id"] == key
            self.acknowledged.append(body)
        return status in (200, 201)


def test_a_killed_server_loses_and_doubles_nothing(visit: Visits, server: Server) -> None:
    visit.expect_console(r"WebSocket|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to fetch")
    author, company = visit("researcher@example.org"), visit("company@example.org")
    reference = write_idea(author, title="Un banco prova che cade e si rialza")
    for page in (author, company):
        follow_idea(page, reference)
    company.locator("form[data-composer] textarea").fill("A metà di una frase")
    poster = Poster(server, reference, server.token("lead@example.org"))

    poster.start()
    while len(poster.acknowledged) < DOWN_AFTER:
        time.sleep(0.02)
    server.stop(signal.SIGKILL)
    time.sleep(1)
    server.start()
    poster.join(timeout=120)

    assert poster.acknowledged == [f"acknowledged {number:03d}" for number in range(POSTS)]
    for page in (author, company):
        is_live(page, seconds=40)
        texts = page.locator("[data-comment] .comment__text")
        expect(texts).to_have_text(poster.acknowledged, timeout=15_000)
    expect(company.locator("form[data-composer] textarea")).to_have_value("A metà di una frase")
